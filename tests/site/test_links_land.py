"""A link with a fragment puts its target at the top of the window, where motion is allowed too."""

import re

import pytest

WINDOWS = {1440: 900, 390: 844}  # of a desktop and of a phone
TOP = 100  # pixels: how far a target may be from its place below the upper edge

# Where the target stands once it stands still: its distance from the scroll padding, or 0 if it is
# in sight and the page cannot be scrolled further.
PLACE = """async () => {
    const frame = () => new Promise((done) => {
        requestAnimationFrame(done);
        setTimeout(done, 300);
    });
    const page = document.documentElement;
    const now = () => `${scrollY} of ${page.scrollHeight}`;
    await document.fonts.ready;  // letters of another width move everything below them
    let before = "";
    for (let still = 0; still < 5; still = now() === before ? still + 1 : 0) {
        before = now();
        await frame();
    }
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const padding = parseFloat(getComputedStyle(page).scrollPaddingTop) || 0;
    const from = Math.round(target.getBoundingClientRect().top - padding);
    const atTheEnd = scrollY + innerHeight >= page.scrollHeight - 100;
    return atTheEnd && from > 0 && from < innerHeight ? 0 : from;
}"""
# The contents, by a click; of each other kind of target the first, the middle one and the last.
EVERYWHERE = f"""async () => {{
    const place = {PLACE};
    const away = [];
    for (const link of document.querySelectorAll(".page-toc a[href^='#']")) {{
        link.click();
        away.push([link.getAttribute("href"), await place()]);
    }}
    for (const kind of [".math", "figure", ".exercise", ".solution", ".citation", "dt"]) {{
        const targets = [...document.querySelectorAll(`.bd-article ${{kind}}[id]`)];
        const some = [targets.at(0), targets.at(targets.length / 2), targets.at(-1)];
        for (const target of new Set(some.filter(Boolean))) {{
            location.hash = target.id;
            away.push([location.hash, await place()]);
        }}
    }}
    return away;
}}"""


@pytest.fixture(params=WINDOWS)
def window(request, browser):
    """A tab of one width in which motion is allowed."""
    size = {"width": request.param, "height": WINDOWS[request.param]}
    with browser.new_context(viewport=size, reduced_motion="no-preference") as context:
        yield context.new_page()


def opened(tab, url):
    """How far the target is from its place in a page that opens at it."""
    tab.goto("about:blank")
    tab.goto(url)
    tab.wait_for_load_state("networkidle")
    return tab.evaluate(PLACE)


def test_every_target_of_a_page_lands(window, address, site, page):
    html = (site / page).read_text(encoding="utf-8")
    last = re.findall(r'toc-entry"><a [^>]*href="(#[\w-]+)"', html)[-1:]
    for anchor in last:  # from outside: with all that still has to start above it
        assert abs(opened(window, address + page + anchor)) <= TOP, anchor
    if not last:
        window.goto(address + page)
    places = window.evaluate(EVERYWHERE)
    assert [(anchor, away) for anchor, away in places if abs(away) > TOP] == []


@pytest.mark.parametrize(
    "target",
    [
        "book/back/bibliography.html#id11",
        "book/back/glossary.html#term-padding",
        "book/3-gru/open-the-gru-cell.html#exercises",
        "book/2-lstm/open-the-cell.html#fig-reader-gates",
    ],
)
def test_a_reader_may_leave_while_the_page_grows(window, address, target):
    """Whoever scrolls away from the target is not pulled back to it."""
    opened(window, address + target)
    window.keyboard.press("Home")
    window.wait_for_function("scrollY === 0")
    window.evaluate("document.querySelector('.bd-article').style.paddingTop = '300px'")
    window.wait_for_timeout(200)
    assert window.evaluate("scrollY") == 0


def test_the_end_key_reaches_the_end(window, address):
    window.goto(address + "book/2-lstm/train-by-hand.html")
    window.keyboard.press("End")
    window.wait_for_function(
        "scrollY + innerHeight >= document.documentElement.scrollHeight - 2", timeout=5000
    )
