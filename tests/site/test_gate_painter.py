"""The gate painter in its page: painted with the mouse and with keys, and set from the text."""

import json

import numpy as np
import pytest

from src.figures.gate_painter import DETOUR, PRESETS, STEPS, run_painted

PAGE = "book/2-lstm/follow-the-gradient.html"


@pytest.fixture
def painter(browser, address):
    tab = browser.new_page()
    tab.goto(address + PAGE)
    figure = tab.locator(".gate-painter-explorer")
    figure.wait_for()
    figure.scroll_into_view_if_needed()
    yield figure
    tab.close()


def shown(figure):
    return json.loads(figure.get_attribute("data-run"))


def check(now):
    """What the page shows is what Python computes of the gates that it shows."""
    run = run_painted(now["forget"], now["write"], now["detour"])
    for name in ("cell_states", "factors", "gradients"):
        np.testing.assert_allclose(now[name], getattr(run, name), rtol=1e-9)
    assert now["half"] == run.half


def test_a_brush_stroke_sets_the_gates_under_it(painter):
    bars = painter.locator("rect.forget")
    first, last = bars.nth(4).bounding_box(), bars.nth(11).bounding_box()
    mouse = painter.page.mouse
    top = painter.locator(".grid").nth(2).bounding_box()["y"]
    bottom = painter.locator(".grid").nth(0).bounding_box()["y"]
    height = top + 0.75 * (bottom - top)  # a gate of 0.25
    mouse.move(first["x"] + 2, height)
    mouse.down()
    mouse.move(last["x"] + 2, height, steps=30)
    mouse.up()
    now = shown(painter)
    np.testing.assert_allclose(now["forget"][4:12], 0.25, atol=0.02)
    np.testing.assert_allclose(now["forget"][13:], PRESETS["bias-1"][13:], atol=1e-3)
    check(now)


def test_the_other_brush_paints_the_input_gate(painter):
    painter.get_by_role("button", name="paint i").click()
    painter.locator("input").first.fill("10")
    painter.locator("input").last.fill("0.5")
    now = shown(painter)
    assert now["write"][9] == 0.5
    assert now["cell_states"][10] > 0.5
    check(now)


def test_keys_paint_too(painter):
    step, value = painter.locator("input").all()
    step.focus()
    step.press("End")
    value.focus()
    value.press("Home")
    now = shown(painter)
    assert now["forget"][STEPS - 1] == 0
    assert now["half"] == 1
    check(now)


def test_the_detour_changes_the_gradient_and_not_the_memory(painter):
    before = shown(painter)
    painter.get_by_role("button", name="detour through h").click()
    after = shown(painter)
    assert after["detour"] == DETOUR
    assert after["cell_states"] == before["cell_states"]
    assert after["gradients"][1] > before["gradients"][1]
    check(after)


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("A bias of 1", "half is gone after 3 steps"),
        ("the bias at about 5", "less than half is lost over 39 steps"),
        ("This one is pushed", "half is gone after"),
        ("one blink", "Of a change at step 1, 0 arrives."),
    ],
)
def test_a_phrase_sets_it(painter, phrase, said):
    painter.get_by_role("button", name="bias 0").click()
    painter.page.locator("button.set", has_text=phrase).click()
    painter.locator(".summary", has_text=said).wait_for()
    check(shown(painter))


def test_a_painted_gate_stands_in_the_address(painter, browser):
    painter.locator("input").last.fill("0.111")
    painter.page.wait_for_url("**#*forget=111*")
    tab = browser.new_page()
    tab.goto(painter.page.url)
    copy = tab.locator(".gate-painter-explorer")
    copy.wait_for()
    assert shown(copy) == shown(painter)
    tab.close()
