"""French messages of a user interface to be translated into English, word by word.

The pairs are those of Django's catalogues (see `src.tasks.catalogues`). Decisions:

* Words become lower case; a punctuation mark is a word, and so are "l’" and "d’". Placeholders are
  numbered: "%(name)s" is {1} on both sides if it is the first one in the French message.
  Messages with markup, or of more than 25 words on a side, are left out.
* A message of fewer than three words on a side is an entry of a phrase book: always in the training
  set, never in the test.
* The others are judged in five folds: each is in the test set once. Two messages are
  near-duplicates if they share at least two thirds of their words, on either side; a group of
  near-duplicates is in one fold.
* A word that the training set does not have is read as UNKNOWN.
"""

import re
from functools import cache
from typing import NamedTuple

import numpy as np

from src.tasks.catalogues import messages

PADDING, START, END, UNKNOWN = range(4)
SPECIAL = ("<pad>", "<s>", "</s>", "<unk>")
LONGEST, SHORTEST, FOLDS = 25, 3, 5

_PLACEHOLDER = re.compile(r"%\(\w+\)\w|%\w|\{\w*\}")
_WORD = re.compile(r"\{\d\}|\b(?:[cdjlmnst]|qu)[’'](?=\w)|\w+(?:[-’']\w+)*|[^\w\s]")

Sentence = tuple[str, ...]


class Pair(NamedTuple):
    """A French message and its English original, as words."""

    french: Sentence
    english: Sentence


class TranslationData(NamedTuple):
    """Two sets of pairs."""

    train: list[Pair]
    test: list[Pair]


def split_words(message: str) -> Sentence:
    """Cut a message into lower-case words, placeholders like {1}, and punctuation marks.

    >>> split_words("L’adresse {1} n’est pas valide.")
    ('l’', 'adresse', '{1}', 'n’', 'est', 'pas', 'valide', '.')
    """
    return tuple(_WORD.findall(message.lower()))


def number_placeholders(french: str, english: str) -> tuple[str, str]:
    """Name the placeholders of both sides {1}, {2}, ... in the order of the French message.

    >>> number_placeholders("%(b)s de %(a)s", "%(a)s’s %(b)s")
    ('{1} de {2}', '{2}’s {1}')
    """
    names = list(dict.fromkeys(_PLACEHOLDER.findall(french) + _PLACEHOLDER.findall(english)))

    def numbered(side: str) -> str:
        return _PLACEHOLDER.sub(lambda found: f"{{{names.index(found[0]) + 1}}}", side)

    return numbered(french), numbered(english)


@cache
def load_translations(fold: int = 0, *, by_message: bool = False) -> TranslationData:
    """Load the pairs of a fold: a fifth of the sentences to test, all else to train.

    Args:
        fold: 0 to 4.
        by_message: split by message, whatever its near-duplicates do: a leak, to be measured.

    Raises:
        ValueError: a fold out of its range.
    """
    if fold not in range(FOLDS):
        raise ValueError(f"fold must be 0 to {FOLDS - 1}, got {fold}")
    pairs = _pairs()
    sentences = [pair for pair in pairs if is_sentence(pair)]
    groups = list(range(len(sentences))) if by_message else near_duplicates(sentences)
    names = sorted(set(groups))
    order = np.random.default_rng(0).permutation(len(names))
    fold_of = {names[k]: place % FOLDS for place, k in enumerate(order)}
    test = [pair for pair, group in zip(sentences, groups, strict=True) if fold_of[group] == fold]
    held_out = set(test)
    return TranslationData([pair for pair in pairs if pair not in held_out], test)


def is_sentence(pair: Pair) -> bool:
    """Whether both sides have at least three words, placeholders and punctuation not counted."""
    return min(len(_words(side)) for side in pair) >= SHORTEST


def near_duplicates(pairs: list[Pair]) -> list[int]:
    """The group of each pair: two that share two thirds of a side's words are in one group."""
    words = [[_words(side) for side in pair] for pair in pairs]
    group = list(range(len(pairs)))
    for i in range(len(pairs)):
        for j in range(i):
            alike = any(
                3 * len(a & b) >= 2 * len(a | b) for a, b in zip(words[i], words[j], strict=True)
            )
            if alike and group[i] != group[j]:
                old = group[i]
                group = [group[j] if g == old else g for g in group]
    return group


def vocabulary(sentences: list[Sentence]) -> tuple[str, ...]:
    """The special tokens, and all words that occur."""
    return SPECIAL + tuple(sorted({word for sentence in sentences for word in sentence}))


def encode_sentences(
    sentences: list[Sentence], words: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Number the words and append END.

    Returns:
        (N, T) int64, PADDING after each END; and the lengths (N,), END counted.
    """
    number = {word: n for n, word in enumerate(words)}
    lengths = np.array([len(sentence) + 1 for sentence in sentences])
    tokens = np.full((len(sentences), lengths.max()), PADDING, dtype=np.int64)
    for row, sentence in zip(tokens, sentences, strict=True):
        row[: len(sentence) + 1] = [number.get(word, UNKNOWN) for word in sentence] + [END]
    return tokens, lengths


def _words(sentence: Sentence) -> set[str]:
    return {word for word in sentence if word[0].isalpha()}


@cache
def _pairs() -> list[Pair]:
    """All pairs, each once, in an order that does not depend on the files'."""
    found = {
        Pair(*map(split_words, number_placeholders(french, english)))
        for english, french in messages("fr", plurals=True)
        if "<" not in english
    }
    return sorted(pair for pair in found if all(1 <= len(side) <= LONGEST for side in pair))
