"""What was handed in: a submission, and what became of each file of a download."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from coursework.entries import Entry

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one set.

    Attributes:
        student: who: one name for one person over all sets.
        set: ps1, ps2, ...
        file: where it lies in the download.
        submitted: when, by what the platform or the file system says; None if nothing does.
        entry: gives the bytes.
        digest: of the bytes.
        problem: why it cannot be graded, as a sentence; "" if it can.
        notes: sentences about it, for student and teacher.
        platform, unit, id, lasting, late: what the platform says of it, see `Who`.
    """

    student: str
    set: str
    file: str
    submitted: datetime | None
    entry: Entry = field(repr=False)
    digest: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()
    platform: str = "plain"
    unit: str = ""
    id: str = ""
    lasting: bool = False
    late: bool = False

    @property
    def when(self) -> datetime:
        """When it was handed in; what has no time stamp is oldest."""
        return self.submitted or NEVER


@dataclass(frozen=True)
class Row:
    """One entry of the download, and what became of it."""

    entry: str
    student: str
    set: str
    submitted: datetime | None
    what: str


@dataclass
class Found:
    """What is in a download: the submissions to grade, and a row for each entry."""

    platform: str
    submissions: list[Submission]
    rows: list[Row]
