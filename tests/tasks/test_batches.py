from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.tasks.batches import endless_batches, equal_length_batches


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=60),
    st.integers(1, 8),
    st.one_of(st.none(), st.integers(0, 2**32)),
)
def test_every_sequence_is_in_one_batch_of_its_own_length(lengths, batch_size, seed):
    lengths = np.array(lengths)
    rng = None if seed is None else np.random.default_rng(seed)
    batches = equal_length_batches(lengths, batch_size, rng)
    assert sorted(np.concatenate(batches)) == list(range(len(lengths)))
    for batch in batches:
        assert 1 <= len(batch) <= batch_size
        assert len(set(lengths[batch])) == 1


def test_epochs_are_complete_and_differently_shuffled():
    lengths = np.random.default_rng(0).integers(3, 6, 50)
    per_epoch = len(equal_length_batches(lengths, 8))
    batches = list(islice(endless_batches(lengths, 8, np.random.default_rng(1)), 2 * per_epoch))
    first, second = np.concatenate(batches[:per_epoch]), np.concatenate(batches[per_epoch:])
    assert sorted(first) == sorted(second) == list(range(50))
    assert first.tolist() != second.tolist()


def test_a_batch_of_nothing_is_refused():
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        equal_length_batches(np.array([1, 2]), 0)
