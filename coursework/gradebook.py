"""The grades of a class: what the grader found, points given by hand, and who is missing."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from coursework import text
from coursework.dates import Dates
from coursework.handed_in import Row
from coursework.manual import EXTRA, Manual, Score
from coursework.roster import Roster
from coursework.rubric import Criterion, Waiting

COLUMNS = (
    *("student", "set", "points", "of", "percent", "submitted", "hours_late", "parts", "notes"),
    *("id", "file"),
)
MISSING = "Nothing was handed in."
LATE = "The platform marked it as late."
WAITS = "Part {} is marked by a person, and waits."


@dataclass
class Grade:
    """A student's grade in a set.

    Attributes:
        student, set, of: who, which, and the points that the set has.
        points: the sum, with what was given by hand.
        parts: by part, the points and what the part is worth.
        by_hand: what was given by hand, by part.
        result: what the grader stored; None where nothing was handed in.
        notes: sentences for student and teacher.
        waiting: the answers that a person has still to mark.
    """

    student: str
    set: str
    points: float
    of: float
    parts: dict[str, tuple[float, float]]
    by_hand: dict[str, Score] = field(default_factory=dict)
    result: dict | None = None
    notes: list[str] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)

    def marked(self, part: str) -> bool:
        """Whether a person gave points for a part, or for a criterion of it."""
        return any(name == part or name.startswith(f"{part}.") for name in self.by_hand)

    @property
    def submitted(self) -> str:
        return self.result["submitted"] if self.result else ""


def grades(
    results: Iterable[dict], manual: Manual, sets: Mapping[str, Mapping[str, float]],
    roster: Roster | None = None, complete: Sequence[str] = (),
) -> list[Grade]:  # fmt: skip
    """A grade for each result, and for each person of the roster without one.

    Args:
        results: as they are stored.
        manual: what was given by hand.
        sets: by name, what each part is worth.
        roster: who is enrolled.
        complete: the sets for which everybody on the roster gets a row.
    """
    found = [_grade(result["student"], result["set"], result, manual, sets) for result in results]
    if roster is not None:
        there = {(id(roster.row(grade.result)), grade.set) for grade in found if grade.result}
        for which in complete:
            for person in roster.people:
                if (id(person), which) not in there:
                    found.append(_grade(person.name, which, None, manual, sets))
    return sorted(found, key=lambda grade: (grade.set, grade.student))


def _grade(
    student: str,
    which: str,
    result: dict | None,
    manual: Manual,
    sets: Mapping[str, Mapping[str, float]],
) -> Grade:
    parts = {part: (0.0, of) for part, of in sets.get(which, {}).items()}
    if result:
        parts = {part["id"]: (part["points"], part["of"]) for part in result["parts"]}
    by_hand = manual.of(student, which)
    waiting = []
    for part in result["parts"] if result else []:
        criteria = [Criterion(*each) for each in part.get("rubric", [])]
        given = [by_hand[each.id].points for each in criteria if each.id in by_hand]
        if given:
            parts[part["id"]] = (sum(given), part["of"])
        missing = [each for each in criteria if each.id not in by_hand]
        if missing and part.get("answer") and part["id"] not in by_hand:
            waiting.append(Waiting(student, which, part["id"], part["answer"], missing))
    for name, score in by_hand.items():
        if name in parts:
            parts[name] = (score.points, parts[name][1])
    points = sum(got for got, _ in parts.values())
    if EXTRA in by_hand:
        points += by_hand[EXTRA].points
    notes = [MISSING]
    if result:
        late = [LATE] if result.get("late") else []
        waits = [WAITS.format(each.part) for each in waiting]
        notes = [*waits, *result.get("remarks", []), *late, *result["notes"]]
    of = sum(each for _, each in parts.values())
    return Grade(student, which, points, of, parts, by_hand, result, notes, waiting)


def grades_csv(found: Iterable[Grade], dates: Dates) -> str:
    """The text of grades.csv: a row for each student and set."""
    rows = []
    for grade in found:
        result = grade.result or {}
        parts = [
            f"{part} {got:g}/{of:g}{' by hand' if grade.marked(part) else ''}"
            for part, (got, of) in grade.parts.items()
        ]
        if EXTRA in grade.by_hand:
            parts.append(f"extra {grade.by_hand[EXTRA].points:g} by hand")
        row = {
            "student": text.cell(grade.student),
            "set": grade.set,
            "points": f"{grade.points:g}",
            "of": f"{grade.of:g}",
            "percent": f"{100 * grade.points / grade.of:.0f}" if grade.of else "",
            "submitted": grade.submitted,
            "hours_late": dates.hours_late(grade.set, grade.submitted),
            "parts": "; ".join(parts),
            "notes": text.cell(text.line(" ".join(grade.notes), 2000)),
            "id": text.cell(result.get("id", "")),
            "file": text.cell(result.get("file", "")),
        }
        rows.append([row[column] for column in COLUMNS])
    return table(COLUMNS, rows)


def submissions_csv(rows: Iterable[Row]) -> str:
    """The text of submissions.csv: every entry of the download, and what became of it."""
    lines = []
    for row in rows:
        submitted = row.submitted.isoformat(timespec="seconds") if row.submitted else ""
        what = text.cell(text.line(row.what))
        lines.append([text.cell(row.entry), text.cell(row.student), row.set, submitted, what])
    return table(("entry", "student", "set", "submitted", "what"), lines)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table as CSV."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return lines.getvalue()
