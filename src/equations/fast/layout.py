"""What the fast layers share: the layout in memory.

Inside a layer's loop the batch is the last axis: the arrays of one step are (features, B)
and lie together in memory, so that each gate is one contiguous block.
"""

import numpy as np


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


def sum_of_outer_products(deltas: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Σ over steps and sequences of δ columnᵀ, in one product.

    Args:
        deltas: (rows, T, B), of which the first steps count, as many as there are columns.
        columns: (steps, features, B).

    Returns:
        (rows, features).
    """
    steps, features, _ = columns.shape
    side_by_side = columns.transpose(1, 0, 2).reshape(features, -1)
    return deltas[:, :steps].reshape(len(deltas), -1) @ side_by_side.T
