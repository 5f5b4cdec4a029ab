"""Labelled short texts, and their characters as tokens."""

from typing import NamedTuple

import numpy as np


class LabelledTexts(NamedTuple):
    """Texts and the numbers of their classes."""

    texts: list[str]
    labels: np.ndarray  # (N,) int

    def first(self, count: int) -> "LabelledTexts":
        """Return the first `count` of them, for a smaller training set."""
        return LabelledTexts(self.texts[:count], self.labels[:count])


def encode(texts: list[str], alphabet: str) -> tuple[np.ndarray, np.ndarray]:
    """Turn texts into tokens and lengths.

    Args:
        texts: B strings, none of them empty.
        alphabet: the characters that may occur; the first one becomes token 1. Token 0 fills up
            what follows a text's end.

    Returns:
        tokens (B, T) and lengths (B,), both int64.

    Raises:
        ValueError: no text, an empty one, or a character outside the alphabet; the message
            names it.
    """
    if not texts:
        raise ValueError("encode needs at least one text")
    token_of = {character: 1 + k for k, character in enumerate(alphabet)}
    lengths = np.array([len(text) for text in texts])
    tokens = np.zeros((len(texts), lengths.max()), dtype=np.int64)
    for b, text in enumerate(texts):
        unknown = set(text) - set(token_of)
        if unknown or not text:
            reason = f"{min(unknown)!r} is not in the alphabet" if unknown else "it is empty"
            raise ValueError(f"cannot encode {text!r}: {reason}")
        tokens[b, : lengths[b]] = [token_of[character] for character in text]
    return tokens, lengths
