"""Points given by hand: data of the teacher, in a table that grading only ever reads."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coursework import text
from coursework.store import write_atomically

COLUMNS = ("student", "set", "part", "points", "reason")
EXTRA = "extra"


@dataclass(frozen=True)
class Score:
    """Points given by hand, and why."""

    points: float
    reason: str


@dataclass
class Manual:
    """Scores by (student, set, part); the part `extra` is added to the sum."""

    scores: dict[tuple[str, str, str], Score] = field(default_factory=dict)

    def of(self, student: str, which: str) -> dict[str, Score]:
        """A student's scores in a set, by part."""
        return {
            part: score for (who, name, part), score in self.scores.items()
            if (who, name) == (student, which)
        }  # fmt: skip

    def save(self, path: Path) -> None:
        """Store the table, for a text editor or a spreadsheet."""
        lines = io.StringIO()
        table = csv.writer(lines, lineterminator="\n")
        table.writerow(COLUMNS)
        for (student, which, part), score in sorted(self.scores.items()):
            table.writerow(
                [text.cell(student), which, part, f"{score.points:g}", text.cell(score.reason)]
            )
        write_atomically(path, lines.getvalue(), durable=True)


def check(which: str, part: str, points: str, sets: Mapping[str, Mapping[str, float]]) -> float:
    """The points as a number, if a set has such a part and it is worth that much.

    Args:
        which: ps1, ps2, ...
        part: A, B, ... or `extra`.
        points: as it was written; a comma is a decimal point too.
        sets: by name, what each part is worth.

    Raises:
        ValueError: one of them is not what it should be.
    """
    if which not in sets:
        raise ValueError(f"there is no set {which!r}; there are {', '.join(sets)}")
    if part != EXTRA and part not in sets[which]:
        raise ValueError(
            f"{which} has no part {part!r}; it has {', '.join(sets[which])}, and {EXTRA!r}"
        )
    try:
        number = float(points.strip().replace(",", "."))
    except ValueError:
        raise ValueError(f"points must be a number, got {points!r}") from None
    most = sets[which].get(part, 100.0)
    if not (0.0 if part != EXTRA else -100.0) <= number <= most:
        raise ValueError(f"part {part} of {which} is worth 0 to {most:g} points, got {number:g}")
    return number


def manual(path: Path, sets: Mapping[str, Mapping[str, float]]) -> Manual:
    """The scores in a table; none if there is no file. Lines without points are left out.

    Raises:
        ValueError: a line is not what it should be; the text says which.
    """
    if not path.exists():
        return Manual()
    try:
        content = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        content = path.read_text("cp1252")
    separator = ";" if ";" in content.partition("\n")[0] else ","
    rows = csv.DictReader(io.StringIO(content), delimiter=separator)
    if not set(COLUMNS[:4]) <= set(rows.fieldnames or ()):
        raise ValueError(f"{path} must have the columns {', '.join(COLUMNS)}")
    scores = {}
    for row in rows:
        if not (row.get("points") or "").strip():
            continue
        student, which, part, points, reason = (
            (row.get(column) or "").strip() for column in COLUMNS
        )
        try:
            number = check(which, part, points, sets)
        except ValueError as error:
            raise ValueError(f"{path}, line {rows.line_num}: {error}") from None
        scores[text.name(text.uncell(student)), which, part] = Score(number, text.line(reason))
    return Manual(scores)
