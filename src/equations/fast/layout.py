"""What the fast layers share: the layout in memory.

Inside a layer's loop the batch is the last axis: the arrays of one step are (features, B)
and lie together in memory, so that each gate is one contiguous block.
"""

from collections.abc import Iterator

import numpy as np

# The backward pass prepares so many steps at once, and they enter one product for the weights'
# gradient: more than one, because few large calls are faster than many small ones; not all T, so
# that they are still in the cache.
CHUNK = 16


def ended_steps(running: np.ndarray) -> np.ndarray | None:
    """Which steps lie behind the end of their sequence: bool (T, B), or None for none."""
    return None if running.all() else ~running.T


def batch_last(x: np.ndarray) -> np.ndarray:
    """(B, T, D) to (T, D, B), contiguous: a copy, even where the order in memory is the same."""
    return x.transpose(1, 2, 0).copy()


def batch_first(x: np.ndarray) -> np.ndarray:
    """(T, D, B) to (B, T, D), contiguous: a copy, even where the order in memory is the same."""
    return x.transpose(2, 0, 1).copy()


def outputs_of(hidden: np.ndarray, ended: np.ndarray | None) -> np.ndarray:
    """The outputs (B, T, H) of the hidden states (T, H, B): zero behind a sequence's end."""
    outputs = batch_first(hidden)
    if ended is not None:
        outputs[ended.T] = 0
    return outputs


def chunks_from_the_end(T: int) -> Iterator[slice]:
    """The T steps in slices of CHUNK, the last first."""
    for start in reversed(range(0, T, CHUNK)):
        yield slice(start, min(start + CHUNK, T))


def sum_of_outer_products(deltas: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Σ over steps and sequences of δ columnᵀ, in one product.

    Args:
        deltas: (steps, rows, B).
        columns: (steps, features, B).

    Returns:
        (rows, features).
    """

    def side_by_side(arrays: np.ndarray) -> np.ndarray:
        return arrays.transpose(1, 0, 2).reshape(arrays.shape[1], -1)

    return side_by_side(deltas) @ side_by_side(columns).T
