"""The committed results on overfitting and on counting syllables: complete, repeatable, as told."""

from collections import Counter

import numpy as np
import pytest

from experiments import overfitting, syllables
from src.evaluation.metrics import mean_interval
from src.results import load_result

EXPERIMENTS = {"overfitting": overfitting, "syllables": syllables}


def runs_with(**change):
    wanted = overfitting.PLAIN | change
    return [
        run for run in load_result("overfitting")["runs"] if wanted.items() <= run["cell"].items()
    ]


def losses(runs, name="validation_loss"):
    return np.array([run["curve"][name] for run in runs])


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
    assert again["test"] == pytest.approx(stored["test"], abs=0.03)
    if name == "overfitting":
        assert again["curve"]["validation_loss"] == pytest.approx(
            stored["curve"]["validation_loss"], abs=0.05
        )


def test_without_repair_the_training_loss_vanishes_and_the_validation_loss_rises():
    plain = runs_with()
    assert len(plain) == 5
    assert (losses(plain, "train_loss")[:, -1] < 0.1).all()
    rise = losses(plain)[:, -1] - losses(plain).min(1)
    assert mean_interval(rise).low > 0.1


@pytest.mark.parametrize(
    "change",
    [
        {"weight_decay": 0.5},
        {"embedding_dropout": 0.5},
        {"state_dropout": 0.5},
        {"recurrent_dropout": 0.2},
        {"zoneout": 0.1},
    ],
)
def test_every_repair_lowers_the_last_validation_loss(change):
    difference = losses(runs_with(**change))[:, -1] - losses(runs_with())[:, -1]
    assert mean_interval(difference, 0.99).high < 0


def test_told_the_count_the_bag_gains_most_of_what_it_lacks():
    def mean(model, words, name):
        return np.mean(
            [
                run[name]
                for run in load_result("syllables")["runs"]
                if (run["cell"]["model"], run["cell"]["words"]) == (model, words)
            ]
        )

    for words in (2_000, 8_000):
        alone, told = (
            mean("LSTM", words, name) - mean("n-grams", words, name)
            for name in ("test", "test_told")
        )
        assert alone > 0.1
        assert 0 < told < alone / 4
