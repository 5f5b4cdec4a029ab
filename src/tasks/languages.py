"""Tell the language of a short text: the task that a bag of letter n-grams wins.

The texts are the messages of Django's user interface ("Please enter a valid date") in twenty
languages that use the Latin alphabet. Decisions:

* Markup and placeholders go, letters become lower case, all else becomes a space; a text is its
  first 30 characters, so that no class is told by its longer sentences.
* A text that occurs in more than one language has no answer: it is left out.
* The split is by message: all translations of one English message are in the same set.

The catalogues are read by `src.tasks.catalogues`, which names their licence.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import numpy as np

from src.tasks.catalogues import messages
from src.tasks.texts import LabelledTexts

# fmt: off
LANGUAGES = (
    "ca", "cs", "da", "de", "es", "et", "fi", "fr", "gl", "hu",
    "id", "it", "lv", "nb", "nl", "pl", "pt", "sk", "sv", "tr",
)
# fmt: on
LONGEST, SHORTEST = 30, 3  # characters of a text

_MARKUP = re.compile(r"<[^>]*>|%\(\w+\)\w|%\w|\{\w*\}|&\w+;")


class LanguageData(NamedTuple):
    """The three sets, the classes, and the characters that occur."""

    train: LabelledTexts
    validation: LabelledTexts
    test: LabelledTexts
    languages: tuple[str, ...]
    alphabet: str


def load_languages(seed: int = 0) -> LanguageData:
    """Split the messages: test 20 %, validation 10 %, the rest train.

    Args:
        seed: of the split. The book uses 0 everywhere.
    """
    rows = _labelled_messages()
    messages = sorted({english for english, _, _ in rows})
    order = [messages[k] for k in np.random.default_rng(seed).permutation(len(messages))]
    n_test, n_validation = len(messages) // 5, len(messages) // 10

    def labelled(chosen: Iterable[str]) -> LabelledTexts:
        chosen = set(chosen)
        pairs = [(text, label) for english, text, label in rows if english in chosen]
        texts, labels = zip(*dict.fromkeys(pairs), strict=True)
        return LabelledTexts(list(texts), np.array(labels))

    test = labelled(order[:n_test])
    validation = _without(labelled(order[n_test : n_test + n_validation]), test)
    train = _without(_without(labelled(order[n_test + n_validation :]), test), validation)
    alphabet = "".join(sorted({character for _, text, _ in rows for character in text}))
    return LanguageData(train, validation, test, LANGUAGES, alphabet)


def simplify(message: str) -> str:
    """Reduce a message to lower-case letters and single spaces, and to its first characters.

    >>> simplify("Please enter <b>%(count)d</b> values.")
    'please enter values'
    """
    plain = unicodedata.normalize("NFC", _MARKUP.sub(" ", message)).lower()
    letters = "".join(c if c.isalpha() else " " for c in plain)
    return " ".join(letters.split())[:LONGEST].strip()


@cache
def _labelled_messages() -> tuple[tuple[str, str, int], ...]:
    """Give (English message, simplified translation, class) of all that has one answer."""
    rows, classes_of = [], defaultdict(set)
    for label, language in enumerate(LANGUAGES):
        for english, translation in messages(language):
            text = simplify(translation)
            if len(text) >= SHORTEST:
                rows.append((english, text, label))
                classes_of[text].add(label)
    return tuple(row for row in sorted(rows) if len(classes_of[row[1]]) == 1)


def _without(part: LabelledTexts, other: LabelledTexts) -> LabelledTexts:
    """Drop the texts that are in `other` too: two messages can have one translation."""
    taken = set(other.texts)
    kept = [k for k, text in enumerate(part.texts) if text not in taken]
    return LabelledTexts([part.texts[k] for k in kept], part.labels[kept])
