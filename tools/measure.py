"""How much a chapter asks of its reader: words, visible lines of code, equations, minutes.

Measured from the title to "Exercises". `python -m tools.measure` (part of `make lint`) prints it
for every chapter, and fails where one that has the second edition's shape is above its measure.
"""

import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from tools.book import chapters
from tools.markdown import DIRECTIVE, FENCE, OPTION
from tools.normalise import read

WORDS, LINES, EQUATIONS = 2000, 150, 8  # at most
WORDS_PER_MINUTE, LINES_PER_MINUTE, MINUTES_PER_EQUATION, MINUTES_STEP = 180, 15, 0.7, 5

FOLDED = {"hide-input", "remove-input", "hide-cell", "remove-cell"}
TIME = re.compile(r"\*\*Time\*\*\D*(\d+) minutes? to read\D+(\d+) seconds? to run")
_END = re.compile(r"^## +Exercises\s*$", re.MULTILINE)
_DISPLAYED = re.compile(r"\$\$.+?\$\$(?: *\([\w-]+\))?", re.DOTALL)
_INLINE = re.compile(r"\$[^$]+\$")
_LINK = re.compile(r"\]\([^)]*\)")
_WORD = re.compile(r"\w")


@dataclass(frozen=True)
class Measure:
    """Words of prose, visible lines of code, and displayed equations of a chapter's main text."""

    words: int
    lines: int
    equations: int

    @property
    def minutes(self) -> int:
        """Time to read, rounded up to five minutes."""
        exact = (
            self.words / WORDS_PER_MINUTE
            + self.lines / LINES_PER_MINUTE
            + self.equations * MINUTES_PER_EQUATION
        )
        return MINUTES_STEP * math.ceil(exact / MINUTES_STEP)

    def problems(self) -> list[str]:
        """What is above the measure, and what would be right."""
        limits = {
            "words": (self.words, WORDS),
            "visible lines of code": (self.lines, LINES),
            "displayed equations": (self.equations, EQUATIONS),
        }
        return [
            f"{count} {what}, at most {limit}: divide the chapter, fold the code, or move some of "
            "it to a page behind"
            for what, (count, limit) in limits.items()
            if count > limit
        ]


def chapter_name(path: Path) -> str:
    """`1-memory/unroll` for book/1-memory/unroll.ipynb."""
    return f"{path.parent.name}/{path.stem}"


def main_text(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """The cells before the heading "Exercises"; the cell that holds it is cut off there."""
    for cell in notebook.cells:
        found = _END.search(cell.source) if cell.cell_type == "markdown" else None
        if found is None:
            yield cell
            continue
        yield NotebookNode(cell | {"source": cell.source[: found.start()]})
        return


def is_folded(cell: NotebookNode) -> bool:
    return bool(FOLDED & set(cell.metadata.get("tags", [])))


def measure(notebook: NotebookNode) -> Measure:
    cells = list(main_text(notebook))
    written = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    lines = sum(
        bool(line.strip())
        for cell in cells
        if cell.cell_type == "code" and not is_folded(cell)
        for line in cell.source.splitlines()
    )
    return Measure(_count_words(written), lines, len(_DISPLAYED.findall(written)))


def _count_words(text: str) -> int:
    """Words that are read: captions and tables too; not alt texts and displayed equations.

    Mathematics within a line counts as one word, whatever its length.
    """
    read_lines = []
    code = False
    for line in _DISPLAYED.sub("", text).splitlines():
        if mark := FENCE.match(line):
            rest = mark["rest"].strip()
            directive = DIRECTIVE.match(rest)
            if directive and directive["name"] not in ("figure", "image"):
                read_lines.append(directive["argument"])
            # A fence with a plain name of a language shows code.
            code = bool(rest) and not directive if not code else False
        elif not code and not OPTION.match(line):
            read_lines.append(line)
    plain = _LINK.sub("] ", _INLINE.sub(" x ", "\n".join(read_lines)))
    return sum(bool(_WORD.search(word)) for word in plain.split())


def stated_minutes(notebook: NotebookNode) -> int | None:
    """The time to read that the box promises."""
    stated = TIME.search("\n".join(cell.source for cell in main_text(notebook)))
    return int(stated[1]) if stated else None


def main() -> int:
    print(f"{'chapter':32} {'words':>6} {'lines':>6} {'equations':>10} {'minutes':>8} {'box':>5}")
    above = []
    for path in chapters():
        notebook = read(path)
        found, name = measure(notebook), chapter_name(path)
        stated = stated_minutes(notebook)
        print(
            f"{name:32} {found.words:6,} {found.lines:6} {found.equations:10} {found.minutes:8} "
            f"{stated or '-':>5}"
        )
        above += [f"{name}: {problem}" for problem in found.problems()]
        if stated != found.minutes:
            above.append(f"{name}: the box says {stated} minutes; it must say {found.minutes}")
    print(f"{'at most':32} {WORDS:6,} {LINES:6} {EQUATIONS:10}")
    print("\n".join(above), file=sys.stderr)
    return 1 if above else 0


if __name__ == "__main__":
    sys.exit(main())
