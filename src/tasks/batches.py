"""Batches in which all sequences have the same length, so that nothing needs padding."""

from collections.abc import Iterator

import numpy as np


def equal_length_batches(
    lengths: np.ndarray, batch_size: int, rng: np.random.Generator | None = None
) -> list[np.ndarray]:
    """Cut one epoch into batches whose sequences all have the same length.

    Such a batch has no padding, so a bidirectional network needs neither a mask nor packing to
    find the true end of each sequence: `tokens[batch, :lengths[batch[0]]]` is all there is.

    Args:
        lengths: (N,) int.
        batch_size: the largest batch; the last batch of each length may be smaller.
        rng: shuffles the sequences within a length and the order of the batches. None keeps the
            order of the data, for evaluation.

    Returns:
        a list of index arrays; every index from 0 to N-1 is in exactly one of them.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, got {batch_size}")
    batches = []
    for length in np.unique(lengths):
        group = np.flatnonzero(lengths == length)
        if rng is not None:
            group = rng.permutation(group)
        batches += [group[start : start + batch_size] for start in range(0, len(group), batch_size)]
    if rng is not None:
        batches = [batches[k] for k in rng.permutation(len(batches))]
    return batches


def endless_batches(
    lengths: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Repeat `equal_length_batches` for ever, each epoch newly shuffled."""
    while True:
        yield from equal_length_batches(lengths, batch_size, rng)
