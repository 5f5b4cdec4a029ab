"""Reading comfort: the measure, the typeface, folds, the switch for code, cards, the way around."""

import re

import pytest

from tools.book import ROOT, chapters

CHAPTERS = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters()]
PAGE = "book/5-seq2seq/attend.html"
DESKTOP = {"width": 1440, "height": 900}
LETTERS_A_LINE = """() => {
    const counts = [];
    for (const p of document.querySelectorAll(".bd-article section > p")) {
        const lines = Math.round(p.clientHeight / parseFloat(getComputedStyle(p).lineHeight));
        const plain = !p.querySelector("svg, code");
        if (lines > 3 && plain) counts.push(p.textContent.length / (lines - 0.5));
    }
    return counts.reduce((one, other) => one + other) / counts.length;
}"""


@pytest.fixture
def tab(browser, address):
    tab = browser.new_page(viewport=DESKTOP)
    tab.goto(address + PAGE)
    yield tab
    tab.close()


def test_a_line_has_about_seventy_letters(tab):
    assert 62 < tab.evaluate(LETTERS_A_LINE) < 78


def test_the_typeface_is_the_books_own_and_light(tab, site):
    assert tab.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Book Sans'))")
    fonts = list((site / "_static/fonts").glob("*.woff2"))
    assert sum(font.stat().st_size for font in fonts) < 60_000
    assert "SIL Open Font License" in (site / "_static/fonts/OFL.txt").read_text(encoding="utf-8")


def test_every_diagram_brings_the_typeface(site):
    drawings = list((site / "_images").glob("*.svg"))
    assert drawings
    for drawing in drawings:
        text = drawing.read_text(encoding="utf-8")
        assert "<text" not in text or "@font-face{font-family:Book Sans" in text, drawing.name


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_page_speaks_the_engines_language(site, chapter):
    page = (site / chapter).read_text(encoding="utf-8")
    page = re.sub(r"<(pre|code)\b.*?</\1>", "", page, flags=re.DOTALL)
    for words in ("Show code cell", "Hide code cell", "Toggle hidden", "Toggle primary"):
        assert words not in page
    source = (ROOT / chapter).with_suffix(".ipynb").read_text(encoding="utf-8")
    assert ('<span class="fold-name">Set-up</span>' in page) == ('"set-up"' in source)


def test_the_switch_for_code_is_remembered_from_page_to_page(tab, address):
    code = tab.locator(".bd-article .cell:not(.solution .cell) .cell_input")
    outputs = tab.locator(".bd-article .cell_output >> visible=true").count()
    tab.get_by_role("button", name="Hide code").click()
    assert not tab.locator(".bd-article section > .cell > .cell_input >> visible=true").count()
    assert tab.locator(".bd-article .cell_output >> visible=true").count() == outputs
    tab.goto(address + CHAPTERS[0])
    assert not tab.locator(".bd-article section > .cell > .cell_input >> visible=true").count()
    tab.get_by_role("button", name="Show code").click()
    assert code.first.count()
    assert tab.locator(".bd-article section > .cell > .cell_input >> visible=true").count()


def test_long_code_opens_and_closes(tab):
    cell = tab.locator(".long-code").first
    short = cell.bounding_box()["height"]
    cell.get_by_role("button", name="Show all").click()
    assert cell.bounding_box()["height"] > short
    cell.get_by_role("button", name="Show less").click()
    assert cell.bounding_box()["height"] == short


@pytest.mark.parametrize(
    "link", ["a.glossary-term", ".bibtex-citation a", "a[href^='#equation-']", "a[href^='#fig-']"]
)
def test_a_card_shows_what_a_link_means_and_escape_closes_it(browser, address, link):
    tab = browser.new_page(viewport=DESKTOP)
    tab.goto(address + "book/2-lstm/train-by-hand.html")
    card = tab.locator("#link-card")
    tab.locator(f".bd-article p {link}:not(.headerlink) >> visible=true").first.hover()
    card.wait_for()
    assert card.inner_text().strip() or card.locator("img, svg").count()
    tab.keyboard.press("Escape")
    assert card.is_hidden()
    tab.close()


def test_the_contents_reach_down_the_window_and_follow(browser, address):
    tab = browser.new_page(viewport={"width": 1440, "height": 420})
    tab.goto(address + PAGE + "#further-reading")
    tab.mouse.wheel(0, -30)
    active = tab.locator(".page-toc .nav-link.active").last
    active.wait_for()
    tab.wait_for_function(
        """() => {
        const link = [...document.querySelectorAll(".page-toc .nav-link.active")].at(-1);
        const [inner, box] = [link, link.closest(".bd-sidebar-secondary")].map((one) =>
            one.getBoundingClientRect());
        return inner.top >= box.top && inner.bottom <= innerHeight;
    }""",
        timeout=10_000,
    )
    tab.close()


def test_next_and_before_stand_at_the_top(tab):
    for name in ("Before: ", "Next: "):
        box = tab.locator(f".bd-header-article a[aria-label^='{name}']").bounding_box()
        assert box["y"] < 60


def test_a_wrong_choice_says_why(browser, address):
    tab = browser.new_page()
    tab.goto(address + "book/2-lstm/open-the-cell.html")
    reasons = tab.evaluate("""() => [...document.querySelectorAll(".choices")].flatMap((list) =>
        [...list.children].map((item) => {
            item.click();
            return list.nextElementSibling.querySelectorAll(".reason").length;
        }))""")
    tab.close()
    assert sum(reason > 0 for reason in reasons) >= 6


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_scripts_the_colours_are_those_of_the_system(browser, address, scheme):
    with browser.new_context(java_script_enabled=False, color_scheme=scheme) as context:
        tab = context.new_page()
        tab.goto(address + PAGE)
        color = tab.locator("body").evaluate("one => getComputedStyle(one).backgroundColor")
        ink = tab.locator("h1").evaluate("one => getComputedStyle(one).color")
    light = [int(part) for part in re.findall(r"\d+", color)[:3]]
    dark = [int(part) for part in re.findall(r"\d+", ink)[:3]]
    assert (max(light) < 64, min(dark) > 128) == ((scheme == "dark"),) * 2
