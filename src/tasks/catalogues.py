"""Messages of a user interface and their translations: the catalogues of Django.

They are those of the pinned package `Django`, found through `importlib.metadata` without importing
it. Copyright (c) Django Software Foundation and individual contributors, 3-clause BSD licence.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import metadata

_CATALOGUE = re.compile(r"locale/(?P<language>[a-z]{2})/LC_MESSAGES/django\.po$")
_STRING = r'(?:".*"(?:\n|\Z))+'
_ENTRY = re.compile(rf"^msgid (?P<english>{_STRING})msgstr (?P<text>{_STRING})", re.M)
_PLURAL = re.compile(
    rf"^msgid (?P<one>{_STRING})msgid_plural (?P<many>{_STRING})"
    rf"msgstr\[0\] (?P<first>{_STRING})msgstr\[1\] (?P<second>{_STRING})",
    re.M,
)


def messages(language: str, *, plurals: bool = False) -> Iterator[tuple[str, str]]:
    """Yield (English message, translation) of a language's catalogues.

    Args:
        language: two letters, `de`.
        plurals: whether a message of two forms is given, as two pairs. For languages with two
            forms only: in others the second form is not the English plural's.

    Raises:
        ValueError: a language that Django has no catalogue of.
    """
    texts = _catalogues().get(language)
    if texts is None:
        known = ", ".join(sorted(_catalogues()))
        raise ValueError(f"language must be one of {known}, got {language!r}")
    for text in texts:
        yield from entries(text, plurals=plurals)


def entries(catalogue: str, *, plurals: bool = False) -> Iterator[tuple[str, str]]:
    """Yield (English, translation) of a .po file's entries; fuzzy and empty ones go."""
    for block in catalogue.split("\n\n"):
        if "#, fuzzy" in block:
            continue
        found = [entry.groups()] if (entry := _ENTRY.search(block)) else []
        if plurals and (entry := _PLURAL.search(block)):
            one, many, first, second = entry.groups()
            found = [(one, first), (many, second)]
        for pair in found:
            english, text = ("".join(map(ast.literal_eval, part.splitlines())) for part in pair)
            if english and text:
                yield english, text


@cache
def _catalogues() -> dict[str, list[str]]:
    """The catalogues' texts by language."""
    found: dict[str, list[str]] = {}
    for file in metadata.files("Django") or ():
        if match := _CATALOGUE.search(file.as_posix()):
            found.setdefault(match["language"], []).append(file.read_text(encoding="utf-8"))
    return found
