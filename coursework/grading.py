"""Grade one notebook: read its bytes, run its cells in a sandbox, mark what they define."""

import json

from coursework import rubric
from coursework.marks import Line
from coursework.problems import Part, Problem, grade_id, plain, role, source_of
from coursework.sandbox import Limits, NoSandboxError
from coursework.student import Student

CELLS, CELL_CHARACTERS, CHARACTERS = 500, 200_000, 2_000_000
PYTHON = ("python", "ipython", "python3")


class UnreadableError(ValueError):
    """A notebook that cannot be read; the text is a sentence for the student."""


def notebook_of(data: bytes) -> dict:
    """A notebook file, which may hold anything, as metadata and cells of the expected kinds.

    What does not matter is smoothed away: a byte order mark, metadata that is not there or of
    another kind, half a character.

    Raises:
        UnreadableError: it is no notebook of version 4.
    """
    if not data.strip():
        raise UnreadableError("The file is empty.")
    try:
        notebook = json.loads(data)  # of UTF-8, 16 or 32, with a byte order mark or without
    except (ValueError, RecursionError):
        raise UnreadableError("The file is not a notebook: it is not valid JSON.") from None
    try:
        cells = [_cell(cell) for cell in notebook["cells"]]
        metadata = _dict(notebook.get("metadata"))
    except (TypeError, KeyError, AttributeError):
        raise UnreadableError("The file is JSON, but not a notebook of version 4.") from None
    sizes = [len(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    if len(sizes) > CELLS or max(sizes, default=0) > CELL_CHARACTERS or sum(sizes) > CHARACTERS:
        raise UnreadableError("The notebook has more cells or longer cells than fit.")
    return {"metadata": metadata, "cells": cells}


def _dict(value: object) -> dict:
    """Metadata; what is no dict holds none."""
    return value if isinstance(value, dict) else {}


def _cell(cell: dict) -> dict:
    """A cell's kind, text, and the two marks of nbgrader that the grader looks at."""
    text = source_of(cell)
    metadata = {} if cell.get("metadata") is None else cell["metadata"]
    if not isinstance(text, str) or not isinstance(metadata, dict):
        raise TypeError
    marks = _dict(metadata.get("nbgrader"))
    name = marks.get("grade_id")
    marks = {key: bool(marks.get(key)) for key in ("grade", "solution")}
    marks["grade_id"] = name if isinstance(name, str) else ""
    return {
        "cell_type": cell["cell_type"] if cell["cell_type"] == "code" else "text",
        "source": text.encode("utf-8", "replace").decode("utf-8"),
        "metadata": {"nbgrader": marks} if marks["grade_id"] else {},
    }


def code_cells(data: bytes) -> list[dict]:
    """The code cells of a notebook file, which may hold anything.

    Raises:
        UnreadableError: it is no Python notebook.
    """
    notebook = notebook_of(data)
    told = [_dict(notebook["metadata"].get(key)) for key in ("language_info", "kernelspec")]
    language = told[0].get("name") or told[1].get("language") or "python"
    if str(language).lower() not in PYTHON:
        raise UnreadableError(
            f"The notebook's language is {str(language)[:20]!r}. Open it with the Python 3 "
            "kernel, save it, and hand it in again."
        )
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def cells_to_run(problem: Problem, data: bytes) -> list[dict]:
    """What is executed of a submission: the given cells, then the student's, in their order.

    Given cells come from the source and tests are left out, so that it does not matter what
    the student made of them.

    Raises:
        UnreadableError: it is no Python notebook.
    """
    theirs = {grade_id(cell) for cell in problem.cells if role(cell) not in ("solution", "text")}
    given = [{**cell, "given": True} for cell in problem.given]
    return given + [
        {"label": f"code cell {number}", "source": source_of(cell), "given": False}
        for number, cell in enumerate(code_cells(data), start=1)
        if grade_id(cell) not in theirs - {None}
    ]


def remarks(problem: Problem, data: bytes) -> list[str]:
    """What student and teacher should know: another class's or set's notebook, edited cells."""
    notebook = notebook_of(data)
    about = _dict(notebook["metadata"].get("coursework"))
    said = []
    if isinstance(about.get("set"), str) and about["set"] != problem.name:
        said.append(
            f"By what the release wrote into it, this notebook is not {problem.name} but another "
            "set: was the file renamed?"
        )
    other_class = type(about.get("seed")) is int and about["seed"] != problem.seed
    if other_class:
        said.append(
            f"This notebook has the numbers of another class (its seed is {about['seed'] % 10**9}, "
            f"that of yours {problem.seed}): answers with a pencil are marked with the numbers of "
            "your class. Get the set again from your teacher."
        )
    if about and not other_class and about.get("variant", "") != problem.variant:
        said.append(
            "This notebook is another variant of the set than your class has: get the set again "
            "from your teacher."
        )
    known = problem.unedited
    for name in known:
        texts = [plain(source_of(c)) for c in notebook["cells"] if grade_id(c) == name]
        if not any(text not in known[name] for text in texts):
            continue
        if name.startswith("numbers") and other_class:
            continue
        if name.startswith(("numbers", "given")):
            said.append(
                f"You changed the given cell `{name}`: the grader runs its own. Move what you "
                "added to a cell of your own."
            )
        else:
            said.append(
                f"You changed the check below part {name}: the grader does not run it. Move what "
                "you added to a cell of your own."
            )
    return said


def grade(problem: Problem, data: bytes, limits: Limits, unreadable: str = "") -> dict:
    """Grade one notebook. Nothing that a student did raises an error here.

    Args:
        problem: `Problem`.
        data: the notebook's bytes.
        limits: `Limits`.
        unreadable: why there are no bytes, as a sentence.

    Returns:
        A dict that JSON can hold: parts (with lines), points, of, notes and code.

    Raises:
        NoSandboxError: the machine failed, not the student.
    """
    cells, said = [], []
    try:
        if unreadable:
            raise UnreadableError(unreadable)
        cells = cells_to_run(problem, data)
        said = remarks(problem, data)
        parts, notes = _parts(problem, cells, limits)
        written = notebook_of(data)["cells"]
        for part, each in zip(problem.parts, parts, strict=True):
            if part.by_hand:
                each["answer"] = rubric.answer(written, part.id)
    except NoSandboxError:
        raise
    except UnreadableError as error:
        parts, notes = _nothing(problem), [str(error)]
    except Exception as error:  # the last guard: a gap in the grader is no student's fault
        parts = _nothing(problem)
        notes = [f"The grader stopped with {type(error).__name__}: please tell your teacher."]
    code = [{key: cell[key] for key in ("label", "source")} for cell in cells if not cell["given"]]
    return {
        "set": problem.name,
        "points": sum(part["points"] for part in parts),
        "of": problem.points,
        "parts": parts,
        "notes": said + notes,
        "code": code,
    }


def _part(part: Part, lines: list[Line]) -> dict:
    by_hand = {"rubric": part.rubric, "answer": ""} if part.by_hand else {}
    return {
        "id": part.id,
        "title": part.title,
        "points": round(sum(line.points for line in lines), 6),
        "of": part.points,
        "lines": [line._asdict() for line in lines],
        **by_hand,
    }


def _nothing(problem: Problem) -> list[dict]:
    return [_part(part, []) for part in problem.parts]


def _parts(problem: Problem, cells: list[dict], limits: Limits) -> tuple[list[dict], list[str]]:
    """The parts of a result, and the notes."""
    parts, notes = [], []
    with Student(cells, limits, problem.with_torch) as student:
        for part in problem.parts:
            student.begin_part()
            lines: list[Line] = []
            try:
                lines = [] if part.by_hand else problem.mark(part, student)
            except NoSandboxError:
                raise
            except Exception as error:  # a test that trips over what it was handed
                notes.append(
                    f"The test of part {part.id} stopped with {type(error).__name__}: "
                    "please tell your teacher."
                )
            parts.append(_part(part, lines))
        return parts, notes + student.cell_errors[:20]


def check_reference(problem: Problem, limits: Limits) -> None:
    """Grade the reference solution of a set as if a student had handed it in.

    Afterwards `problem.shares` says what the marks of each part add up to.

    Raises:
        NoSandboxError: it does not get every point, so that no student could.
    """
    problem.shares.clear()
    result = grade(problem, problem.text.encode(), limits)
    lines = {part["id"]: part["lines"] for part in result["parts"] if "rubric" not in part}
    shares = {id_: sum(line["of"] for line in marked) for id_, marked in lines.items()}
    lost = [line["sentence"] for marked in lines.values() for line in marked if line["sentence"]]
    empty = [id_ for id_, share in shares.items() if not share]
    if not (lost or empty or result["notes"]):
        problem.shares.update(shares)
        return
    if empty and not result["notes"]:
        lost.append(f"The hidden test of part {empty[0]} gives no marks.")
    raise NoSandboxError(
        f"The reference solution of {problem.name} gets {result['points']:g} of {result['of']:g} "
        f"points on this machine, so that nothing is graded. First: {[*result['notes'], *lost][0]}"
    )
