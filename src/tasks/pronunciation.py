"""English spelling to sound: spell out the phonemes of a word from its letters.

    knight    N AY T
    colonel   K ER N AH L

The words are those of the CMU Pronouncing Dictionary. Decisions:

* Words of 2 to 20 of the letters a-z and the apostrophe.
* The digits of stress are stripped: 39 phonemes are left.
* All pronunciations of a word are its references, and an answer is right if it is one of them.
* The split is fixed, so that others can compare: the words sorted, shuffled by Python's
  `random.Random(0)`; the first 12,000 are the test set, the next 2,600 the development set, the
  rest is for training.
"""

import random
import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import numpy as np

from src.tasks import dictionary, texts

LETTERS = "abcdefghijklmnopqrstuvwxyz'"
# fmt: off
PHONEMES = (
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH",
    "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH",
    "UW", "V", "W", "Y", "Z", "ZH",
)
# fmt: on
PADDING, START, END = 0, 1, 2  # tokens of a sequence of phonemes; AA is 3, ZH is 41
SOURCE_SIZE = 1 + len(LETTERS)  # V of the letters: 0 is padding, a is 1, ' is 27
TARGET_SIZE = 3 + len(PHONEMES)
TEST_WORDS, DEVELOPMENT_WORDS = 12_000, 2_600

_WORD = re.compile(r"[a-z']{2,20}")
_TOKEN = {phoneme: 3 + k for k, phoneme in enumerate(PHONEMES)}

Pronunciation = tuple[str, ...]
References = dict[str, tuple[Pronunciation, ...]]


class PronunciationData(NamedTuple):
    """Words with all their pronunciations, the dictionary's first one first."""

    train: References
    development: References
    test: References


@cache
def load_pronunciations() -> PronunciationData:
    """Read the dictionary and split its words."""
    found: dict[str, dict[Pronunciation, None]] = {}
    for word, phonemes in dictionary.entries():
        if _WORD.fullmatch(word):
            without_stress = tuple(phoneme.rstrip("012") for phoneme in phonemes)
            found.setdefault(word, {})[without_stress] = None
    words = sorted(found)
    random.Random(0).shuffle(words)

    def word_set(chosen: list[str]) -> References:
        return {word: tuple(found[word]) for word in chosen}

    first_train = TEST_WORDS + DEVELOPMENT_WORDS
    return PronunciationData(
        train=word_set(words[first_train:]),
        development=word_set(words[TEST_WORDS:first_train]),
        test=word_set(words[:TEST_WORDS]),
    )


def encode_words(words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Turn words into tokens (B, T), 0 after a word's end, and lengths (B,): `texts.encode`."""
    return texts.encode(words, LETTERS)


def encode_pronunciations(pronunciations: list[Pronunciation]) -> tuple[np.ndarray, np.ndarray]:
    """Turn pronunciations into what a decoder is to say.

    Args:
        pronunciations: B of them, none empty.

    Returns:
        tokens (B, T), each pronunciation followed by END and then by PADDING; and lengths (B,),
        END included. Both int64.

    Raises:
        ValueError: no pronunciation, an empty one, or an unknown phoneme; the message names it.
    """
    if not pronunciations:
        raise ValueError("encode_pronunciations needs at least one pronunciation")
    lengths = np.array([len(pronunciation) + 1 for pronunciation in pronunciations])
    tokens = np.full((len(pronunciations), lengths.max()), PADDING, dtype=np.int64)
    for b, pronunciation in enumerate(pronunciations):
        unknown = set(pronunciation) - set(_TOKEN)
        if unknown or not pronunciation:
            reason = f"{min(unknown)!r} is no phoneme of the list" if unknown else "it is empty"
            raise ValueError(f"cannot encode {' '.join(pronunciation)!r}: {reason}")
        tokens[b, : lengths[b]] = [*(_TOKEN[phoneme] for phoneme in pronunciation), END]
    return tokens, lengths


def decode_pronunciation(tokens: Iterable[int]) -> Pronunciation:
    """Turn tokens back into phonemes, up to the first END; START and PADDING are left out."""
    phonemes = []
    for token in tokens:
        if token == END:
            break
        if token >= 3:
            phonemes.append(PHONEMES[token - 3])
    return tuple(phonemes)
