"""Variants of a set: other conventions and shapes, which change the code that solves it.

`coursework/source/psN/variants.toml` lists them. A variant is a list of edits of the source, in its
texts, its solution and its tests alike ::

    [[variant]]
    name = "keeps"
    says = "z = 1 keeps the old state (part A)"

    [[variant.edit]]
    cell = "A-answer"     # nbgrader's name of a cell, or how the heading of a text begins
    old = "..."           # occurs in it once
    new = "..."
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

BY_SEED, NONE = "seed", "none"


class Edit(NamedTuple):
    """In the cell of that name, `old` becomes `new`."""

    cell: str
    old: str
    new: str


class Variant(NamedTuple):
    """A name, what is other than in the set, and the edits."""

    name: str
    says: str
    edits: tuple[Edit, ...]


def variants(folder: Path) -> dict[str, Variant]:
    """The variants of the set in a folder, by name."""
    path = folder / "variants.toml"
    if not path.is_file():
        return {}
    listed = tomllib.loads(path.read_text("utf-8"))["variant"]
    return {
        each["name"]: Variant(
            each["name"], each["says"], tuple(Edit(**edit) for edit in each["edit"])
        )
        for each in listed
    }


def by_seed(names: Sequence[str], seed: int) -> str:
    """At least one of the variants, joined by `+`, as the seed has it; "" where there are none."""
    if not names:
        return ""
    chosen = int(np.random.default_rng([seed, len(names)]).integers(1, 2 ** len(names)))
    return "+".join(name for k, name in enumerate(names) if chosen >> k & 1)


def varied(cells: list[dict], chosen: Sequence[Variant]) -> None:
    """Make the edits of the variants in the cells of a set.

    Raises:
        ValueError: a text that is to be changed is not there, or there twice.
    """
    for variant in chosen:
        for edit in variant.edits:
            places = [cell for cell in cells if _is_called(cell, edit.cell)]
            found = sum("".join(cell["source"]).count(edit.old) for cell in places)
            if len(places) != 1 or found != 1:
                raise ValueError(
                    f"variant {variant.name!r}: {edit.old!r} must occur once in the cell "
                    f"{edit.cell!r}, found {found} in {len(places)} cells"
                )
            places[0]["source"] = "".join(places[0]["source"]).replace(edit.old, edit.new)


def _is_called(cell: dict, name: str) -> bool:
    if name.startswith("#"):
        return cell["cell_type"] == "markdown" and "".join(cell["source"]).startswith(name)
    return cell["metadata"].get("nbgrader", {}).get("grade_id") == name
