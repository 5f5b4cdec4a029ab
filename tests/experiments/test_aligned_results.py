"""The control at the small budget: complete, repeatable, and what the chapter says of it."""

import pytest

from experiments import aligned
from src.evaluation.metrics import mean_interval
from src.results import load_result


def of(cells, judged="test", rate="symbol"):
    runs = load_result("aligned")["runs"]
    return [run[judged][rate] for run in runs if run["cell"] in cells]


def attention(rate="symbol"):
    runs = load_result("seq2seq")["runs"]
    return [run["test"][rate] for run in runs if run["cell"]["variant"] == "multiplicative"]


def test_the_result_holds_every_cell_of_the_script():
    result = load_result("aligned")
    assert result["command"] == "python -m experiments.aligned"
    assert [run["cell"] for run in result["runs"]] == aligned.CELLS
    assert result["quick"]["cell"] == aligned.QUICK


def test_a_small_cell_run_again_agrees():
    stored, again = load_result("aligned")["quick"], aligned.run(aligned.QUICK)
    assert again["weights"] == stored["weights"]
    assert again["training_loss"] == pytest.approx(stored["training_loss"], rel=1e-2)
    assert again["test"]["symbol"] == pytest.approx(stored["test"]["symbol"], rel=3e-2)


def test_it_has_no_more_weights_than_the_model_with_attention():
    (weights,) = {run["weights"] for run in load_result("aligned")["runs"]}
    assert weights <= min(run["weights"] for run in load_result("seq2seq")["runs"])


def test_the_learning_rate_was_chosen_by_the_development_words():
    best = of(aligned.EQUAL[:1], "development")
    assert best < of(aligned.RATES[:1], "development")
    assert best < of(aligned.RATES[1:], "development")


def test_every_seed_is_below_attention_and_above_the_long_run():
    long_run = load_result("pronounce")["runs"][0]["test"]["symbol"]
    for cells in (aligned.EQUAL, aligned.LONGER):
        assert max(of(cells)) < min(attention())
        assert min(of(cells)) > long_run


@pytest.mark.parametrize(("rate", "helps"), [("word", True), ("symbol", False)])
def test_hearing_what_was_said_helps_words_and_not_phonemes(rate, helps):
    deaf, hearing = (of(cells, rate=rate) for cells in (aligned.DEAF, aligned.EQUAL))
    gain = mean_interval([d - h for d, h in zip(deaf, hearing, strict=True)])
    assert (gain.low > 0) == helps
