"""State tracking: read symbols, and say after each one in which state an automaton is.

What has to be remembered is one state of a few; what makes it hard is that every symbol changes it.

* `PARITY`, two states: has the number of ones so far been even or odd?
* `CUPS`, five states: under which of five cups is the ball? It lies under the first; a move shifts
  all cups by one place, the last to the front, or it swaps the first two. The two moves do not
  commute, and together they make all 120 orders of five cups.

An automaton is an array of ints (symbols, states): row s says where symbol s leads from each state.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

PARITY = np.array([[0, 1], [1, 0]])  # a zero, a one
CUPS = np.array([[1, 2, 3, 4, 0], [1, 0, 2, 3, 4]])  # shift, swap the first two


class Tracking(NamedTuple):
    """Symbols and what is to be said after each."""

    inputs: np.ndarray  # (B, T, symbols), one-hot, float64
    targets: np.ndarray  # (B, T) int, the state after each symbol


def states_after(automaton: npt.ArrayLike, symbols: npt.ArrayLike) -> np.ndarray:
    """Run an automaton from its state 0.

    Args:
        automaton: ints (symbols, states).
        symbols: ints (B, T), rows of the automaton.

    Returns:
        ints (B, T), the state after each symbol.

    Raises:
        ValueError: an entry of the automaton is none of its states, or a symbol none of its rows.
    """
    automaton, symbols = np.asarray(automaton), np.asarray(symbols)
    _check("automaton", automaton, automaton.shape[-1])
    _check("symbols", symbols, len(automaton))
    states = np.empty_like(symbols)
    state = np.zeros(len(symbols), dtype=symbols.dtype)
    for t in range(symbols.shape[1]):
        state = automaton[symbols[:, t], state]
        states[:, t] = state
    return states


def draw_tracking(
    rng: np.random.Generator, automaton: npt.ArrayLike, batch_size: int, length: int
) -> Tracking:
    """Draw sequences in which all symbols are equally likely at every step.

    Args:
        rng: `numpy.random.Generator`.
        automaton: ints (symbols, states), such as `PARITY`.
        batch_size: B.
        length: T.

    Raises:
        ValueError: a size below 1, or an automaton that leads out of its own states.
    """
    for name, size in (("batch_size", batch_size), ("length", length)):
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
    symbols = rng.integers(len(np.asarray(automaton)), size=(batch_size, length))
    inputs = np.eye(len(np.asarray(automaton)))[symbols]
    return Tracking(inputs, states_after(automaton, symbols))


def _check(name: str, numbers: np.ndarray, below: int) -> None:
    if numbers.ndim != 2 or numbers.size == 0 or numbers.dtype.kind not in "iu":
        raise ValueError(
            f"{name} must be integers of rank 2, none of its axes empty, got dtype "
            f"{numbers.dtype} and shape {numbers.shape}"
        )
    if numbers.min() < 0 or numbers.max() >= below:
        raise ValueError(
            f"{name} must hold numbers from 0 to {below - 1}, got {numbers.min()} to "
            f"{numbers.max()}"
        )
