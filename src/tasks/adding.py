"""The adding problem: two numbers of a long sequence are marked; give their sum at its end.

Two versions of the task carry the same name, and their errors cannot be compared. Both are here,
each under its own name:

* `adding_1997`: as Hochreiter & Schmidhuber (1997), Section 5.4, defined it.
* `adding_modern`: the version of later papers (e.g. Le, Jaitly & Hinton 2015, Section 4.1).

Inputs are (B, T, 2): the number, and its marker. Targets are (B,). Lengths are (B,).
"""

from typing import NamedTuple

import numpy as np

# What a network scores that ignores its input and always gives the mean.
BASELINE_1997 = 1 / 24  # variance of (X1 + X2)/4 with X in [-1, 1]: 2 · (1/3) / 16
BASELINE_MODERN = 1 / 6  # variance of X1 + X2 with X in [0, 1]: 2 · 1/12

TOLERANCE_1997 = 0.04  # a sequence is processed correctly if its absolute error is below this


class AddingBatch(NamedTuple):
    """Sequences of the adding problem, zero after each one's end."""

    inputs: np.ndarray  # (B, T, 2): value, marker
    targets: np.ndarray  # (B,)
    lengths: np.ndarray  # (B,) int


def adding_1997(rng: np.random.Generator, batch_size: int, minimal_length: int) -> AddingBatch:
    """Draw the adding problem as the paper specifies it.

    Values lie in [-1, 1]. Lengths are drawn from T to T + T/10, T = `minimal_length`. One of the
    first ten pairs is marked, then another of the first T/2 - 1 pairs. A marked pair has the
    marker 1, the first and the last pair have -1, all others 0. The target is
    0.5 + (X1 + X2)/4.

    Where the first pair is the marked one, its value is set to zero, as in the paper. That
    happens in every tenth sequence, so a constant predictor's error is about 5 % below
    `BASELINE_1997`, which the usual account gives without this rule.

    Raises:
        ValueError: a minimal length below 22, where fewer than ten pairs could be marked.
    """
    if minimal_length < 22:
        raise ValueError(f"minimal_length must be at least 22, got {minimal_length}")
    T = minimal_length + minimal_length // 10
    lengths = rng.integers(minimal_length, T + 1, batch_size)
    values = rng.uniform(-1.0, 1.0, (batch_size, T))
    markers = np.zeros((batch_size, T))

    rows = np.arange(batch_size)
    first, second = _two_positions(rng, batch_size, 10, minimal_length // 2 - 1)
    markers[:, 0] = -1.0
    markers[rows, lengths - 1] = -1.0
    markers[rows, first] = markers[rows, second] = 1.0
    values[markers[:, 0] == 1.0, 0] = 0.0

    targets = 0.5 + (values[rows, first] + values[rows, second]) / 4.0
    within = np.arange(T) < lengths[:, None]
    return AddingBatch(np.stack([values, markers], axis=2) * within[..., None], targets, lengths)


def adding_modern(rng: np.random.Generator, batch_size: int, length: int) -> AddingBatch:
    """Draw the later version: values in [0, 1], target X1 + X2, one length for all.

    One pair is marked 1 in the first half of the sequence, one in the second; all others 0.

    Raises:
        ValueError: a length below 2.
    """
    if length < 2:
        raise ValueError(f"length must be at least 2, got {length}")
    values = rng.uniform(0.0, 1.0, (batch_size, length))
    markers = np.zeros((batch_size, length))
    rows = np.arange(batch_size)
    first = rng.integers(0, length // 2, batch_size)
    second = rng.integers(length // 2, length, batch_size)
    markers[rows, first] = markers[rows, second] = 1.0
    targets = values[rows, first] + values[rows, second]
    lengths = np.full(batch_size, length)
    return AddingBatch(np.stack([values, markers], axis=2), targets, lengths)


def _two_positions(
    rng: np.random.Generator, batch_size: int, first_below: int, second_below: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw two different positions: first < first_below, second < second_below. Each (B,)."""
    first = rng.integers(0, first_below, batch_size)
    second = rng.integers(0, second_below - 1, batch_size)
    return first, second + (second >= first)  # skip over the one that is taken
