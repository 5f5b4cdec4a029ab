"""What the recurrent layers share: sequences of unequal length, and the layout in memory.

Inside a layer's loop the batch is the last axis: the arrays of one step are (features, B)
and lie together in memory, so that each gate is one contiguous block.
"""

import numpy as np

from src.equations.checks import check_array


def ended_steps(lengths, steps):
    """Which steps lie behind the end of their sequence: bool (T, B), or None for none."""
    return None if lengths is None else np.arange(steps)[:, None] >= lengths


def batch_last(x):
    """(B, T, D) to (T, D, B), contiguous: a copy, even where the order in memory is the same."""
    return x.transpose(1, 2, 0).copy()


def batch_first(x):
    """(T, D, B) to (B, T, D), contiguous: a copy, even where the order in memory is the same."""
    return x.transpose(2, 0, 1).copy()


def outputs_of(hidden, ended):
    """The outputs (B, T, H) of the hidden states (T, H, B): zero behind a sequence's end."""
    outputs = batch_first(hidden)
    if ended is not None:
        outputs[ended.T] = 0
    return outputs


def upstream(d_outputs, shape, dtype, ended):
    """The gradient that reaches each step's hidden state from outside, (T, H, B).

    Args:
        d_outputs: (B, T, H), the gradient of the loss with respect to the outputs.
        shape: (B, T, H) as the forward pass had it.
        dtype: the parameters' dtype.
        ended: bool (T, B) or None. An output behind a sequence's end is the constant zero:
            whatever gradient is handed in there goes nowhere.

    Raises:
        TypeError, ValueError: d_outputs is not of this shape and dtype, or not finite.
    """
    d_hidden = batch_last(check_array("d_outputs", d_outputs, shape, dtype))
    if ended is not None:
        d_hidden *= ~ended[:, None, :]
    return d_hidden


def initial_state(name, state, batch_size, hidden_size, dtype):
    """A state (B, H) as (H, B): checked, or zero where there is none.

    Raises:
        TypeError, ValueError: the state is not of this shape and dtype, or not finite.
    """
    if state is None:
        return np.zeros((hidden_size, batch_size), dtype)
    return check_array(name, state, (batch_size, hidden_size), dtype).T


def state_pair(name, pair):
    """The two halves of an LSTM's state, or (None, None) where there is none.

    Raises:
        TypeError: it is not a pair.
    """
    if pair is None:
        return None, None
    if not isinstance(pair, (tuple, list)):
        raise TypeError(f"{name} must be a pair (h, c), got {type(pair).__name__}")
    if len(pair) != 2:
        raise TypeError(f"{name} must be a pair (h, c), got {type(pair).__name__} of {len(pair)}")
    return pair


def sum_of_outer_products(deltas, columns):
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
