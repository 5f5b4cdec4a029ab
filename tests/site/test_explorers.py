"""The explorers on the static page: what the browser computes is what Python computes."""

import json

import numpy as np
import pytest

from src.figures.gate_explorer import run_cell
from src.figures.gru_explorer import run_unit

# The page, the function, and which of its results the browser calls by which name.
EXPLORERS = {
    "LSTM": (
        "book/2-lstm/open-the-cell.html",
        run_cell,
        {"cell": "cell_states", "hidden": "hidden_states"},
    ),
    "GRU": (
        "book/3-gru/open-the-gru-cell.html",
        run_unit,
        {"candidate": "candidates", "hidden": "hidden_states"},
    ),
}
SET_SLIDERS = """(explorer, values) => {
    explorer.querySelectorAll("input[type=range]").forEach((slider, k) => {
        slider.value = values[k];
        slider.dispatchEvent(new Event("input"));
    });
}"""


@pytest.fixture(params=EXPLORERS)
def explorer(request, address, browser):
    """One explorer in its page, with the Python function and its results' names."""
    page, run, names = EXPLORERS[request.param]
    tab = browser.new_page()
    tab.goto(address + page)
    located = tab.locator(".gate-explorer").first
    located.locator("input[type=range]").first.wait_for()
    yield located, run, names
    tab.close()


def test_random_settings_give_the_numbers_of_python(explorer):
    explorer, run, names = explorer
    rng = np.random.default_rng(0)
    for _ in range(20):
        values = rng.integers(-30, 31, 4) / 10  # the sliders stop at every tenth
        explorer.evaluate(SET_SLIDERS, values.tolist())
        shown = json.loads(explorer.get_attribute("data-run"))["series"]
        expected = run(*values)
        assert shown.keys() == names.keys()
        for name, numbers in shown.items():
            theirs = getattr(expected, names[name])
            np.testing.assert_allclose(numbers, theirs, rtol=0, atol=1e-9)


def test_a_key_and_a_button_change_what_is_shown(explorer):
    explorer, *_ = explorer
    before = explorer.inner_text()
    explorer.locator("input[type=range]").first.press("End")
    pressed = explorer.inner_text()
    explorer.get_by_role("button", name="Keep").click()
    assert len({before, pressed, explorer.inner_text()}) == 3
