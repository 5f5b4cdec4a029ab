"""The committed results on pooling and on the vowels: complete, repeatable, and what is claimed."""

from collections import Counter

import numpy as np
import pytest

from experiments import pooling, vowels
from src.evaluation.metrics import mean_interval
from src.results import load_result, load_weights
from src.tasks.stress import LETTERS, load_stress
from src.training.classification import collate, score

EXPERIMENTS = {"pooling": pooling, "vowels": vowels}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_result_holds_every_cell_of_the_script(name):
    result, experiment = load_result(name), EXPERIMENTS[name]
    assert result["command"] == f"python -m experiments.{name}"
    assert [run["cell"] for run in result["runs"]] == experiment.CELLS
    assert result["quick"]["cell"] == experiment.QUICK
    assert max(Counter(run["cell"]["id"] for run in result["runs"]).values()) == 1


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_a_small_cell_run_again_agrees(name):
    stored, again = load_result(name)["quick"], EXPERIMENTS[name].run(EXPERIMENTS[name].QUICK)
    assert again["weights"] == stored["weights"]
    assert again["test"] == pytest.approx(stored["test"], abs=0.03)
    assert again["validation"] == pytest.approx(stored["validation"], abs=0.04)


@pytest.mark.parametrize(("kind", "name"), pooling.KEPT.items())
def test_the_committed_weights_score_what_the_result_says(kind, name):
    model = load_weights(pooling.build(*kind), name)
    (run,) = (
        run
        for run in load_result("pooling")["runs"]
        if (run["cell"]["pooling"], run["cell"]["directions"], run["cell"]["seed"]) == (*kind, 0)
    )
    test = collate(load_stress().test, LETTERS)
    assert score(model, test) == pytest.approx(run["test"], abs=1e-3)


def test_poolings_have_equal_parameters():
    weights = {
        pool: sum(p.numel() for p in pooling.build(pool, 2).parameters())
        for pool in pooling.POOLINGS
    }
    assert weights["last"] == weights["mean"] == weights["attention"] - 97


def test_the_vowels_chosen_by_validation_are_above_95_percent():
    runs = load_result("vowels")["runs"]

    def of(layer, pool, what):
        return [
            run[what]
            for run in runs
            if (run["cell"]["layer"], run["cell"]["pooling"]) == (layer, pool)
        ]

    kinds = [(layer, pool) for layer in vowels.LAYERS for pool in vowels.POOLINGS]
    chosen = max(kinds, key=lambda kind: np.mean(of(*kind, "validation")))
    assert len(of(*chosen, "test")) == 5
    assert mean_interval(of(*chosen, "test")).estimate >= 0.95
