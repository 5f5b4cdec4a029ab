"""The explorers on the static page: what the browser computes is what Python computes."""

import json

import numpy as np
import pytest

from src.figures.gate_explorer import run_cell
from src.figures.gru_explorer import run_unit


def tenths(rng, low=-30, high=31):
    """Where a slider can stop that moves by tenths."""
    return rng.integers(low, high) / 10


# The page, the function, which of its results the browser calls by which name, and how to draw
# positions for the sliders.
EXPLORERS = {
    "LSTM": (
        "book/2-lstm/open-the-cell.html",
        run_cell,
        {"cell": "cell_states", "hidden": "hidden_states"},
        lambda rng: [tenths(rng) for _ in range(4)],
    ),
    "GRU": (
        "book/3-gru/open-the-gru-cell.html",
        run_unit,
        {"candidate": "candidates", "hidden": "hidden_states"},
        lambda rng: [tenths(rng) for _ in range(4)],
    ),
}
WIDGET_VIEW = "script[type='application/vnd.jupyter.widget-view+json']"
FINGER = 24  # pixels; the least target of WCAG 2.2 (2.5.8)
SET_SLIDERS = """(explorer, values) => {
    explorer.querySelectorAll("input[type=range]").forEach((slider, k) => {
        slider.value = values[k];
        slider.dispatchEvent(new Event("input"));
    });
}"""


@pytest.fixture(params=EXPLORERS)
def explorer(request, address, browser):
    """One explorer in its page, with the Python function, its results' names and the positions."""
    page, *rest = EXPLORERS[request.param]
    tab = browser.new_page()
    tab.goto(address + page)
    located = tab.locator(".gate-explorer").first
    located.locator("input[type=range]").first.wait_for()
    yield located, *rest
    tab.close()


def test_random_settings_give_the_numbers_of_python(explorer):
    explorer, run, names, draw = explorer
    rng = np.random.default_rng(0)
    for _ in range(20):
        values = [float(value) for value in draw(rng)]
        explorer.evaluate(SET_SLIDERS, values)
        shown = json.loads(explorer.get_attribute("data-run"))["series"]
        expected = run(*values)
        assert shown.keys() == names.keys()
        for name, numbers in shown.items():
            theirs = getattr(expected, names[name])
            np.testing.assert_allclose(numbers, theirs, rtol=0, atol=1e-9)


def test_the_keyboard_alone_reaches_everything_in_its_order(explorer):
    explorer, *_ = explorer
    controls = explorer.locator("input, button").all()
    controls[0].focus()
    for control in controls:
        assert control.evaluate("one => one === document.activeElement")
        control.press("Tab")


def test_a_finger_moves_every_slider(address, browser):
    for page, *_ in EXPLORERS.values():
        context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
        tab = context.new_page()
        tab.goto(address + page)
        located = tab.locator(".gate-explorer").first
        located.locator("input[type=range]").first.wait_for()
        for slider in located.locator("input[type=range]").all():
            box = slider.bounding_box()
            assert box["height"] >= FINGER
            slider.tap(position={"x": 0.9 * box["width"], "y": box["height"] / 2})
            low, high = (float(slider.get_attribute(end)) for end in ("min", "max"))
            assert float(slider.input_value()) > low + 0.75 * (high - low)
        for button in located.get_by_role("button").all():
            assert button.bounding_box()["height"] >= FINGER
        context.close()


def said_after(browser, url, setting):
    """The sentence of a page's explorer once a setting is chosen."""
    tab = browser.new_page()
    tab.goto(url)
    tab.locator(".gate-explorer").get_by_role("button", name=setting, exact=True).click()
    sentence = tab.locator(".gate-explorer .summary").inner_text()
    tab.close()
    return sentence


def test_the_sentence_is_english(address, browser):
    assert "−0.00" not in said_after(browser, address + EXPLORERS["LSTM"][0], "Erase")


@pytest.mark.parametrize("name", EXPLORERS)
def test_without_scripts_the_static_twin_remains(address, browser, name):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(address + EXPLORERS[name][0])
    assert not tab.locator(".gate-explorer").count()
    twin = tab.locator(f"section:has(> div {WIDGET_VIEW}) figure img[data-in=light]").first
    twin.scroll_into_view_if_needed()
    assert twin.bounding_box()["height"] > 150
    assert len(twin.get_attribute("alt")) > 60
    context.close()


def test_a_key_and_a_button_change_what_is_shown(explorer):
    explorer, *_ = explorer
    before = explorer.inner_text()
    explorer.locator("input[type=range]").first.press("End")
    pressed = explorer.inner_text()
    buttons = explorer.get_by_role("button")
    buttons.last.click()
    assert len({before, pressed, explorer.inner_text()}) == 3
    chosen = [button.get_attribute("aria-pressed") for button in buttons.all()]
    assert chosen == ["false"] * (len(chosen) - 1) + ["true"]
