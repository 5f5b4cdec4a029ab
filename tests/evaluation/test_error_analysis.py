import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.evaluation.error_analysis import confusions, edits, ratio_interval, spelling_surprise
from src.evaluation.error_rates import edit_distance

sequences = st.lists(st.sampled_from("ABC"), max_size=6)


@given(sequences, sequences)
def test_edits_spell_both_sequences_and_are_as_few_as_can_be(said, asked):
    pairs = edits(said, asked)
    assert [a for a, _ in pairs if a is not None] == asked
    assert [s for _, s in pairs if s is not None] == said
    assert sum(a != s for a, s in pairs) == edit_distance(said, asked)


def test_edits_by_hand():
    said, asked = ["N", "IH", "T"], ["N", "AY", "T", "S"]
    assert edits(said, asked) == [("N", "N"), ("AY", "IH"), ("T", "T"), ("S", None)]
    assert edits(["K", "N"], ["N"]) == [(None, "K"), ("N", "N")]
    assert edits([], []) == []


def test_a_replacement_is_preferred_to_an_omission_and_an_insertion():
    assert edits("AB", "BC") == [("B", "A"), ("C", "B")]


def test_confusions_are_counted_against_the_nearest_reference():
    hypotheses = [("T", "AH"), ("K", "IH", "T"), ("K", "IH")]
    references = [
        [("T", "UW"), ("T", "AH")],
        [("D", "AO", "G"), ("K", "AE", "T")],
        [("K", "AE", "T")],
    ]
    assert confusions(hypotheses, references) == {("AE", "IH"): 1, ("AE", None): 1, ("T", "IH"): 1}


def test_of_references_at_the_same_distance_the_first_counts():
    assert confusions(["A"], [["B", "C"]]) == {("B", "A"): 1}


def test_the_interval_holds_the_ratio_and_shrinks_with_more_words():
    rng = np.random.default_rng(0)
    lengths = rng.integers(3, 9, size=2_000)
    errors = rng.binomial(lengths, 0.1)
    few, many = (
        ratio_interval(errors[:n], lengths[:n], np.random.default_rng(1)) for n in (100, 2_000)
    )
    assert many.estimate == pytest.approx(errors.sum() / lengths.sum())
    assert many.low < many.estimate < many.high
    assert many.high - many.low < 0.4 * (few.high - few.low)


def test_the_interval_of_independent_symbols_is_that_of_a_proportion():
    rng = np.random.default_rng(0)
    errors = rng.random(4_000) < 0.2
    low, high = ratio_interval(errors, np.ones(4_000), rng, resamples=2_000)[1:]
    p = errors.mean()
    half = 1.96 * np.sqrt(p * (1 - p) / 4_000)
    assert (low, high) == (pytest.approx(p - half, abs=0.002), pytest.approx(p + half, abs=0.002))


@pytest.mark.parametrize(("above", "below"), [([1], [1, 2]), ([], []), ([[1]], [[1]])])
def test_what_has_no_ratio_is_refused(above, below):
    with pytest.raises(ValueError, match="as many numerators"):
        ratio_interval(above, below, np.random.default_rng(0))


def test_surprise_by_hand():
    # groups of two in ^ab^ and ^ac^: ^a 2, ab 1, ac 1, b^ 1, c^ 1; V is 4
    p = [(2 + 1) / (2 + 4), (1 + 1) / (2 + 4), (1 + 1) / (1 + 4)]
    surprise = spelling_surprise(["ab"], ["ab", "ac"], before=1, plus=1)
    assert surprise[0] == pytest.approx(-np.log2(p).mean())


def test_surprise_looks_two_letters_back():
    # groups of three in ^^ab^ and ^^cb^: after ab the end is sure, after b alone as well; but a
    # word that puts c behind ab has never been seen
    known = ["ab", "cb"]
    p = [(1 + 0.1) / (2 + 0.4), (1 + 0.1) / (1 + 0.4), (1 + 0.1) / (1 + 0.4)]
    assert spelling_surprise(["ab"], known)[0] == pytest.approx(-np.log2(p).mean())


def test_unseen_groups_surprise_more():
    known = ["hat", "that", "chat", "cat"]
    usual, unusual = spelling_surprise(["that", "taht"], known)
    assert usual < unusual
