"""The continual Reber stream, and the count of the network that reads it in the paper of 2000."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.equations.history.weight_counts import count_weights_2000
from src.tasks import reber
from src.tasks.continual import error_free_steps, predicts_legal, stream_windows


def letters(one_hot):
    return ["".join(reber.SYMBOLS[k] for k in row) for row in one_hot.argmax(axis=2)]


def joined(windows):
    """Windows side by side in time, as one tuple of arrays."""
    return [np.concatenate(arrays, axis=1) for arrays in zip(*windows, strict=True)]


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_a_stream_is_embedded_reber_strings_one_after_the_other(seed, steps):
    windows = itertools.islice(stream_windows(np.random.default_rng(seed), 2, steps), 200 // steps)
    inputs, targets, legal, starts, needs_memory = joined(windows)
    for b, stream in enumerate(letters(inputs)):
        assert letters(targets)[b][:-1] == stream[1:]
        begins = np.flatnonzero(starts[b])
        assert begins[0] == 0
        for begin, end in itertools.pairwise(begins):
            string = stream[begin:end]
            successors = [*reber.legal_successors(string), {"B"}]  # and after the E, a new string
            for t, allowed in enumerate(successors):
                marked = {s for s, ok in zip(reber.SYMBOLS, legal[b, begin + t], strict=True) if ok}
                assert marked == allowed
            assert np.flatnonzero(needs_memory[b, begin:end]).tolist() == [len(string) - 3]


def test_windows_of_any_length_make_the_same_kind_of_stream():
    """A window's first input is the last target of the window before."""
    one, two = itertools.islice(stream_windows(np.random.default_rng(3), 4, 7), 2)
    np.testing.assert_array_equal(one.targets[:, -1], two.inputs[:, 0])


def test_the_target_is_always_legal_and_both_edges_are_drawn():
    w = next(stream_windows(np.random.default_rng(0), 20, 1000))
    assert (w.legal & (w.targets == 1)).sum() == w.legal.shape[0] * w.legal.shape[1]
    two = w.legal.sum(axis=2) == 2
    first = (w.targets * (np.cumsum(w.legal, axis=2) == 1)).sum(axis=2)[two]
    assert abs(first.mean() - 0.5) < 0.02
    assert 11 < 1 / w.starts.mean() < 12  # the paper gives an average length of 11.5


def test_all_legal_letters_must_be_above_all_others():
    legal = np.array([[[True, True, False], [False, True, False]]])
    assert predicts_legal(np.array([[[2.0, 3, 1], [0, 1, 0]]]), legal).tolist() == [[True, True]]
    assert predicts_legal(np.array([[[2.0, 0, 1], [1, 1, 0]]]), legal).tolist() == [[False, False]]
    with pytest.raises(ValueError, match="scores has shape"):
        predicts_legal(np.zeros((1, 2, 7)), legal)


def test_steps_until_the_first_error():
    correct = np.array([[True, True, False, True], [False] * 4, [True] * 4])
    assert error_free_steps(correct).tolist() == [2, 0, 4]


@pytest.mark.parametrize("sizes", [(0, 5), (5, 0)])
def test_empty_streams_are_refused(sizes):
    with pytest.raises(ValueError, match="at least 1"):
        stream_windows(np.random.default_rng(0), *sizes)


def test_the_networks_of_2000_have_the_paper_s_count():
    assert count_weights_2000(7, 7, 4, 2, gates=3) == 424
    assert count_weights_2000(7, 7, 4, 2, gates=2) == 360
