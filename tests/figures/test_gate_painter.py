"""The gate painter's arithmetic is that of an LSTM, in Python and in JavaScript."""

import json
import subprocess

import numpy as np
import pytest

from src.equations import LSTM
from src.figures import apply_style
from src.figures.explorer import front_end
from src.figures.gate_painter import (
    PRESETS,
    STEPS,
    WRITTEN,
    GatePainter,
    as_digits,
    draw_painted_panels,
    half_life,
    run_painted,
)

ASK = """
import { readFileSync } from "node:fs";
const asked = JSON.parse(readFileSync(0));
const answer = asked.map(([forget, write, detour]) => ({
    gates: gatesOf(digitsOf(forget)), ...runPainted(forget, write, detour),
}));
console.log(JSON.stringify(answer));
"""


def drawn(seed):
    """Gates in thousandths and a weight."""
    rng = np.random.default_rng(seed)
    forget, write = rng.integers(0, 1000, (2, STEPS)) / 1000
    return forget, write, float(rng.uniform(-4, 4))


def unit_with(forget, write, weight):
    """A one-unit LSTM whose gates are these on its own trajectory, and that trajectory."""
    logit = lambda p: np.log(p / (1 - p))  # noqa: E731
    lstm = LSTM(
        {
            "weight_ih": np.zeros((4, STEPS)),
            "weight_hh": np.array([[0.0], [weight], [0.0], [0.0]]),
            "bias": np.array([0.0, 0.0, 40.0, 40.0]),  # candidate 1, output gate open
        }
    )
    states = [(np.zeros((1, 1)), np.zeros((1, 1)))]
    for t in range(STEPS):
        lstm.parameters["weight_ih"][0, t] = logit(write[t])
        lstm.parameters["weight_ih"][1, t] = logit(forget[t]) - weight * states[-1][0].item()
        states.append(lstm.step(np.eye(STEPS)[[t]], states[-1]).state)
    return lstm, states


@pytest.mark.parametrize("seed", range(4))
def test_it_is_a_unit_of_an_lstm_and_its_gradient(seed):
    forget, write, weight = drawn(seed)
    forget, write = np.clip(forget, 0.05, 0.95), np.clip(write, 0.05, 0.95)
    lstm, states = unit_with(forget, write, weight)
    run = run_painted(forget, write, weight)
    np.testing.assert_allclose(run.cell_states, [C.item() for _, C in states], atol=1e-12)
    # h follows C from here on: what a change of C_t does at the end, by differences.
    for t in (1, STEPS // 2, STEPS - 1):
        ends = []
        for nudge in (1e-6, -1e-6):
            C = states[t][1] + nudge
            state = np.tanh(C), C
            for k in range(t, STEPS):
                state = lstm.step(np.eye(STEPS)[[k]], state).state
            ends.append(state[1].item())
        slope = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(run.gradients[t], slope, rtol=1e-5, atol=1e-9)


def test_without_the_detour_the_gradient_is_the_product_of_the_gates():
    forget, write, _ = drawn(0)
    run = run_painted(forget, write)
    np.testing.assert_allclose(run.gradients[0], np.prod(forget), rtol=1e-12)


def test_the_page_computes_what_python_computes():
    asked = [drawn(seed) for seed in range(20)]
    asked += [(gates, WRITTEN, 0.0) for gates in PRESETS.values()]
    given = json.dumps([[list(f), list(i), w] for f, i, w in asked])
    module = front_end("gate_painter.js") + ASK
    command = ["node", "--input-type=module", "-e", module]
    run = subprocess.run(command, input=given, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    for (forget, write, detour), theirs in zip(asked, json.loads(run.stdout), strict=True):
        ours = run_painted(forget, write, detour)
        for name in ("cell_states", "factors", "gradients"):
            np.testing.assert_allclose(theirs[name], getattr(ours, name), rtol=1e-9, atol=1e-300)
        assert theirs["half"] == ours.half
        np.testing.assert_allclose(theirs["gates"], np.clip(forget, 0, 0.9994), atol=6e-4)


def test_the_presets_do_what_their_names_say():
    runs = {name: run_painted(gates, WRITTEN) for name, gates in PRESETS.items()}
    assert runs["bias-0"].half == 1
    assert runs["bias-1"].half == 3
    assert runs["bias-5"].half == -1
    assert 3 < runs["pushed"].half < 20
    assert runs["blink"].gradients[19] == 0
    assert runs["blink"].gradients[20] > 0.8


@pytest.mark.parametrize(
    ("bias", "gate", "steps"), [(0, 0.5, 1), (1, 0.731, 2.2), (5, 0.9933, 103)]
)
def test_half_lives_that_everybody_can_check(bias, gate, steps):
    assert half_life(gate) == pytest.approx(steps, rel=0.01)


@pytest.mark.parametrize("factor", [0, 1, -0.5, 1.5, np.nan, np.array([0.5, 1.0])])
def test_a_factor_without_a_half_life_is_refused(factor):
    with pytest.raises(ValueError, match="factor must lie between 0 and 1, got"):
        half_life(factor)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="forget must be gates from 0 to 1"):
        run_painted([0.5, 1.5], [0, 0])
    with pytest.raises(ValueError, match="write must be gates from 0 to 1"):
        run_painted([0.5], [np.nan])
    with pytest.raises(ValueError, match="of one length, got 2 and 1"):
        run_painted([0.5, 0.5], [0])
    with pytest.raises(ValueError, match="detour must be a finite number, got inf"):
        run_painted([0.5], [0], np.inf)
    with pytest.raises(ValueError, match="preset must be one of"):
        GatePainter(preset="bias-7")


def test_digits_are_thousandths():
    assert as_digits([0, 0.5, 0.0724, 1]) == "000500072999"


def test_the_twin_says_how_far_each_setting_reaches():
    apply_style()
    titles = [ax.get_title("left") for ax in draw_painted_panels().axes]
    assert titles[0] == "Bias 0: half gone after 1"
    assert titles[3] == "One blink: half gone after 21"
