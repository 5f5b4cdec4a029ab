"""The long run: what is committed is what was measured, and a killed run loses nothing."""

import pytest

from experiments import pronounce
from experiments.shared import runner
from src.evaluation.error_rates import error_rates
from src.pronounce import Pronouncer
from src.pronounce.pronouncer import WEIGHTS
from src.results import load_result
from src.tasks.pronunciation import load_pronunciations

TINY = pronounce.QUICK | {"id": "tiny", "words": 300, "epochs": 3}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "FINISHED", tmp_path)
    return tmp_path


@pytest.fixture
def long_run():
    result = load_result("pronounce")
    assert [run["cell"] for run in result["runs"]] == pronounce.CELLS
    return result["runs"][pronounce.CELLS.index(pronounce.LONG)]


def test_a_small_cell_run_again_agrees():
    stored, again = load_result("pronounce")["quick"], pronounce.run(pronounce.QUICK)
    assert stored["cell"] == pronounce.QUICK
    for name in ("weights", "pairs", "not_aligned", "chunks"):
        assert again[name] == stored[name]
    assert again["curve"]["loss"] == pytest.approx(stored["curve"]["loss"], rel=1e-2)


def test_a_killed_run_goes_on_where_it_was(folder):
    whole = pronounce.Run(TINY)
    losses = [whole.train_epoch() for _ in range(3)]

    killed = pronounce.Run(TINY)
    assert killed.train_epoch() == pytest.approx(losses[0], rel=1e-5)
    killed.keep()
    killed.train_epoch()  # lost

    resumed = pronounce.Run(TINY)
    resumed.resume()
    assert resumed.epoch == 1
    assert [resumed.train_epoch() for _ in range(2)] == pytest.approx(losses[1:], rel=1e-5)


def test_a_checkpoint_of_other_settings_is_not_used():
    first = pronounce.Run(TINY)
    first.train_epoch()
    first.keep()
    other = pronounce.Run(TINY | {"learning_rate": 1e-3})
    other.resume()
    assert other.epoch == 0


def test_the_committed_weights_score_what_the_result_says(long_run):
    development = load_pronunciations().development
    answers = Pronouncer.load().best(list(development), width=1)
    rates = error_rates(answers, list(development.values()))
    assert rates.word == pytest.approx(long_run["development"]["1"]["word"], abs=2e-3)
    assert rates.symbol == pytest.approx(long_run["development"]["1"]["symbol"], abs=5e-4)


def test_the_width_was_chosen_by_the_development_words(long_run):
    best = min(rates["word"] for rates in long_run["development"].values())
    assert long_run["development"][str(long_run["width"])]["word"] == best


def test_the_long_run_beats_the_joint_n_gram(long_run):
    for run in load_result("phonetisaurus")["runs"]:
        assert long_run["test"]["word"] < run["test"]["word"]
        assert long_run["test"]["symbol"] < run["test"]["symbol"]


def test_the_weights_are_small_enough_to_be_in_the_repository():
    assert WEIGHTS.stat().st_size <= 12e6
