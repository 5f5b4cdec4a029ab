"""The GRU explorer's arithmetic is that of the GRU, and bad input is refused."""

import numpy as np
import pytest

from src.equations import GRU, RNN
from src.figures.explorer import MEMORY, STEPS
from src.figures.gru_explorer import SETTINGS, GRUExplorer, run_unit


@pytest.mark.parametrize("reset_after", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_run_unit_is_a_one_unit_gru_whose_gates_stand_still(seed, reset_after):
    update, reset, drive, weight = np.random.default_rng(seed).uniform(-3, 3, 4)
    parameters = {
        "weight_ih": np.zeros((3, 1)),
        "weight_hh": np.array([[0.0], [0.0], [weight]]),
        "bias": np.array([reset, update, drive]),
    }
    if reset_after:
        parameters["bias_reset"] = np.zeros(1)
    unit = GRU(parameters, reset_after=reset_after)
    outputs, *_ = unit.forward(np.zeros((1, STEPS, 1)), np.full((1, 1), MEMORY))
    run = run_unit(update, reset, drive, weight)
    np.testing.assert_allclose(run.hidden_states[1:], outputs[0, :, 0], atol=1e-12)
    state = run.hidden_states[-2:-1, None]
    last = unit.step(np.zeros((1, 1)), state)
    np.testing.assert_allclose(run.candidates[-1], last.candidate[0, 0], atol=1e-12)


def test_the_settings_do_what_their_names_say():
    runs = {name: run_unit(*setting) for name, setting in SETTINGS.items()}
    assert runs["Keep"].hidden_states[-1] > 0.75
    np.testing.assert_allclose(runs["Replace"].hidden_states[1:], np.tanh(-1), atol=0.01)
    drift = runs["Drift"].hidden_states
    assert (np.diff(drift) < 0).all()
    assert np.tanh(-1) < drift[-1] < -0.5
    weights = {"weight_ih": np.zeros((1, 1)), "weight_hh": np.full((1, 1), -1.5)}
    rnn = RNN({**weights, "bias": np.zeros(1)})
    plain, *_ = rnn.forward(np.zeros((1, STEPS, 1)), np.full((1, 1), MEMORY))
    np.testing.assert_allclose(runs["Plain RNN"].hidden_states[1:], plain[0, :, 0], atol=0.02)


@pytest.mark.parametrize("seed", range(5))
def test_the_state_never_leaves_the_unit_interval(seed):
    run = run_unit(*np.random.default_rng(seed).uniform(-6, 6, 4))
    assert np.abs(run.hidden_states).max() <= 1


def test_a_setting_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="reset must be a finite number, got inf"):
        run_unit(1.0, float("inf"), 0.0, 0.0)


def test_the_widget_carries_its_front_end_and_settings():
    explorer = GRUExplorer()
    assert explorer._esm.count("export default") == 1
    assert "function runUnit" in explorer._esm
    assert [name for name, _ in explorer.settings] == list(SETTINGS)
