"""Accessibility: axe-core finds nothing, in light and dark, on a desktop and on a phone."""

import pytest

# What a page measures when the reader comes near it has to have been near. A browser in the
# background may draw no frame for ever: so the next frame is waited for, but not for long.
THROUGH_THE_PAGE = """async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
        scrollTo({ top: y, behavior: 'instant' });
        await new Promise((done) => {
            requestAnimationFrame(() => setTimeout(done, 20));
            setTimeout(done, 500);
        });
    }
}"""
VISITS = 3  # a busy browser may not look at every box as the page flies past
EVERY_RULE = "axe.run({resultTypes: ['violations'], reporter: 'v2'})"


@pytest.fixture(scope="module")
def axe(node_modules):
    return (node_modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def violations(browser, address, axe, theme, width):
    """The function that opens a page, unfolds what is folded, and returns what axe finds."""

    def of(page):
        with browser.new_context(viewport={"width": width, "height": 900}) as context:
            tab = context.new_page()
            tab.add_init_script(f"localStorage.mode = localStorage.theme = '{theme}'")
            tab.goto(address + page)
            tab.wait_for_load_state("networkidle")
            tab.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
            tab.evaluate(axe)
            for _ in range(VISITS):
                tab.evaluate(THROUGH_THE_PAGE)
                found = tab.evaluate(EVERY_RULE)["violations"]
                if not found:
                    break
            return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]

    return of


themes = pytest.mark.parametrize("theme", ["light", "dark"])
widths = pytest.mark.parametrize("width", [390, 1280])


@widths
@themes
def test_axe_finds_nothing(violations, page):
    assert violations(page) == []


@widths
@themes
@pytest.mark.parametrize("other", ["search.html?q=forget+gate", "genindex.html", "404.html"])
def test_axe_finds_nothing_beside_the_book(violations, other):
    assert violations(other) == []
