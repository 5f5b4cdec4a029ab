"""The state of a cell: an array (B, H), or a pair or more of such arrays.

One function for each thing that a layer does with its state, whatever its form.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from src.equations.checks import check_array

State: TypeAlias = Any  # np.ndarray, or a tuple of them: each cell says which
Size: TypeAlias = int | tuple[int | tuple[int, ...], ...]


def check_state(name: str, state: Any, size: Size, batch_size: int, dtype: npt.DTypeLike) -> State:
    """Return a state if it has the form of a cell's state; a list counts as a tuple.

    Args:
        name: the argument's name, for the message.
        state: what came.
        size: H for an array (B, H); a tuple of sizes for a tuple of arrays, where a memory that is
            a matrix has a pair of numbers for its size.
        batch_size: B.
        dtype: float32 or float64.

    Raises:
        TypeError, ValueError: the state is of another form, shape or dtype, or not finite.
    """
    if not isinstance(size, tuple):
        return check_array(name, state, (batch_size, size), dtype)
    return tuple(
        check_array(f"{name}[{k}]", part, _shape(batch_size, size[k]), dtype)
        for k, part in enumerate(_parts(name, state, len(size)))
    )


def first_state(name: str, state: Any, size: Size, batch_size: int, dtype: npt.DTypeLike) -> State:
    """The same as new arrays, with zeros for what is None: the whole state, or a part of it.

    Raises:
        TypeError, ValueError: as in `check_state`.
    """
    if isinstance(size, tuple):
        parts = [None] * len(size) if state is None else _parts(name, state, len(size))
        return tuple(
            _first(f"{name}[{k}]", part, _shape(batch_size, size[k]), dtype)
            for k, part in enumerate(parts)
        )
    return _first(name, state, (batch_size, size), dtype)


def _first(name: str, part: Any, shape: tuple[int, ...], dtype: npt.DTypeLike) -> np.ndarray:
    return np.zeros(shape, dtype) if part is None else check_array(name, part, shape, dtype).copy()


def _shape(batch_size: int, size: int | tuple[int, ...]) -> tuple[int, ...]:
    return (batch_size, *size) if isinstance(size, tuple) else (batch_size, size)


def _parts(name: str, state: Any, number: int) -> Any:
    wanted = "a pair (h, c)" if number == 2 else f"a tuple of {number} arrays"
    if not isinstance(state, (tuple, list)):
        raise TypeError(f"{name} must be {wanted}, got {type(state).__name__}")
    # A step is a tuple as well, of gates: it is no state, whatever its number.
    if len(state) != number or hasattr(state, "_fields"):
        raise TypeError(f"{name} must be {wanted}, got {type(state).__name__} of {len(state)}")
    return state


def choose(which: np.ndarray, state: State, other: State) -> State:
    """The rows of state where which (B,) is true, those of other elsewhere; nothing is copied
    where all are true."""
    if which.all():
        return state
    if isinstance(state, tuple):
        return tuple(choose(which, *halves) for halves in zip(state, other, strict=True))
    return np.where(_rows(which, state), state, other)


def only(which: np.ndarray, state: State) -> State:
    """The rows of state where which (B,) is true, and zeros elsewhere."""
    if which.all():
        return state
    if isinstance(state, tuple):
        return tuple(only(which, half) for half in state)
    return np.where(_rows(which, state), state, 0)


def _rows(which: np.ndarray, state: np.ndarray) -> np.ndarray:
    """which (B,) with as many axes as the state has."""
    return which.reshape(-1, *[1] * (state.ndim - 1))


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
