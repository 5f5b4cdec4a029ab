"""What goes back: the table that a platform imports, and the feedback as one zip."""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from coursework import text
from coursework.feedback import page
from coursework.gradebook import Grade, table
from coursework.roster import Person, Roster, plain
from coursework.store import file_name

BOM = "\ufeff"
MOODLE = (
    *("Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade"),
    *("Grade can be changed", "Last modified (submission)", "Last modified (grade)"),
    "Feedback comments",
)
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
GRADESCOPE = ("Name", "SID", "Email")
FORMATS = ("moodle", "canvas", "gradescope", "excel")


def table_for(platform: str, which: str, grades: Sequence[Grade], roster: Roster | None) -> str:
    """The grades of one set as a platform imports them.

    Args:
        platform: one of `FORMATS`, but not excel.
        which: the set.
        grades: of any sets.
        roster: the list that the platform exported: it comes back with the grades filled in.
    """
    here = [grade for grade in grades if grade.set == which]
    if roster is not None:
        return _filled(platform, which, here, roster)
    of = f"{max((grade.of for grade in here), default=0):g}"
    rows = []
    for grade in here:
        name, number, points = grade.student, _id(grade), f"{grade.points:g}"
        sid, email = ("", number) if "@" in number else (number, "")
        if platform == "canvas":
            rows.append([name, number, "", "", "", points])
        elif platform == "gradescope":
            rows.append([name, sid, email, points])
        elif number:
            changed = ["Yes", "-", "-", _comment(grade)]
            rows.append([f"Participant {number}", name, "", "", points, of, *changed])
    if platform == "canvas":
        head = ["    Points Possible", "", "", "", "", of]
        return table((*CANVAS, which), _cells([head, *rows]))
    if platform == "gradescope":
        return table((*GRADESCOPE, which), _cells(rows))
    return BOM + table(MOODLE, _cells(rows))


def _filled(platform: str, which: str, grades: Sequence[Grade], roster: Roster) -> str:
    """The platform's own list, each line as it was, with the grades of one set filled in."""
    by_person: dict[int, Grade] = {}
    for grade in grades:
        person = roster.row(grade.result) if grade.result else _named(roster, grade.student)
        if person is not None:
            by_person[id(person)] = grade
    column = _column(platform, which, roster.columns)
    columns = roster.columns if column in roster.columns else [*roster.columns, column]
    comments = next((c for c in columns if plain(c) == "feedback comments"), None)
    rows = []
    for cells in roster.head:
        of = {column: f"{grades[0].of:g}"} if grades and column not in roster.columns else {}
        rows.append([{**cells, **of}.get(name, "") for name in columns])
    for person in roster.people:
        cells = dict(person.cells)
        if theirs := by_person.get(id(person)):
            cells[column] = f"{theirs.points:g}"
            if comments:
                cells[comments] = _comment(theirs)
        rows.append([cells.get(name, "") for name in columns])
    return (BOM if platform == "moodle" else "") + table(columns, _cells(rows))


def _named(roster: Roster, name: str) -> Person | None:
    return next((person for person in roster.people if person.name == name), None)


def _column(platform: str, which: str, columns: Sequence[str]) -> str:
    """Where a set's grade stands: Moodle's Grade, Canvas's column of the set, or a new one."""
    if platform == "moodle":
        return next((column for column in columns if plain(column) == "grade"), "Grade")
    number = which.removeprefix("ps")
    named = re.compile(rf"(ps|problem[ _-]?set|set)[ _-]?0*{number}(?!\d)", re.I)
    return next((column for column in columns if named.match(column)), which)


def _id(grade: Grade) -> str:
    return grade.result.get("id", "") if grade.result else ""


def _comment(grade: Grade) -> str:
    """A short comment beside the grade; the page of feedback says the rest."""
    parts = ", ".join(f"{part} {got:g}/{of:g}" for part, (got, of) in grade.parts.items())
    return text.line(f"{parts}. {' '.join(grade.notes)}".strip(), 1000)


def _cells(rows: Iterable[Iterable[str]]) -> list[list[str]]:
    """Cells that are no formulas; what the platform indented stays so."""
    return [[text.cell(cell) for cell in row] for row in rows]


def feedback_zip(which: str, grades: Iterable[Grade]) -> bytes:
    """The feedback pages of one set in one zip, with names that the platform recognises.

    Moodle takes `NAME_NUMBER_assignfeedback_file_/ps1.html`; Canvas takes the name of the file
    that was handed in, with its two numbers; for the others it is a folder a student.
    """
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for grade in grades:
            if grade.set == which and grade.result:
                archive.writestr(_feedback_name(grade), page(grade))
    return data.getvalue()


def _feedback_name(grade: Grade) -> str:
    result, name = grade.result or {}, f"{grade.set}.html"
    unit = str(PurePosixPath(result.get("unit", "")).name)
    if result.get("platform") == "moodle":
        person, _, number = unit.rpartition("_")
        return f"{person.replace('_', ' ')}_{number}_assignfeedback_file_/{name}"
    if result.get("platform") == "canvas":
        return f"{unit}_{name}"
    return f"{file_name(grade.student)}/{name}"
