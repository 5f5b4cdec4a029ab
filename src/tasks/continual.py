"""The continual Reber task: embedded Reber strings one after the other, with no end.

The last letter of a string is followed by the first of the next, and nothing tells the network to
start anew (Gers, Schmidhuber & Cummins 2000). Everything else is as in `src.tasks.reber`: at each
letter, predict which letters may follow.

Arrays are batch first: B streams, T steps, 7 symbols.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from src.tasks.reber import EMBEDDED_REBER, SYMBOLS


class StreamWindow(NamedTuple):
    """T steps of B streams."""

    inputs: np.ndarray  # (B, T, 7) one-hot
    targets: np.ndarray  # (B, T, 7) one-hot: the letter that follows
    legal: np.ndarray  # (B, T, 7) bool: every letter that may follow
    starts: np.ndarray  # (B, T) bool: the input is the first letter of a string
    needs_memory: np.ndarray  # (B, T) bool: what follows is a string's last letter but one


def _tables() -> tuple[np.ndarray, np.ndarray, int, np.ndarray]:
    """The grammar as arrays: each state's two edges (the same twice where there is only one).

    The edge into "end" leads back to "start": that is all that makes the task continual.
    """
    states = [state for state in EMBEDDED_REBER if state != "end"]
    letter, target = np.zeros((2, len(states), 2), dtype=int)
    for number, state in enumerate(states):
        edges = sorted(EMBEDDED_REBER[state].items())
        for choice in (0, 1):
            symbol, following = edges[choice % len(edges)]
            letter[number, choice] = SYMBOLS.index(symbol)
            target[number, choice] = states.index("start" if following == "end" else following)
    return letter, target, states.index("outer"), (target == states.index("last")).all(axis=1)


LETTER, TARGET, AFTER_START, BEFORE_LAST = _tables()
LEGAL = np.zeros((len(LETTER), len(SYMBOLS)), dtype=bool)  # (states, 7): what may come there
np.put_along_axis(LEGAL, LETTER, True, axis=1)


def stream_windows(rng: np.random.Generator, batch_size: int, steps: int) -> Iterator[StreamWindow]:
    """Draw B endless streams, T steps at a time; each window goes on where the last one ended.

    Raises:
        ValueError: batch_size or steps is below 1.
    """
    if batch_size < 1 or steps < 1:
        raise ValueError(f"batch_size and steps must be at least 1, got {batch_size} and {steps}")
    return _windows(rng, batch_size, steps)


def _windows(rng: np.random.Generator, batch_size: int, steps: int) -> Iterator[StreamWindow]:
    one_hot = np.eye(len(SYMBOLS))
    letters = np.full((steps + 1, batch_size), SYMBOLS.index("B"))
    states = np.full((steps + 1, batch_size), AFTER_START)  # after that letter
    while True:
        for t, choice in enumerate(rng.integers(2, size=(steps, batch_size))):
            letters[t + 1] = LETTER[states[t], choice]
            states[t + 1] = TARGET[states[t], choice]
        yield StreamWindow(
            inputs=one_hot[letters[:-1].T],
            targets=one_hot[letters[1:].T],
            legal=LEGAL[states[:-1].T],
            starts=(states[:-1] == AFTER_START).T,
            needs_memory=BEFORE_LAST[states[:-1].T],
        )
        letters[0], states[0] = letters[-1], states[-1]


def predicts_legal(scores: np.ndarray, legal: np.ndarray) -> np.ndarray:
    """At which steps the legal letters are the most active outputs.

    Args:
        scores: (B, T, 7) activations, logits or probabilities; only their order matters.
        legal: (B, T, 7) bool.

    Returns:
        (B, T) bool: the least active legal letter is above the most active illegal one.

    Raises:
        ValueError: scores and legal differ in shape.
    """
    if scores.shape != legal.shape:
        raise ValueError(f"scores has shape {scores.shape}, legal has {legal.shape}")
    least_legal = np.where(legal, scores, np.inf).min(axis=2)
    return least_legal > np.where(legal, -np.inf, scores).max(axis=2)


def error_free_steps(correct: np.ndarray) -> np.ndarray:
    """How many steps each stream is predicted without an error from its start, (B, T) to (B,)."""
    return np.where(correct.all(axis=1), correct.shape[1], (~correct).argmax(axis=1))
