"""The committed experiment on state tracking: complete, and what its docstring foretold."""

import numpy as np
import pytest

from experiments import state_tracking
from src.evaluation.metrics import mean_interval
from src.results import load_result

RUNS = load_result("state_tracking")["runs"]
CHANCE = {"parity": 1 / 2, "cups": 1 / 5}


def runs_of(task, model):
    return [r for r in RUNS if (r["cell"]["task"], r["cell"]["model"]) == (task, model)]


def test_the_result_holds_every_cell_once():
    result = load_result("state_tracking")
    assert [run["cell"] for run in result["runs"]] == state_tracking.CELLS
    assert result["quick"]["cell"] == state_tracking.QUICK
    assert len(state_tracking.SEEDS) >= 5
    assert not [run["cell"]["id"] for run in result["runs"] if "failed" in run]


def test_a_small_run_again_agrees():
    stored = load_result("state_tracking")["quick"]
    again = state_tracking.run(state_tracking.QUICK)
    assert again["weights"] == stored["weights"]
    assert abs(again["solved_at"] - stored["solved_at"]) <= 100
    assert again["accuracy_long"] == pytest.approx(stored["accuracy_long"], abs=0.02)


@pytest.mark.parametrize("task", CHANCE)
@pytest.mark.parametrize("model", ["LSTM", "GRU", "sLSTM"])
def test_cells_whose_gates_see_h_solve_both(task, model):
    assert all(run["solved_at"] for run in runs_of(task, model))


@pytest.mark.parametrize("task", CHANCE)
@pytest.mark.parametrize("model", ["minGRU", "minLSTM", "mLSTM", "minGRU 2"])
def test_cells_whose_gates_see_only_the_input_solve_neither(task, model):
    for run in runs_of(task, model):
        assert run["solved_at"] is None
        assert run["accuracy_long"] < CHANCE[task] + 0.05


def test_a_factor_that_may_be_negative_solves_parity_alone():
    assert all(run["solved_at"] for run in runs_of("parity", "minGRU ±"))
    assert not any(run["solved_at"] for run in runs_of("cups", "minGRU ±"))


@pytest.mark.parametrize("model", state_tracking.ADDERS)
def test_all_cells_add(model):
    assert all(run["solved_at"] for run in runs_of("adding", model))


def test_letters_are_spelt_with_about_the_same_number_of_weights():
    weights = {run["weights"] for run in RUNS if run["cell"]["task"] == "letters"}
    assert max(weights) / min(weights) < 1.01


@pytest.mark.parametrize("model", ["minGRU", "minLSTM"])
def test_on_letters_they_lose_less_than_was_foretold(model):
    bits = {
        name: np.array([run["bits_long"] for run in runs_of("letters", name)])
        for name in (model, "LSTM")
    }
    assert mean_interval(bits[model] - bits["LSTM"]).estimate < 0.15
