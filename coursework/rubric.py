"""Parts that a person marks: the rubric in the source, the answers that wait, the table of points.

The source of such a part is a text cell, nbgrader's *manually graded answer*: a reference answer,
then

    === BEGIN MARK SCHEME ===
    - 2: every error is in one class
    - 1: the classes are defined
    === END MARK SCHEME ===

Each line is a criterion with its points, called E.1, E.2, ... if the part is E.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from coursework import text
from coursework.manual import COLUMNS

SCHEME = re.compile(r"^=== BEGIN MARK SCHEME ===\n(.*?)^=== END MARK SCHEME ===", re.M | re.S)
CRITERION = re.compile(r"^- (\d+(?:\.\d+)?): (.+?)(?=^- |\Z)", re.M | re.S)
STUB = "YOUR ANSWER HERE"
LONGEST = 20_000  # characters of an answer that are kept

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>To mark: {which}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem;
        color: #1a1a1a; background: #fff; }}
pre {{ white-space: pre-wrap; background: #f4f4f4; padding: .7rem; font: inherit; }}
</style>
<h1>To mark: {which}</h1>
<p>{count} answers wait. Write points into <code>to-mark.csv</code>, then
<code>make score MARKS=.../to-mark.csv</code>.</p>
{body}
</html>
"""


class Criterion(NamedTuple):
    """One line of a rubric: its name, its points, what they are for."""

    id: str
    points: float
    what: str


class Waiting(NamedTuple):
    """An answer that has not been marked yet: whose, in which part, and what is still open."""

    student: str
    set: str
    part: str
    answer: str
    criteria: Sequence[Criterion]


def rubric(part: str, source: str) -> tuple[Criterion, ...]:
    """The criteria in the text of a part; none where it has no mark scheme."""
    schemes = SCHEME.findall(source)
    lines = CRITERION.findall(schemes[0]) if len(schemes) == 1 else []
    return tuple(
        Criterion(f"{part}.{number}", float(points), " ".join(what.split()))
        for number, (points, what) in enumerate(lines, start=1)
    )


def answer(cells: Iterable[dict], part: str) -> str:
    """What a student wrote in a part; "" where the cell is as it was handed out, or gone."""
    written = [
        cell["source"].strip()
        for cell in cells
        if cell["cell_type"] == "text"
        and cell["metadata"].get("nbgrader", {}).get("grade_id") == part
    ]
    return text.lines("\n\n".join(filter(is_written, written)), LONGEST)


def is_written(source: str) -> bool:
    """Whether the text of an answer is another than the one that was handed out."""
    return source.strip() not in ("", STUB)


def table(waiting: Iterable[Waiting]) -> str:
    """The criteria that wait, in the columns of manual.csv, with empty points."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow([*COLUMNS, "of", "criterion"])
    for each in waiting:
        for criterion in each.criteria:
            row = [text.cell(each.student), each.set, criterion.id, "", ""]
            writer.writerow([*row, f"{criterion.points:g}", text.cell(criterion.what)])
    return lines.getvalue()


def page(which: str, waiting: Sequence[Waiting]) -> str:
    """The answers that wait in a set, beside their rubric, as HTML."""
    body = []
    for each in waiting:
        rows = "\n".join(
            f"<li>{escape(c.id)} ({c.points:g}): {escape(c.what)}</li>" for c in each.criteria
        )
        body.append(
            f"<h2>{escape(each.student)}, part {escape(each.part)}</h2>\n"
            f"<pre>{escape(each.answer)}</pre>\n<ul>\n{rows}\n</ul>"
        )
    return PAGE.format(which=escape(which), count=len(waiting), body="\n".join(body))
