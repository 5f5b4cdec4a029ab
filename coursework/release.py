"""Make what students get: the source without solutions and hidden tests, with their numbers."""

import json
import os
import re
import tempfile

import nbformat
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    ClearSolutions,
    LockCells,
)

from coursework.problems import RELEASE, Problem, role

PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
STEPS = (LockCells, ClearSolutions, ClearOutput, ClearHiddenTests, CheckCellMetadata)


def released(problem):
    """The notebook for students, by nbgrader's own steps.

    Args:
        problem: `Problem`.

    Raises:
        ValueError: the text names a number that the numbers cell does not draw.
    """
    notebook = nbformat.reads(problem.text, as_version=4)
    for step in STEPS:
        notebook, _ = step().preprocess(notebook, {})
    for cell in notebook.cells:
        if role(cell) == "numbers":
            cell.source = problem.numbers_source
        elif cell.cell_type == "markdown":
            cell.source = PLACEHOLDER.sub(lambda found: _number(problem, found[1]), cell.source)
        cell.source = cell.source.rstrip("\n")
    notebook.metadata = {
        "coursework": {"seed": problem.seed, "set": problem.name},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def _number(problem, name):
    if name not in (problem.numbers or {}):
        raise ValueError(f"{problem.name}: the text names {name!r}, which `numbers` does not have")
    return str(problem.numbers[name])


def as_text(notebook):
    """The notebook as it is stored."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write_release(name, seed, folder=RELEASE):
    """Write the release of a set, atomically, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    write_atomically(path, as_text(released(Problem(name, seed))))
    return path


def write_atomically(path, text):
    """Replace a file by a whole one: whoever reads it, or is killed, never meets half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=".", delete=False
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
