"""A problem set's source: one nbgrader notebook with text, starter code, solutions and tests.

Cells are told apart by their nbgrader metadata, and given cells by their name:

    numbers     draws the numbers that differ from class to class; becomes a plain dict
    given-...   code that student and grader run alike
    try-...     code for the student to run, which the grader leaves out
    solution cells, between nbgrader's markers; graded cells, with hidden tests between theirs
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from coursework.marks import Marks

HERE = Path(__file__).resolve().parent
SOURCE, RELEASE = HERE / "source", HERE / "release"
HIDDEN = re.compile(r"^### BEGIN HIDDEN TESTS\n(.*?)^### END HIDDEN TESTS", re.M | re.S)
HEADING = re.compile(r"^## (.*?) \((\d+) points?\)$", re.M)
DRAW = re.compile(r"default_rng\(\d+\)")
DEFAULT_SEED = 2026


@dataclass
class Part:
    """One graded cell: its id, the heading above it, its points and its hidden test."""

    id: str
    title: str
    points: float
    test: str = field(repr=False)


def names():
    """The problem sets that have a source: ps1, ps2, ..."""
    return sorted(path.parent.name for path in SOURCE.glob("*/*.ipynb"))


def seed_of(name, releases=RELEASE):
    """The seed that a set was released with; the default one before its first release."""
    path = releases / f"{name}.ipynb"
    if not path.exists():
        return DEFAULT_SEED
    return json.loads(path.read_text(encoding="utf-8"))["metadata"]["coursework"]["seed"]


def role(cell):
    """What a cell is: text, numbers, given, try, solution, test or own (the student's)."""
    if cell["cell_type"] != "code":
        return "text"
    marks = cell.get("metadata", {}).get("nbgrader", {})
    name = str(marks.get("grade_id", ""))
    if marks.get("grade"):
        return "test"
    if marks.get("solution"):
        return "solution"
    kind = name.partition("-")[0]
    return kind if kind in ("numbers", "given", "try") else "own"


def grade_id(cell):
    """nbgrader's name of a cell, None if it has none."""
    return cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")


def source_of(cell):
    """A cell's text, which the format allows to be a list of lines."""
    return "".join(cell["source"])


def plain(text):
    """A cell's text without what an editor may change: blanks, and the kind of quotes."""
    return "".join(text.split()).replace("'", '"')


class Problem:
    """One problem set with the numbers of one class.

    Args:
        name: ps1 to ps5.
        seed: the class's seed.

    Raises:
        ValueError: there is no such set.
    """

    def __init__(self, name, seed=DEFAULT_SEED):
        self.name, self.seed = name, int(seed)
        self.path = SOURCE / name / f"{name}.ipynb"
        if not self.path.is_file():
            raise ValueError(f"name must be one of {', '.join(names())}, got {name!r}")
        self.text = self.path.read_text(encoding="utf-8")
        self.cells = json.loads(self.text)["cells"]

    @cached_property
    def with_torch(self):
        """Whether the set is about PyTorch; elsewhere the sandbox has none."""
        return any("import torch" in source_of(cell) for cell in self._cells("given"))

    @cached_property
    def parts(self):
        """The graded cells, in order."""
        parts, title = [], ""
        for cell in self.cells:
            if cell["cell_type"] == "markdown":
                title = next(iter(HEADING.findall(source_of(cell))), (title,))[0]
            elif role(cell) == "test":
                points = cell["metadata"]["nbgrader"]["points"]
                (test,) = HIDDEN.findall(source_of(cell))
                parts.append(Part(grade_id(cell), title, points, test))
        return parts

    @property
    def points(self):
        """The points of all parts."""
        return sum(part.points for part in self.parts)

    @cached_property
    def numbers(self):
        """The dict that the numbers cell makes with the class's seed; None without such a cell."""
        cells = self._cells("numbers")
        if not cells:
            return None
        space = {}
        exec(DRAW.sub(f"default_rng({self.seed})", source_of(cells[0])), space)
        return space["numbers"]

    @property
    def numbers_source(self):
        """The code that stands in the release instead of the numbers cell."""
        lines = "".join(f"    {key!r}: {value!r},\n" for key, value in self.numbers.items())
        return f"numbers = {{\n{lines}}}"

    @property
    def given(self):
        """The cells that every submission is run with, whatever it made of them."""
        cells = [{"label": "the numbers", "source": self.numbers_source}] if self.numbers else []
        sources = [source_of(cell) for cell in self._cells("given")]
        return cells + [{"label": "a given cell", "source": source} for source in sources]

    @cached_property
    def unedited(self):
        """The texts that a given or test cell has, by its name, if a student left it alone."""
        texts = {}
        for cell in self.cells:
            if role(cell) in ("given", "test", "numbers"):
                source = source_of(cell)
                handed_out = HIDDEN.sub("", source)
                texts[grade_id(cell)] = {plain(source), plain(handed_out)}
                if role(cell) == "numbers":
                    texts[grade_id(cell)].add(plain(self.numbers_source))
        return texts

    @cached_property
    def reference(self):
        """The names of the given and the solution cells, executed here: what tests compare with."""
        space = {"numbers": self.numbers}
        for cell in self.cells:
            if role(cell) in ("given", "solution"):
                exec(compile(source_of(cell), f"{self.name} {grade_id(cell)}", "exec"), space)
        return space

    @cached_property
    def fingerprint(self):
        """Changes when a grade might: with the source, the seed or the grader's own code."""
        digest = hashlib.sha256(f"{self.seed}\n{self.text}".encode())
        for path in sorted(HERE.glob("*.py")):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def mark(self, part, student):
        """Run the hidden test of a part: its function `grade_a(student, marks, rng)`.

        It runs here, outside the sandbox, and holds the reference solution beside the values
        that the student's functions return.
        """
        space = {"np": np, **self.reference}
        exec(compile(part.test, f"{self.name} {part.id}", "exec"), space)
        marks = Marks()
        number = [each.id for each in self.parts].index(part.id)
        rng = np.random.default_rng([self.seed, number])
        space[f"grade_{part.id.lower()}"](student, marks, rng)
        return marks.lines

    def _cells(self, kind):
        return [cell for cell in self.cells if role(cell) == kind]
