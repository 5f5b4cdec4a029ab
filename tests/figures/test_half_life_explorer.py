"""The half-life explorer's arithmetic is that of an LSTM's cell lane, and bad input is refused."""

import numpy as np
import pytest

from src.equations import LSTM
from src.figures.half_life_explorer import SETTINGS, HalfLifeExplorer, half_life, run_memory


@pytest.mark.parametrize(
    ("bias", "gate", "steps"), [(0, 0.5, 1), (1, 0.731, 2.2), (5, 0.9933, 103)]
)
def test_half_lives_that_everybody_can_check(bias, gate, steps):
    assert half_life(gate) == pytest.approx(steps, rel=0.01)
    assert run_memory(bias, 0, 10).half_life == pytest.approx(steps, rel=0.01)


def test_after_its_half_life_half_is_left():
    factors = np.array([0.1, 0.5, 0.9, 0.999])
    np.testing.assert_allclose(factors ** half_life(factors), 0.5, rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_run_memory_is_a_one_unit_lstm_whose_gate_is_pushed_up_and_down(seed):
    rng = np.random.default_rng(seed)
    bias, swing = rng.uniform(-3, 3), rng.uniform(0, 3)
    closed = -40.0  # the input gate's bias: nothing is added
    unit = LSTM(
        {
            "weight_ih": np.array([[0.0], [swing], [0.0], [0.0]]),
            "weight_hh": np.zeros((4, 1)),
            "bias": np.array([closed, bias, 0.0, 0.0]),
        }
    )
    state = np.zeros((1, 1)), np.ones((1, 1))
    cells = [1.0]
    for t in range(20):
        step = unit.step(np.array([[1.0 if t % 2 == 0 else -1.0]]), state)
        state = step.hidden_state, step.cell_state
        cells.append(float(step.cell_state[0, 0]))
    run = run_memory(bias, swing, 20)
    np.testing.assert_allclose(run.lags, np.arange(0, 21, 2))
    np.testing.assert_allclose(run.remains, cells[::2], atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_a_gate_that_is_pushed_never_keeps_more_than_one_at_rest(seed):
    rng = np.random.default_rng(seed)
    run = run_memory(rng.uniform(-8, 8), rng.uniform(0.1, 4), 100)
    assert (run.remains[1:] < run.steady[1:]).all()


def test_the_settings_do_what_their_names_say():
    runs = {name: run_memory(*setting) for name, setting in SETTINGS.items()}
    assert runs["Bias 0"].half_life == pytest.approx(1)
    assert runs["Bias 1"].half_life < 3
    assert runs["Bias 5"].half_life > 100
    assert runs["Bias 5, pushed"].half_life < 20


@pytest.mark.parametrize("factor", [0, 1, -0.5, 1.5, np.nan, np.array([0.5, 1.0])])
def test_a_factor_without_a_half_life_is_refused(factor):
    with pytest.raises(ValueError, match="factor must lie between 0 and 1, got"):
        half_life(factor)


def test_a_setting_that_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="swing must be a finite number, got nan"):
        run_memory(1.0, float("nan"), 20)
    with pytest.raises(ValueError, match="steps must be above 0, got 0"):
        run_memory(1.0, 0.0, 0)


def test_the_widget_carries_its_front_end_and_settings():
    explorer = HalfLifeExplorer()
    assert explorer._esm.count("export default") == 1
    assert "function runMemory" in explorer._esm
    assert [name for name, _ in explorer.settings] == list(SETTINGS)
