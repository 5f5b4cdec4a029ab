import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from src.evaluation.error_rates import edit_distance, error_rates, nearest_reference

sequences = st.lists(st.sampled_from("ABC"), max_size=6)


def slow_distance(p, q):
    """The definition, without a table."""
    if not p or not q:
        return len(p) + len(q)
    return min(
        slow_distance(p[1:], q) + 1,
        slow_distance(p, q[1:]) + 1,
        slow_distance(p[1:], q[1:]) + (p[0] != q[0]),
    )


@given(sequences, sequences)
def test_the_edit_distance_is_that_of_the_definition(p, q):
    assert edit_distance(p, q) == slow_distance(p, q)


def test_rates_by_hand():
    hypotheses = [("K", "AE", "T"), ("D", "AO", "G", "Z"), ("T", "AH")]
    references = [
        [("K", "AE", "T")],
        [("D", "AO", "G")],
        [("T", "UW"), ("T", "IH"), ("T", "AH")],  # the nearest counts
    ]
    rates = error_rates(hypotheses, references)
    assert rates.word == pytest.approx(1 / 3)
    assert rates.symbol == pytest.approx(1 / (3 + 3 + 2))


def test_of_references_at_the_same_distance_the_first_counts():
    assert nearest_reference("AB", ["ABCD", "C"]) == (2, 4)


def test_an_empty_hypothesis_costs_its_reference():
    assert error_rates([()], [[("A", "B")]]) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("hypotheses", "references"),
    [([], []), (["A"], []), (["A"], [[]]), (["A"], [[""]])],
)
def test_what_cannot_be_scored_is_refused(hypotheses, references):
    with pytest.raises(ValueError, match="reference"):
        error_rates(hypotheses, references)


@pytest.mark.parametrize(
    ("hypotheses", "references"),
    [
        ([("N", "AY", "T")], [("N", "AY", "T")]),
        ([["N", "AY"]], [["N", "AY"]]),
        (["knight"], ["knight"]),
        ([[3, 1]], [[3, 1]]),
        ([np.array([3, 1])], [np.array([3, 1])]),
        ([()], [("N", "AY")]),
        ([("N",)], [None]),
    ],
)
def test_a_reference_without_its_brackets_is_refused(hypotheses, references):
    with pytest.raises(TypeError, match=r"references\[0\] must be a list of references"):
        error_rates(hypotheses, references)


@pytest.mark.parametrize(
    ("hypothesis", "reference"),
    [
        ("AB", "AC"),
        (("A", "B"), ["A", "C"]),
        (np.array([1, 2]), np.array([1, 3])),
        (torch.tensor([1, 2]), torch.tensor([1, 3])),
        ([1, 2], np.array([1, 3])),
    ],
)
def test_every_kind_of_sequence_is_scored_alike(hypothesis, reference):
    assert error_rates([hypothesis], [[reference]]) == (1.0, 0.5)
    assert error_rates([hypothesis], [[hypothesis, reference]]) == (0.0, 0.0)


@pytest.mark.parametrize("empty", [[[np.array([], int)]], [[torch.tensor([])]], [()]])
def test_an_empty_reference_of_any_kind_is_called_empty(empty):
    with pytest.raises(ValueError, match="no reference may be empty"):
        error_rates([[1]], empty)


def test_a_zero_is_a_symbol():
    assert error_rates([[0]], [[np.array([0])]]) == (0.0, 0.0)
