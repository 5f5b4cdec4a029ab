"""Make what students get: the source without solutions and hidden tests, with their numbers."""

import json
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    ClearSolutions,
    LockCells,
)

from coursework.problems import HEADING, HERE, RELEASE, Problem, role
from coursework.store import write_atomically

CHECK = HERE / "check.py"
# Students' repositories have it as .github/workflows/classroom.yml.
WORKFLOW = """\
name: the visible checks
on: [push, workflow_dispatch]
permissions:
  contents: read
jobs:
  checks:
    runs-on: ubuntu-latest
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - run: pip install nbclient nbformat ipykernel numpy
      - run: pip install torch --index-url https://download.pytorch.org/whl/cpu
        if: hashFiles('ps4.ipynb', 'ps5.ipynb', 'ps6.ipynb') != ''
      - run: python check.py
"""
PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
STEPS = (LockCells, ClearSolutions, ClearOutput, ClearHiddenTests, CheckCellMetadata)


def released(problem: Problem) -> NotebookNode:
    """The notebook for students, by nbgrader's own steps.

    Args:
        problem: `Problem`.

    Raises:
        ValueError: a part cannot be graded, or the text names a number that the numbers cell
            does not draw.
    """
    _ = problem.parts  # says what is wrong with it
    notebook = nbformat.reads(problem.text, as_version=4)
    for step in STEPS:
        notebook, _ = step().preprocess(notebook, {})
    for cell in notebook.cells:
        if role(cell) == "numbers":
            cell.source = problem.numbers_source
        elif cell.cell_type == "markdown":
            cell.source = _text(problem, cell.source)
        cell.source = cell.source.rstrip("\n")
    notebook.metadata = {
        "coursework": {"seed": problem.seed, "set": problem.name}
        | ({"variant": problem.variant} if problem.variant else {}),
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def _text(problem: Problem, source: str) -> str:
    """A text with the class's numbers, and with the points of the parts at their headings."""
    source = PLACEHOLDER.sub(lambda found: _number(problem, found[1]), source)
    return HEADING.sub(lambda found: f"## {found[1]}{_worth(problem, found[1])}", source)


def _worth(problem: Problem, title: str) -> str:
    points = sum(part.points for part in problem.parts if part.title == title)
    return f" ({points:g} point{'' if points == 1 else 's'})" if points else ""


def _number(problem: Problem, name: str) -> str:
    if name == "points":
        return f"{problem.points:g}"
    if name.startswith("rubric_"):
        (part,) = [part for part in problem.parts if part.id == name.removeprefix("rubric_")]
        return "\n".join(f"- {each.what} ({each.points:g})" for each in part.rubric)
    if name not in (problem.numbers or {}):
        raise ValueError(f"{problem.name}: the text names {name!r}, which `numbers` does not have")
    return str(problem.numbers[name])


def as_text(notebook: NotebookNode) -> str:
    """The notebook as it is stored."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write_release(name: str, seed: int, folder: Path = RELEASE, variant: str = "") -> Path:
    """Write the release of a set, atomically, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    write_atomically(path, as_text(released(Problem(name, seed, variant))))
    return path


def write_classroom(folder: Path = RELEASE) -> list[Path]:
    """Write what a GitHub Classroom needs beside the sets, and return the paths."""
    content = {
        "check.py": CHECK.read_text(encoding="utf-8"),
        "classroom.yml": WORKFLOW,
    }
    for name, lines in content.items():
        write_atomically(folder / name, lines)
    return [folder / name for name in content]
