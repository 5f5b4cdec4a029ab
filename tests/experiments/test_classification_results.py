"""The committed results of the classification experiments: complete and repeatable."""

from collections import Counter

import pytest

from experiments import languages, last_state, stress
from src.evaluation.metrics import mean_interval
from src.models import GRUClassifier, LSTMClassifier
from src.results import load_result, load_weights
from src.tasks.stress import LETTERS, load_stress
from src.training.classification import collate, score

EXPERIMENTS = {"stress": stress, "languages": languages, "last_state": last_state}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_result_holds_every_cell_of_the_script(name):
    result = load_result(name)
    assert result["command"] == f"python -m experiments.{name}"
    assert [run["cell"] for run in result["runs"]] == EXPERIMENTS[name].CELLS
    assert result["quick"]["cell"] == EXPERIMENTS[name].QUICK
    assert {"python", "numpy", "torch"} <= set(result["versions"])


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_small_cell_run_again_agrees(name):
    stored, again = load_result(name)["quick"], EXPERIMENTS[name].run(EXPERIMENTS[name].QUICK)
    assert again.get("weights") == stored.get("weights")
    assert again["test"] == pytest.approx(stored["test"], abs=0.02)
    assert again.get("curve", {}).get("loss", []) == pytest.approx(
        stored.get("curve", {}).get("loss", []), abs=0.02
    )


@pytest.mark.parametrize(("name", "network"), [("lstm", LSTMClassifier), ("gru", GRUClassifier)])
def test_the_committed_weights_score_what_the_result_says(name, network):
    test = collate(load_stress().test, LETTERS)
    model = load_weights(network(27, 32, 128, 12), f"stress-{name}")
    (run,) = (
        run for run in load_result("stress")["runs"] if run["cell"]["id"] == f"{name}-90000-128-0"
    )
    assert score(model, test) == pytest.approx(run["test"], abs=1e-3)


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_five_seeds_of_the_large_models_reach_84_percent(name):
    runs = [
        run
        for run in load_result("stress")["runs"]
        if run["cell"]["model"] == name and run["cell"]["hidden_size"] == 128
    ]
    assert [run["cell"]["seed"] for run in runs] == list(range(5))
    assert mean_interval([run["test"] for run in runs]).low >= 0.84


def test_cells_have_names_of_their_own():
    for experiment in EXPERIMENTS.values():
        names = Counter(cell["id"] for cell in [experiment.QUICK, *experiment.CELLS])
        assert max(names.values()) == 1
