"""The gate explorer's arithmetic is that of the LSTM, and bad input is refused."""

import numpy as np
import pytest

from src.equations import LSTM
from src.figures.gate_explorer import MEMORY, SETTINGS, STEPS, GateExplorer, run_cell


@pytest.mark.parametrize("seed", range(5))
def test_run_cell_is_a_one_unit_lstm_without_inputs(seed):
    forget, write, candidate, output = np.random.default_rng(seed).uniform(-6, 6, 4)
    unit = LSTM(
        {
            "weight_ih": np.zeros((4, 1)),
            "weight_hh": np.zeros((4, 1)),
            "bias": np.array([write, forget, candidate, output]),
        }
    )
    state = np.zeros((1, 1)), np.full((1, 1), MEMORY)
    outputs, (_, c), _ = unit.forward(np.zeros((1, STEPS, 1)), state)
    run = run_cell(forget, write, candidate, output)
    np.testing.assert_allclose(run.hidden_states, outputs[0, :, 0], atol=1e-12)
    np.testing.assert_allclose(run.cell_states[-1], c[0, 0], atol=1e-12)


def test_the_settings_do_what_their_names_say():
    runs = {name: run_cell(*setting) for name, setting in SETTINGS.items()}
    assert runs["Keep"].cell_states[-1] > 0.75
    assert runs["Keep"].hidden_states[-1] > 0.6
    assert abs(runs["Erase"].cell_states[-1]) < 0.01
    assert runs["Write"].cell_states[-1] < -0.5
    assert runs["Hide"].cell_states[-1] > 0.75
    assert abs(runs["Hide"].hidden_states).max() < 0.01


def test_a_setting_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="write must be a finite number, got nan"):
        run_cell(1.0, float("nan"), 0.0, 0.0)


def test_the_widget_carries_its_front_end_and_settings():
    explorer = GateExplorer()
    assert "export default" in explorer._esm
    assert [name for name, _ in explorer.settings] == ["Keep", "Erase", "Write", "Hide"]
