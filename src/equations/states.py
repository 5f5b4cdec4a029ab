"""The state of a cell: an array (B, H), or a pair of such arrays.

One function for each thing that a layer does with its state, whatever its form.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from src.equations.checks import check_array

State: TypeAlias = Any  # np.ndarray, or tuple[np.ndarray, np.ndarray]: each cell says which


def check_state(
    name: str, state: Any, size: int | tuple[int, int], batch_size: int, dtype: npt.DTypeLike
) -> State:
    """Return a state if it has the form of a cell's state; a list counts as a pair.

    Args:
        name: the argument's name, for the message.
        state: what came.
        size: H for an array (B, H); a pair of sizes for a pair of arrays.
        batch_size: B.
        dtype: float32 or float64.

    Raises:
        TypeError, ValueError: the state is of another form, shape or dtype, or not finite.
    """
    if not isinstance(size, tuple):
        return check_array(name, state, (batch_size, size), dtype)
    h, C = _pair(name, state)
    check_array(f"{name}[0]", h, (batch_size, size[0]), dtype)
    check_array(f"{name}[1]", C, (batch_size, size[1]), dtype)
    return h, C


def first_state(
    name: str, state: Any, size: int | tuple[int, int], batch_size: int, dtype: npt.DTypeLike
) -> State:
    """The same as new arrays, with zeros for what is None: the whole state, or a half of it.

    Raises:
        TypeError, ValueError: as in `check_state`.
    """
    if isinstance(size, tuple):
        halves = (None, None) if state is None else _pair(name, state)
        return tuple(
            first_state(f"{name}[{k}]", half, size[k], batch_size, dtype)
            for k, half in enumerate(halves)
        )
    if state is None:
        return np.zeros((batch_size, size), dtype)
    return check_array(name, state, (batch_size, size), dtype).copy()


def _pair(name: str, pair: Any) -> Any:
    if not isinstance(pair, (tuple, list)):
        raise TypeError(f"{name} must be a pair (h, c), got {type(pair).__name__}")
    if len(pair) != 2:
        raise TypeError(f"{name} must be a pair (h, c), got {type(pair).__name__} of {len(pair)}")
    return pair


def choose(which: np.ndarray, state: State, other: State) -> State:
    """The rows of state where which (B,) is true, those of other elsewhere; nothing is copied
    where all are true."""
    if which.all():
        return state
    if isinstance(state, tuple):
        return tuple(choose(which, *halves) for halves in zip(state, other, strict=True))
    return np.where(which[:, None], state, other)


def only(which: np.ndarray, state: State) -> State:
    """The rows of state where which (B,) is true, and zeros elsewhere."""
    if which.all():
        return state
    if isinstance(state, tuple):
        return tuple(only(which, half) for half in state)
    return np.where(which[:, None], state, 0)


def add_output(d_state: State, d_output: np.ndarray) -> State:
    """d_state and the gradient of the output, which is the first H columns of the first array."""
    if isinstance(d_state, tuple):
        return (add_output(d_state[0], d_output), *d_state[1:])
    d_h = d_state.copy()
    d_h[:, : d_output.shape[1]] += d_output
    return d_h


def copy_of(state: State) -> State:
    """The same state in arrays of its own."""
    if isinstance(state, tuple):
        return tuple(half.copy() for half in state)
    return state.copy()
