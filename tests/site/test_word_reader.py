"""The word reader in its pages: under mouse, finger and keyboard, from a phrase and from a link."""

import json

import numpy as np
import pytest

from src.equations import GRU
from src.equations.readout import Linear
from src.figures.word_reader import SHOWN, read_word, rounded
from src.models.reader import load_reader

PAGES = {
    "book/index.html": "lstm",
    "book/2-lstm/open-the-cell.html": "lstm",
    "book/3-gru/open-the-gru-cell.html": "gru",
}
FIGURE = ".word-reader-explorer"
# Each phrase's page, its place among the page's phrases, and what the figure then says.
PHRASES = [
    ("book/index.html", 0, "After photographi the answer was: third of 4 syllables"),
    ("book/index.html", 1, "The forget gate is held at 0 from letter 9 on."),
    ("book/2-lstm/open-the-cell.html", 0, "After photographi the answer was"),
    ("book/2-lstm/open-the-cell.html", 1, "photographer: stress on the first of 4 syllables"),
    ("book/2-lstm/open-the-cell.html", 2, "photographic: stress on the only syllable"),
    ("book/3-gru/open-the-gru-cell.html", 0, "The update gate is held at 1 from letter 6 on."),
    ("book/3-gru/open-the-gru-cell.html", 1, "The update gate is held at 0 from letter 6 on."),
    ("book/3-gru/open-the-gru-cell.html", 2, "The reset gate is held at 1 from letter 1 on."),
]
DRAG = """(figure) => new Promise((done) => {
    const sheet = figure.querySelector(".sheet");
    const box = sheet.getBoundingClientRect();
    const times = [];
    let last = performance.now();
    const step = (k) => {
        const [clientX, clientY] = [box.left + 40 + (k * 7) % 300, box.top + 20 + (k * 3) % 150];
        sheet.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, bubbles: true }));
        requestAnimationFrame((now) => {
            times.push(now - last);
            last = now;
            if (k < 60) step(k + 1); else done(times.slice(1).sort((a, b) => a - b));
        });
    };
    requestAnimationFrame((now) => { last = now; step(0); });
})"""


@pytest.fixture
def opened(browser, address):
    """Open a page; returns its tab and its figure."""
    tabs = []

    def open_page(page, **options):
        context = browser.new_context(**options)
        tabs.append(context)
        tab = context.new_page()
        tab.errors = []
        tab.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.goto(address + page)
        figure = tab.locator(FIGURE)
        figure.wait_for()
        return tab, figure

    yield open_page
    for context in tabs:
        context.close()


def numbers(figure):
    return json.loads(figure.get_attribute("data-run"))


@pytest.mark.parametrize("where", PAGES)
def test_every_number_shown_is_the_networks(opened, where):
    tab, figure = opened(where)
    kind = PAGES[where]
    layer, readout = load_reader(kind)
    options = {"reset_after": True} if kind == "gru" else {}
    layer = (GRU if kind == "gru" else type(layer))(rounded(layer.parameters), **options)
    readout = Linear(rounded(readout.parameters))
    fields = figure.locator("input[type=text]")
    fields.nth(0).fill("Reader's")
    fields.nth(1).fill("zq")
    shown = numbers(figure)
    assert len(shown) == 2
    for word, steps in zip(("readers", "zq"), shown, strict=True):
        reading = read_word(layer, readout, word)
        assert len(steps) == len(word)
        for now, ours, probabilities in zip(
            steps, reading.steps, reading.probabilities, strict=True
        ):
            np.testing.assert_allclose(now["probabilities"], probabilities, rtol=1e-6)
            for name in SHOWN[kind]:
                np.testing.assert_allclose(now[name], getattr(ours, name)[0], rtol=1e-6, atol=1e-12)
    fields.nth(0).fill("")
    fields.nth(1).fill("42")
    assert "Type a word" in figure.locator(".summary").inner_text()
    assert tab.errors == []


@pytest.mark.parametrize(("where", "place", "said"), PHRASES)
def test_a_phrase_sets_the_figure(opened, where, place, said):
    tab, figure = opened(where)
    tab.locator("button.set").nth(place).click()
    figure.locator(".summary", has_text=said).wait_for()
    assert figure.evaluate("one => one.getBoundingClientRect().top < innerHeight")


def test_what_is_set_stands_in_the_address_and_can_be_linked(opened, browser):
    tab, figure = opened("book/index.html")
    figure.locator("input[type=text]").first.fill("banana")
    figure.get_by_role("button", name="cell state").click()
    tab.wait_for_url("**#*word=banana*")
    other, copy = opened(tab.url.split("/", 3)[3])
    assert copy.locator("input[type=text]").first.input_value() == "banana"
    assert copy.get_by_role("button", name="cell state").get_attribute("aria-pressed") == "true"
    assert numbers(copy) == numbers(figure)
    assert other.errors == []


def test_the_keyboard_reaches_everything(opened):
    _, figure = opened("book/2-lstm/open-the-cell.html")
    controls = figure.locator("input, button").all()
    controls[0].focus()
    for control in controls:
        assert control.evaluate("one => one === document.activeElement")
        control.press("Tab")
    letter = figure.locator("input[type=range]").first
    letter.focus()
    before = figure.locator(".step").get_attribute("aria-label")
    letter.press("ArrowRight")
    assert figure.locator(".step").get_attribute("aria-label") != before
    assert letter.get_attribute("aria-valuetext") == "2, h"


def test_a_finger_looks_at_a_square(opened):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    tab, figure = opened("book/3-gru/open-the-gru-cell.html", **phone)
    box = figure.locator(".frame").first.bounding_box()
    figure.locator(".sheet").scroll_into_view_if_needed()
    box = figure.locator(".frame").first.bounding_box()
    tab.touchscreen.tap(box["x"] + 0.99 * box["width"], box["y"] + 0.99 * box["height"])
    assert "Unit 24 at letter c" in figure.locator(".step").get_attribute("aria-label")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_dragging_is_smooth(opened):
    _, figure = opened("book/2-lstm/open-the-cell.html")
    figure.scroll_into_view_if_needed()
    times = figure.evaluate(DRAG)
    print(f"ms a frame while dragging: median {times[len(times) // 2]:.1f}, worst {times[-1]:.1f}")
    assert figure.locator(".mark").count()
