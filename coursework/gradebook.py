"""nbgrader's gradebook (SQLite) and grades.csv."""

import csv
import io
import os
import sys
import warnings
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

COLUMNS = ("student", "set", "points", "of", "percent", "submitted", "hours_late", "parts", "notes")


def open_gradebook(path, problems):
    """The gradebook, with the sets and their parts in it.

    Args:
        path: file of the database; it is made if it is not there.
        problems: list of `Problem`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # nbgrader starts `alembic` by its name, which is beside the Python that runs this.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    book = Gradebook(f"sqlite:///{path}")
    for problem in problems:
        name = problem.name
        book.update_or_create_assignment(name)
        book.update_or_create_notebook(name, name)
        for part in problem.parts:
            book.update_or_create_grade_cell(
                part.id, name, name, max_score=part.points, cell_type="code"
            )
    return book


def record(book, result):
    """Write a result into the gradebook. Scores and extra credit given by hand stay.

    Args:
        book: the gradebook.
        result: what `grading.grade_all` yields.
    """
    # nbgrader adds objects to its session one by one, which SQLAlchemy remarks on.
    warnings.filterwarnings("ignore", message="Object of type <Submitted")
    student, name = result["student"], result["set"]
    submitted = datetime.fromisoformat(result["submitted"])
    book.update_or_create_student(student)
    book.update_or_create_submission(name, student, timestamp=submitted)
    for part in result["parts"]:
        try:
            grade = book.find_grade(part["id"], name, name, student)
        except MissingEntry:  # a part that was added after the submission was first graded
            book.remove_submission(name, student)
            return record(book, result)
        grade.auto_score = part["points"]
        grade.needs_manual_grade = False
    book.db.commit()


def grades_csv(book, results, due=None):
    """The text of grades.csv: a row for each student and set, scores as the gradebook has them.

    Args:
        book: the gradebook.
        results: dicts as `grading.grade_all` yields them.
        due: datetime after which a submission is late; None if none is.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for result in sorted(results, key=lambda r: (r["set"], r["student"])):
        name, student = result["set"], result["student"]
        scores = {
            part["id"]: book.find_grade(part["id"], name, name, student).score
            for part in result["parts"]
        }
        points, of = sum(scores.values()), result["of"]
        late = ""
        if due is not None:
            seconds = (datetime.fromisoformat(result["submitted"]) - due).total_seconds()
            late = f"{max(0.0, seconds / 3600):.1f}"
        parts = "; ".join(f"{p['id']} {scores[p['id']]:g}/{p['of']:g}" for p in result["parts"])
        row = [student, name, f"{points:g}", f"{of:g}", f"{100 * points / of:.0f}"]
        row += [result["submitted"], late, parts, " ".join(result["notes"])]
        table.writerow([_plain(cell) for cell in row])
    return text.getvalue()


def _plain(cell):
    """A cell that no spreadsheet takes for a formula: students choose their names and errors."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
