"""What a handed-in file says of itself: its set, and whether anybody answered anything in it."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache

from coursework.grading import UnreadableError, code_cells
from coursework.problems import RELEASE, source_of

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
        cells = code_cells(data)
        sources = [source_of(cell) for cell in cells]
        which = _set(data)
        if any(map(MARKERS.search, sources)):
            return Look(digest, which, teachers=True)
        return Look(digest, which, untouched=_untouched(which, cells))
    except UnreadableError:
        return Look(digest)


def _set(data: bytes) -> str:
    try:
        which = json.loads(data.decode("utf-8-sig"))["metadata"]["coursework"]["set"]
        return which if re.fullmatch(r"ps\d+", which) else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def _untouched(which: str, cells: list[dict]) -> bool:
    """Whether no answer differs from the release and no code was added."""
    handed_out = _answers(which)
    if not handed_out:
        return False
    return all(source_of(cell).strip() in handed_out for cell in cells)


@lru_cache
def _answers(which: str) -> frozenset[str]:
    """The code of a set as it was handed out, and the cell that is empty."""
    path = RELEASE / f"{which}.ipynb"
    if not which or not path.is_file():
        return frozenset()
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return frozenset({"", *(source_of(cell).strip() for cell in cells)})
