"""The committed results on sequence to sequence: complete, repeatable, and what is claimed."""

import pytest

from experiments import seq2seq
from src.evaluation.metrics import mean_interval
from src.results import load_result, load_weights
from src.tasks.pronunciation import load_pronunciations
from src.training.pronunciation import judge


def of(variant, judged="test", rate="symbol"):
    runs = load_result("seq2seq")["runs"]
    return [run[judged][rate] for run in runs if run["cell"]["variant"] == variant]


def test_the_result_holds_every_cell_of_the_script():
    result = load_result("seq2seq")
    assert result["command"] == "python -m experiments.seq2seq"
    assert [run["cell"] for run in result["runs"]] == seq2seq.CELLS
    assert result["quick"]["cell"] == seq2seq.QUICK


def test_a_small_cell_run_again_agrees():
    stored, again = load_result("seq2seq")["quick"], seq2seq.run(seq2seq.QUICK)
    assert again["weights"] == stored["weights"]
    assert again["training_loss"] == pytest.approx(stored["training_loss"], rel=1e-2)
    assert again["forced"]["loss"] == pytest.approx(stored["forced"]["loss"], rel=2e-2)


@pytest.mark.parametrize(("variant", "name"), seq2seq.WEIGHTS.items())
def test_the_committed_weights_score_what_the_result_says(variant, name):
    model = load_weights(seq2seq.build(variant), name)
    rates = judge(model, load_pronunciations().development)
    assert rates.symbol == pytest.approx(of(variant, "development")[0], abs=1e-3)
    assert rates.word == pytest.approx(of(variant, "development", "word")[0], abs=1e-3)


def test_models_have_equal_parameters():
    sizes = [sum(p.numel() for p in seq2seq.build(v).parameters()) for v in seq2seq.VARIANTS]
    assert max(sizes) < 1.01 * min(sizes)


def test_words_by_length_are_all_test_words():
    words = len(load_pronunciations().test)
    for run in load_result("seq2seq")["runs"]:
        assert sum(row[3] for row in run["by_length"].values()) == words


def test_attention_is_below_13_percent_and_below_the_hand_over():
    for variant in ("multiplicative", "additive"):
        assert mean_interval(of(variant)).high <= 0.13
        assert max(of(variant)) < min(of("none"))
