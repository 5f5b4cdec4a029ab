"""The committed controls of attention: complete, repeatable, and what is claimed."""

from collections import Counter

import numpy as np
import pytest
import torch

from experiments import attend, seq2seq
from src.evaluation.metrics import mean_interval
from src.results import load_result


def per(name, variant, updates):
    return [
        run["test"]["symbol"]
        for run in load_result(name)["runs"]
        if (run["cell"]["variant"], run["cell"]["updates"]) == (variant, updates)
    ]


def test_the_result_holds_every_cell_of_the_script():
    result = load_result("attend")
    assert result["command"] == "python -m experiments.attend"
    assert [run["cell"] for run in result["runs"]] == attend.CELLS
    assert result["quick"]["cell"] == attend.QUICK
    assert max(Counter(run["cell"]["id"] for run in result["runs"]).values()) == 1


def test_a_small_cell_run_again_agrees():
    stored, again = load_result("attend")["quick"], attend.run(attend.QUICK)
    assert again["weights"] == stored["weights"]
    assert again["training_loss"] == pytest.approx(stored["training_loss"], rel=0.02)


def test_equal_scores_give_equal_weights_and_need_no_parameter():
    score = attend.EqualScore()
    queries, keys = torch.randn(2, 3, 4), torch.randn(2, 5, 4)
    assert torch.equal(score(queries, keys), torch.zeros(2, 3, 5))
    assert not list(score.parameters())


def test_the_control_has_the_weights_of_attention_without_its_score():
    control, attention = (
        sum(p.numel() for p in build.parameters())
        for build in (attend.build("mean"), seq2seq.build("multiplicative"))
    )
    assert attention - control == seq2seq.HIDDEN_SIZE**2


@pytest.mark.parametrize("variant", attend.WIRINGS)
def test_the_wirings_have_as_many_weights_as_attention(variant):
    wiring, attention = (
        sum(p.numel() for p in build.parameters())
        for build in (attend.build(variant), seq2seq.build("multiplicative"))
    )
    assert wiring == pytest.approx(attention, rel=0.01)


def test_twice_the_updates_halve_the_distance_and_no_fed_decoder_is_better():
    def gap(updates):
        none = per("seq2seq" if updates == 1_000 else "attend", "none", updates)
        attention = per("seq2seq" if updates == 1_000 else "attend", "multiplicative", updates)
        return np.mean(none) - np.mean(attention)

    assert 0.09 < gap(1_000) < 0.12
    assert 0.03 < gap(2_000) < 0.06
    plain = per("seq2seq", "multiplicative", 1_000)
    for variant in ("context", "feeding", "gru"):
        assert min(per("attend", variant, 1_000)) > max(plain)
    assert np.mean(per("attend", "layers", 1_000)) == pytest.approx(np.mean(plain), abs=0.003)


def test_by_length_adds_up_to_the_test():
    for run in load_result("attend")["runs"]:
        edits, phonemes, wrong, words = np.sum(list(run["by_length"].values()), axis=0)
        assert words == 12_000
        assert edits / phonemes == pytest.approx(run["test"]["symbol"])
        assert wrong / words == pytest.approx(run["test"]["word"])


def test_what_the_chapter_claims():
    none, backwards, attention = (
        mean_interval(per("seq2seq", variant, 1_000))
        for variant in ("none", "reversed", "multiplicative")
    )
    controls = [
        backwards,
        mean_interval(per("attend", "mean", 1_000)),
        mean_interval(per("attend", "none", 2_000)),
    ]
    for control in controls:
        assert attention.high < control.low < control.high < none.low
        gained = none.estimate - control.estimate
        assert 0.4 < gained / (none.estimate - attention.estimate) < 0.75


def test_with_attention_the_error_hardly_grows_with_the_length():
    def rise(runs):
        rates = []
        for low, high in ((5, 6), (13, 20)):
            rows = [
                row
                for run in runs
                for length, row in run["by_length"].items()
                if low <= int(length) <= high
            ]
            edits, phonemes, *_ = np.sum(rows, axis=0)
            rates.append(edits / phonemes)
        return rates[1] - rates[0]

    runs = load_result("seq2seq")["runs"]
    with_attention, without = (
        rise([run for run in runs if run["cell"]["variant"] == variant])
        for variant in ("multiplicative", "none")
    )
    assert with_attention < 0.04
    assert without > 0.2
