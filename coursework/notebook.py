"""What a handed-in file says of itself: its set, and whether anybody answered anything in it."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache

from coursework.grading import UnreadableError, code_cells, notebook_of
from coursework.problems import RELEASE, role, source_of
from coursework.rubric import is_written

MARKERS = re.compile(r"###\s*(BEGIN|END)\s+(SOLUTION|HIDDEN TESTS)")


@dataclass(frozen=True)
class Look:
    """What a file says of itself.

    Attributes:
        digest: of its bytes.
        set: what the release wrote into it; "" if nothing.
        teachers: whether it is a source with solutions, or a copy of one.
        untouched: whether every answer is still as it was handed out.
    """

    digest: str
    set: str = ""
    teachers: bool = False
    untouched: bool = False


def look(data: bytes) -> Look:
    """Look at a file; one that is no notebook says nothing."""
    digest = hashlib.sha256(data).hexdigest()
    try:
        notebook = notebook_of(data)
        which = _set(notebook["metadata"])
        cells = code_cells(data)
    except UnreadableError:
        return Look(digest)
    if any(MARKERS.search(source_of(cell)) for cell in cells):
        return Look(digest, which, teachers=True)
    wrote = any(role(c) == "written" and is_written(c["source"]) for c in notebook["cells"])
    return Look(digest, which, untouched=not wrote and _untouched(which, cells))


def _set(metadata: dict) -> str:
    about = metadata.get("coursework")
    which = about.get("set") if isinstance(about, dict) else ""
    return which if isinstance(which, str) and re.fullmatch(r"ps\d+", which) else ""


def _untouched(which: str, cells: list[dict]) -> bool:
    """Whether every answer is as it was handed out, and no code was added."""
    handed_out = _answers(which)
    theirs = {source_of(cell).strip() for cell in cells if role(cell) in ("solution", "own")}
    return bool(handed_out) and theirs <= handed_out | {""}


@lru_cache
def _answers(which: str) -> frozenset[str]:
    """The answer cells of a set as they are handed out."""
    path = RELEASE / f"{which}.ipynb"
    if not which or not path.is_file():
        return frozenset()
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return frozenset(source_of(cell).strip() for cell in cells if role(cell) == "solution")
