"""The website as a reader meets it: opened in Chromium, on a desktop and on a phone."""

import functools
from typing import NamedTuple

import pytest

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


# A formula is drawn where its SVG has a size and all its letters have a shape, and MathML says it.
DRAWN_FORMULAS = """() => [...document.querySelectorAll(".math > .formula")].filter((formula) => {
    const svg = formula.querySelector("svg[aria-hidden=true]");
    const letters = [...svg.querySelectorAll("use")].map((use) => use.getAttribute("href"));
    return svg.getBBox().width > 0
        && letters.every((address) => document.getElementById(address.slice(1)))
        && formula.querySelector(".spoken > math").textContent.trim();
}).length"""


WITHOUT_FOCUS_RING = """() => {
    const reached = "a[href], button, summary, input, select, textarea, [tabindex='0']";
    return [...document.querySelectorAll(reached)]
        .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled)
        .filter((one) => {
            one.focus({ preventScroll: true });
            const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
            return one === document.activeElement && boxShadow === "none"
                && (outlineStyle === "none" || outlineWidth === "0px");
        })
        .map((one) => one.outerHTML.slice(0, 120));
}"""
OUTSIDE_ITS_CELL = """() => [...document.querySelectorAll(".bd-article td")]
    .filter((cell) => [...cell.querySelectorAll(".formula, code")].some((one) =>
        one.getBoundingClientRect().right > cell.getBoundingClientRect().right + 1))
    .map((cell) => cell.textContent.slice(0, 60))"""
MOVING = """() => [...document.querySelectorAll("*")]
    .filter((one) => {
        const style = getComputedStyle(one);
        return /[1-9]/.test(style.transitionDuration + style.animationDuration)
            || style.scrollBehavior === "smooth";
    })
    .map((one) => one.outerHTML.slice(0, 120))"""


class Visit(NamedTuple):
    """What happened while one page was open.

    Attributes:
        requests: the addresses that were asked for.
        errors: console errors, exceptions, and answers of 400 and above.
        formulas, drawn: formulas in the page, and those that are seen and can be read aloud.
        views, widgets: widget views in the page's source, and those that drew something.
        overflow: how many pixels the page is wider than the phone.
    """

    requests: list
    errors: list
    formulas: int
    drawn: int
    views: int
    widgets: int
    overflow: int


@pytest.fixture(scope="session")
def visit(address, browser, site):
    """The function that opens a page and says what happened; each page is opened once."""

    @functools.cache
    def open_page(page):
        tab = browser.new_page(viewport=DESKTOP)
        requests, errors = [], []
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.on("response", lambda answer: answer.ok or errors.append(f"{answer.url} {answer}"))
        tab.goto(address + page)
        tab.wait_for_load_state("networkidle")
        count = lambda selector: tab.locator(selector).count()  # noqa: E731
        seen = {
            "formulas": count(".math"),
            "drawn": tab.evaluate(DRAWN_FORMULAS),
            "views": (site / page).read_text(encoding="utf-8").count("widget-view+json"),
            "widgets": count(".widget:not(:empty)"),
        }
        tab.set_viewport_size(PHONE)
        tab.wait_for_timeout(100)
        overflow = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        tab.close()
        return Visit(requests, errors, **seen, overflow=overflow)

    return open_page


def test_every_request_stays_on_the_site(visit, address, page):
    local = (address, "data:", "blob:")
    assert [request for request in visit(page).requests if not request.startswith(local)] == []


def test_the_page_opens_without_an_error(visit, page):
    assert visit(page).errors == []


def test_mathematics_is_drawn_and_can_be_read_aloud(visit, page):
    seen = visit(page)
    assert seen.drawn == seen.formulas


def test_every_widget_is_alive(visit, page):
    seen = visit(page)
    assert seen.widgets == seen.views


def test_the_gate_explorer_answers(address, browser):
    tab = browser.new_page()
    tab.goto(address + "book/2-lstm/open-the-cell.html")
    explorer = tab.locator(".widget").first
    slider = explorer.locator("input[type=range]").first
    slider.wait_for()
    before = explorer.inner_text()
    slider.press("End")
    after = explorer.inner_text()
    tab.close()
    assert before != after


def test_the_page_fits_a_phone(visit, page):
    assert visit(page).overflow <= 0


def test_what_has_the_focus_can_be_seen(address, browser, page):
    """Of all that the keyboard reaches, each shows an outline or a ring of its own."""
    tab = browser.new_page(viewport=DESKTOP)
    tab.goto(address + page)
    tab.keyboard.press("Tab")  # so that the browser shows where the focus is
    hidden = tab.evaluate(WITHOUT_FOCUS_RING)
    tab.close()
    assert hidden == []


def test_nothing_moves_for_those_who_asked_for_that(address, browser, page):
    with browser.new_context(viewport=DESKTOP, reduced_motion="reduce") as context:
        tab = context.new_page()
        tab.goto(address + page)
        assert tab.evaluate(MOVING) == []


def test_nothing_leaves_its_cell_of_a_table_on_a_phone(address, browser, page):
    tab = browser.new_page(viewport=PHONE)
    tab.goto(address + page)
    cut = tab.evaluate(OUTSIDE_ITS_CELL)
    tab.close()
    assert cut == []


def test_the_dark_page_is_dark(address, browser):
    tab = browser.new_page()
    tab.add_init_script("localStorage.mode = localStorage.theme = 'dark'")
    tab.goto(address + "book/index.html")
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    tab.close()
    channels = [int(channel) for channel in background[4:-1].split(",")]
    assert max(channels) < 64
