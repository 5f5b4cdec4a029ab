"""A problem set's source: one nbgrader notebook with text, starter code, solutions and tests.

Cells are told apart by their nbgrader metadata, and given cells by their name:

    numbers     draws the numbers that differ from class to class; becomes a plain dict
    given-...   code that student and grader run alike
    try-...     code for the student to run, which the grader leaves out
    solution cells, between nbgrader's markers; graded cells, with hidden tests between theirs;
    written answers, texts that a person marks by the rubric between markers
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from coursework.marks import Line, Marks
from coursework.rubric import Criterion, rubric
from coursework.student import Student
from coursework.variants import variants, varied

HERE = Path(__file__).resolve().parent
SOURCE, RELEASE, PRIVATE = HERE / "source", HERE / "release", HERE / "private"
HIDDEN = re.compile(r"^### BEGIN HIDDEN TESTS\n(.*?)^### END HIDDEN TESTS", re.M | re.S)
HEADING = re.compile(r"^## (.+)$", re.M)
DRAW = re.compile(r"default_rng\(\d+\)")
DEFAULT_SEED = 2026


@dataclass
class Part:
    """One graded cell: its id, the heading above it, its points, its hidden test or its rubric."""

    id: str
    title: str
    points: float
    test: str = field(repr=False)
    rubric: tuple[Criterion, ...] = ()

    @property
    def by_hand(self) -> bool:
        """Whether a person marks it, by its rubric."""
        return bool(self.rubric)

    @property
    def function(self) -> str:
        """The name of the function that is its hidden test."""
        return "grade_" + re.sub(r"\W", "_", self.id.lower())


def names() -> list[str]:
    """The problem sets that have a source: ps1, ps2, ..."""
    found = {path.parent.name for path in SOURCE.glob("*/*.ipynb")}
    return sorted(found, key=lambda name: (len(name), name))


def seed_of(name: str, releases: Path = RELEASE) -> int:
    """The seed that a set was released with; the default one before its first release."""
    path = releases / f"{name}.ipynb"
    if not path.exists():
        return DEFAULT_SEED
    return json.loads(path.read_text(encoding="utf-8"))["metadata"]["coursework"]["seed"]


def variant_of(name: str, releases: Path = RELEASE) -> str:
    """The variant that a set was released in; "" for the set as it is."""
    path = releases / f"{name}.ipynb"
    if not path.exists():
        return ""
    return json.loads(path.read_text(encoding="utf-8"))["metadata"]["coursework"].get("variant", "")


def role(cell: dict) -> str:
    """What a cell is: text, written, numbers, given, try, solution, test or own (the student's)."""
    marks = cell.get("metadata", {}).get("nbgrader", {})
    if cell["cell_type"] != "code":
        return "written" if marks.get("grade") else "text"
    name = str(marks.get("grade_id", ""))
    if marks.get("grade"):
        return "test"
    if marks.get("solution"):
        return "solution"
    kind = name.partition("-")[0]
    return kind if kind in ("numbers", "given", "try") else "own"


def grade_id(cell: dict) -> str | None:
    """nbgrader's name of a cell, None if it has none."""
    return cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")


def source_of(cell: dict) -> str:
    """A cell's text, which the format allows to be a list of lines."""
    return "".join(cell["source"])


def plain(text: str) -> str:
    """A cell's text without what an editor may change: blanks, and the kind of quotes."""
    return "".join(text.split()).replace("'", '"')


class Problem:
    """One problem set with the numbers of one class.

    Args:
        name: ps1, ps2, ...
        seed: the class's seed.
        variant: names of its variants, joined by `+`; "" for the set as it is.

    Raises:
        ValueError: there is no such set, or no such variant of it.
    """

    def __init__(self, name: str, seed: int = DEFAULT_SEED, variant: str = "") -> None:
        self.name, self.seed, self.variant = name, int(seed), variant
        self.path = SOURCE / name / f"{name}.ipynb"
        if not self.path.is_file():
            raise ValueError(f"name must be one of {', '.join(names())}, got {name!r}")
        self.text = self.path.read_text(encoding="utf-8")
        if variant:
            self._vary(variant.split("+"))
        self.cells = json.loads(self.text)["cells"]
        # By part, what its marks add up to, once the reference was graded.
        self.shares: dict[str, float] = {}

    def _vary(self, names: list[str]) -> None:
        known, notebook = variants(self.path.parent), json.loads(self.text)
        for name in names:
            if name not in known:
                raise ValueError(
                    f"{self.name} has the variants {', '.join(known) or 'none'}; got {name!r}"
                )
        varied(notebook["cells"], [known[name] for name in names])
        self.text = json.dumps(notebook)

    @cached_property
    def with_torch(self) -> bool:
        """Whether the set is about PyTorch; elsewhere the sandbox has none."""
        return any("import torch" in source_of(cell) for cell in self._cells("given"))

    @cached_property
    def parts(self) -> list[Part]:
        """The graded cells, in order. Their points stand in the cells' metadata and nowhere else.

        Raises:
            ValueError: a graded cell is not one that can be graded; the text says why.
        """
        parts, title = [], ""
        for cell in self.cells:
            if role(cell) == "text":
                title = next(iter(HEADING.findall(source_of(cell))), title)
            elif role(cell) == "written":
                parts.append(self._written(cell, title))
            elif role(cell) == "test":
                parts.append(self._part(cell, title))
        ids = [part.id for part in parts]
        for id_ in ids:
            if ids.count(id_) > 1:
                raise ValueError(f"{self.name}: two graded cells are called {id_!r}")
        return parts

    def _part(self, cell: dict, title: str) -> Part:
        id_, tests = str(grade_id(cell)), HIDDEN.findall(source_of(cell))
        where = f"{self.name}, part {id_}"
        if len(tests) != 1:
            raise ValueError(
                f"{where}: a graded cell needs one hidden test, between a line ### BEGIN HIDDEN "
                f"TESTS and a line ### END HIDDEN TESTS; it has {len(tests)}"
            )
        points = self._points(cell, where)
        part = Part(id_, title, points, tests[0])
        try:
            code = compile(part.test, where, "exec")
        except SyntaxError as error:
            raise ValueError(f"{where}: the hidden test is no Python: {error}") from None
        if part.function not in code.co_names:
            raise ValueError(
                f"{where}: the hidden test must define {part.function}(student, marks, rng)"
            )
        return part

    def _written(self, cell: dict, title: str) -> Part:
        id_ = str(grade_id(cell))
        where = f"{self.name}, part {id_}"
        criteria, points = rubric(id_, source_of(cell)), self._points(cell, where)
        total = sum(criterion.points for criterion in criteria)
        if not criteria or total != points:
            raise ValueError(
                f"{where}: a written answer needs a rubric between === BEGIN MARK SCHEME === and "
                f"=== END MARK SCHEME ===, lines such as '- 2: what for', of {points:g} points "
                f"together; it has {total:g}"
            )
        return Part(id_, title, points, "", criteria)

    @staticmethod
    def _points(cell: dict, where: str) -> float:
        points = cell["metadata"]["nbgrader"].get("points")
        if not isinstance(points, (int, float)) or not points > 0:
            raise ValueError(f"{where}: give it its points in Jupyter's toolbar, got {points!r}")
        return points

    @property
    def points(self) -> float:
        """The points of all parts."""
        return sum(part.points for part in self.parts)

    @cached_property
    def numbers(self) -> dict[str, Any] | None:
        """The dict that the numbers cell makes with the class's seed; None without such a cell."""
        cells = self._cells("numbers")
        if not cells:
            return None
        space: dict[str, Any] = {}
        exec(DRAW.sub(f"default_rng({self.seed})", source_of(cells[0])), space)
        return space["numbers"]

    @property
    def numbers_source(self) -> str:
        """The code that stands in the release instead of the numbers cell."""
        lines = "".join(f"    {key!r}: {value!r},\n" for key, value in self.numbers.items())
        return f"numbers = {{\n{lines}}}"

    @property
    def given(self) -> list[dict[str, str]]:
        """The cells that every submission is run with, whatever it made of them."""
        cells = [{"label": "the numbers", "source": self.numbers_source}] if self.numbers else []
        sources = [source_of(cell) for cell in self._cells("given")]
        return cells + [{"label": "a given cell", "source": source} for source in sources]

    @cached_property
    def unedited(self) -> dict[str, set[str]]:
        """The texts that a given or test cell has, by its name, if a student left it alone."""
        texts: dict[str, set[str]] = {}
        for cell in self.cells:
            if role(cell) in ("given", "test", "numbers"):
                name, source = str(grade_id(cell)), source_of(cell)
                handed_out = HIDDEN.sub("", source)
                texts[name] = {plain(source), plain(handed_out)}
                if role(cell) == "numbers":
                    texts[name].add(plain(self.numbers_source))
        return texts

    @cached_property
    def reference(self) -> dict[str, Any]:
        """The names of the given and the solution cells, executed here: what tests compare with."""
        space: dict[str, Any] = {"numbers": self.numbers}
        for cell in self.cells:
            if role(cell) in ("given", "solution"):
                exec(compile(source_of(cell), f"{self.name} {grade_id(cell)}", "exec"), space)
        return space

    @cached_property
    def fingerprint(self) -> str:
        """Changes when a grade might: with the source, the seed or the grader's own code."""
        digest = hashlib.sha256(f"{self.seed}\n{self.text}\n{self.private}".encode())
        for path in sorted(HERE.glob("*.py")):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    @property
    def private(self) -> str:
        """The class's own hidden tests, which are in no repository; "" where there are none."""
        path = PRIVATE / f"{self.name}.py"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def mark(self, part: Part, student: Student) -> list[Line]:
        """Run the hidden test of a part: its function `grade_a(student, marks, rng)`.

        It runs here, outside the sandbox, and holds the reference solution beside the values
        that the student's functions return. What its marks are worth are shares of the part's
        points. A function of the same name among the private tests adds its marks to them.
        """
        space = {"np": np, **self.reference}
        exec(compile(part.test, f"{self.name} {part.id}", "exec"), space)
        marks = Marks()
        number = [each.id for each in self.parts].index(part.id)
        rng = np.random.default_rng([self.seed, number])
        space[part.function](student, marks, rng)
        if self.private:
            own = {"np": np, **self.reference}
            exec(compile(self.private, f"{PRIVATE.name}/{self.name}.py", "exec"), own)
            if part.function in own:
                own[part.function](student, marks, np.random.default_rng([self.seed, number, 1]))
        scale = part.points / self.shares.get(part.id, part.points)
        return [
            line._replace(points=line.points * scale, of=line.of * scale) for line in marks.lines
        ]

    def _cells(self, kind: str) -> list[dict]:
        return [cell for cell in self.cells if role(cell) == kind]
