"""Whose a file is, and the error for where that cannot be said safely."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Who:
    """Whose a file is.

    Attributes:
        student: one name for one person, over all sets and attempts.
        unit: the platform's own name for what was handed in; feedback goes back under it.
        id: what the platform calls the person, or what was handed in, in its lists; "" if nothing.
        lasting: whether `id` belongs to the person in every set.
        submitted: when it was handed in, if the name says so.
        late: whether the platform marked it as late.
    """

    student: str
    unit: str
    id: str = ""
    lasting: bool = False
    submitted: datetime | None = None
    late: bool = False


class Register:
    """One name for one person: two of the same name are told apart by what the platform calls them.

    Args:
        known: (platform, set, student, id, lasting) of what was graded before.
    """

    def __init__(self, known: Iterable[tuple[str, str, str, str, bool]] = ()) -> None:
        self._students: dict[tuple[str, str, str], str] = {}
        self._ids: dict[tuple[str, str, str], str] = {}
        for platform, which, student, id_, lasting in known:
            self._note(platform, "" if lasting else which, student, id_)

    def name(self, platform: str, which: str, who: Who) -> str:
        """The name under which a person's work on a set is kept."""
        scope = "" if who.lasting else which
        if not who.id:
            return who.student
        student = self._students.get((platform, scope, who.id))
        if student is None:
            student = who.student
            if self._ids.get((platform, scope, student), who.id) != who.id:
                student = f"{student} ({who.id})"
            self._note(platform, scope, student, who.id)
        return student

    def _note(self, platform: str, scope: str, student: str, id_: str) -> None:
        self._students.setdefault((platform, scope, id_), student)
        self._ids.setdefault((platform, scope, student), id_)


Finder = Callable[[PurePosixPath], list[Who]]


class DoubtError(ValueError):
    """It cannot be said safely who handed in what; the text says why, and what to do."""


def shown(paths: Sequence[PurePosixPath], limit: int = 3) -> str:
    """A few paths, for a message."""
    return ", ".join(f"`{path}`" for path in list(paths)[:limit])
