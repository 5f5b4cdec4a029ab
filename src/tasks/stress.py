"""English stress: from the spelling of a word, tell which syllables are stressed.

The CMU Pronouncing Dictionary marks every vowel with 1 (primary stress), 2 (secondary) or 0
(none), so that a word's pronunciation gives a pattern of digits, one per syllable::

    photograph    F OW1 T AH0 G R AE2 F           102
    photographer  F AH0 T AA1 G R AH0 F ER0       0100
    photographic  F OW2 T AH0 G R AE1 F IH0 K     2010

The task is to name the pattern from the letters alone. Decisions:

* Words of the letters a-z only; entries with digits, hyphens, full stops or apostrophes are out.
* The classes are the 12 most common patterns; words of other patterns are out.
* Where the dictionary lists several pronunciations, the first one counts. (About one word in
  forty, such as the noun and the verb *abstract*, has another one with another stress.)
* The split is by word: no word is in two sets. Relatives may be (*walk* in one, *walks* in
  another), as they would be for whoever uses such a model.
* *photograph* and its relatives are always in the test set: the book reads them letter by letter.
"""

import re
from collections import Counter
from functools import cache
from typing import NamedTuple

import numpy as np

from src.tasks import dictionary, texts
from src.tasks.texts import LabelledTexts

LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOCAB_SIZE = 1 + len(LETTERS)  # token 0 is padding, a is 1, z is 26
NUM_CLASSES = 12
HELD_OUT = "photograph"  # words that begin with it are test words

_WORD = re.compile(r"[a-z]+")


class StressData(NamedTuple):
    """The three sets, and the pattern that each class number stands for."""

    train: LabelledTexts
    validation: LabelledTexts
    test: LabelledTexts
    patterns: tuple[str, ...]  # the most common first, so class 0 is the majority


@cache
def stress_patterns() -> dict[str, str]:
    """Read the dictionary: word -> stress pattern of its first pronunciation."""
    patterns = {}
    for word, phonemes in dictionary.entries():
        if _WORD.fullmatch(word):
            digits = "".join(filter(str.isdigit, "".join(phonemes)))
            patterns.setdefault(word, digits)
    return patterns


def load_stress(seed: int = 0) -> StressData:
    """Split the words of the 12 most common patterns: test 10 %, validation 5 %, the rest train.

    Args:
        seed: of the split. The book uses 0 everywhere.
    """
    pattern_of = stress_patterns()
    patterns = tuple(p for p, _ in Counter(pattern_of.values()).most_common(NUM_CLASSES))
    class_of = {pattern: k for k, pattern in enumerate(patterns)}
    words = [word for word, pattern in pattern_of.items() if pattern in class_of]
    held_out = [word for word in words if word.startswith(HELD_OUT)]
    others = [word for word in words if not word.startswith(HELD_OUT)]
    order = [others[k] for k in np.random.default_rng(seed).permutation(len(others))]

    n_test, n_validation = len(words) // 10, len(words) // 20
    first_train = n_test - len(held_out) + n_validation

    def word_set(chosen: list[str]) -> LabelledTexts:
        return LabelledTexts(chosen, np.array([class_of[pattern_of[word]] for word in chosen]))

    return StressData(
        train=word_set(order[first_train:]),
        validation=word_set(order[n_test - len(held_out) : first_train]),
        test=word_set(held_out + order[: n_test - len(held_out)]),
        patterns=patterns,
    )


def encode(words: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Turn words into tokens (B, T), 0 after a word's end, and lengths (B,): `texts.encode`."""
    return texts.encode(words, LETTERS)
