"""The next letter of English words, one after the other, with a space between them.

The words are those of the CMU Pronouncing Dictionary that have only letters, in an order drawn at
random: what comes next in a word depends on its letters so far, and on nothing before the space.
"""

from typing import NamedTuple

import numpy as np

from src.tasks.dictionary import entries

ALPHABET = " abcdefghijklmnopqrstuvwxyz"
HELD_OUT = 5_000  # words


class LetterStreams(NamedTuple):
    """Two streams of letters, numbers in `ALPHABET`, that share no word."""

    train: np.ndarray  # (N,) int
    held_out: np.ndarray  # (M,) int


class Windows(NamedTuple):
    """Pieces of a stream."""

    inputs: np.ndarray  # (B, T, 27), one-hot, float32
    targets: np.ndarray  # (B, T) int, the letter after each


def load_letters(seed: int = 0) -> LetterStreams:
    """Return all words, shuffled; the last 5,000 of them are held out."""
    words = sorted({word for word, _ in entries() if word.isascii() and word.isalpha()})
    np.random.default_rng(seed).shuffle(words)
    return LetterStreams(_as_numbers(words[:-HELD_OUT]), _as_numbers(words[-HELD_OUT:]))


def draw_windows(
    rng: np.random.Generator, stream: np.ndarray, batch_size: int, length: int
) -> Windows:
    """Draw pieces that begin anywhere in a stream.

    Args:
        rng: `numpy.random.Generator`.
        stream: (N,) ints.
        batch_size: B.
        length: T.

    Raises:
        ValueError: a size below 1, or a stream that is not longer than T.
    """
    for name, size in (("batch_size", batch_size), ("length", length)):
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
    if len(stream) <= length:
        raise ValueError(f"length must be below the stream's, {len(stream)}, got {length}")
    first = rng.integers(len(stream) - length, size=(batch_size, 1))
    pieces = stream[first + np.arange(length + 1)]
    return Windows(np.eye(len(ALPHABET), dtype=np.float32)[pieces[:, :-1]], pieces[:, 1:])


def _as_numbers(words: list[str]) -> np.ndarray:
    number_of = {letter: k for k, letter in enumerate(ALPHABET)}
    return np.array([number_of[letter] for letter in " ".join(words)])
