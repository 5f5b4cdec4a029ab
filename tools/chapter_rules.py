"""What every chapter must keep: one small function a rule, each returning a list of problems.

A rule takes the notebook and the path of its file. `RULES` holds all of them, those of
tools/chapter_shape.py too, and tests/book/test_chapters.py applies them to every chapter and proves
that each can fail.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from nbformat import NotebookNode

from tools import chapter_shape, markdown
from tools.book import BEHIND, ROOT
from tools.chapter_shape import cells, text
from tools.normalise import as_text, normalise

EXERCISES = range(3, 7)
QUESTIONS = 3
ALT_LENGTH = 60  # characters; what a figure shows takes more than its name
SOLUTION_LENGTH = 60
SIDE_NOTE_WORDS = 60

# Tags that change how the page looks, not what is checked.
LAYOUT_TAGS = {"full-width", "hide-input", "hide-output", "margin", "remove-input", "set-up"}
# Any other tag, as nbval-ignore-output or raises-exception, with the reason why it is needed:
# (name of the file without .ipynb, tag): "reason".
ALLOWED_TAGS: dict[tuple[str, str], str] = {}

FORBIDDEN_OUTPUT = {
    "a path": re.compile(
        r"(?<![\w.])(/home|/root|/tmp|/usr|/opt|/Users)/|site-packages|\b[A-Z]:\\"
    ),
    "an address": re.compile(r"\b0x[0-9a-f]{6,}"),
    "a date": re.compile(r"\b(19|20)\d\d-[01]\d-[0-3]\d\b"),
    "a time of day": re.compile(r"\b[0-2]?\d:[0-5]\d:[0-5]\d\b"),
    "a duration": re.compile(r"\b\d+(\.\d+)? ?(s|ms|µs|us|ns|sec|secs|seconds|minutes|min)\b"),
    "a progress bar": re.compile(r"\b(it/s|s/it)\b|\d%\|"),
    "a version": re.compile(r"\b\d+\.\d+\.\d+\b"),
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|TBD)\b|lorem ipsum", re.IGNORECASE)
IGNORE_COMMENT = re.compile(r"#\s*(NBVAL_\w+|PYTEST_VALIDATE_\w+)")


def executed(notebook: NotebookNode, path: Path) -> list[str]:
    """Run top to bottom in a fresh kernel: the counts are 1, 2, 3, ..."""
    counts = [cell.execution_count for cell in cells(notebook, "code")]
    return [] if counts == list(range(1, len(counts) + 1)) else [f"execution counts {counts}"]


def normalised(notebook: NotebookNode, path: Path) -> list[str]:
    same = as_text(normalise(notebook)) == as_text(notebook)
    return [] if same else ["not normalised: run `make execute`"]


def section(notebook: NotebookNode, heading: str) -> str:
    """The Markdown from one heading of level 2 to the next."""
    parts = re.split(r"^## +(.+?)\s*$", text(notebook), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True)).get(heading, "")


def exercises(notebook: NotebookNode, path: Path) -> list[str]:
    """Graded by stars, each with a solution in a dropdown that is opened and closed."""
    found = markdown.directives(section(notebook, "Exercises"))
    asked = [directive for directive in found if directive.name == "exercise"]
    starts = [directive for directive in found if directive.name == "solution-start"]
    ends = [directive for directive in found if directive.name == "solution-end"]
    problems = []
    if len(asked) not in EXERCISES:
        problems.append(f"{len(asked)} exercises")
    problems += [
        f"exercise without ★ to ★★★: {one.argument!r}"
        for one in asked
        if not re.match(r"★{1,3} \S", one.argument)
    ]
    labels = [one.options.get("label", "") for one in asked]
    if not all(label.startswith("ex-") for label in labels) or len(set(labels)) < len(labels):
        problems.append(f"labels of exercises: {labels}")
    if [one.argument for one in starts] != labels or len(ends) != len(labels):
        problems.append("not every exercise is followed by its solution")
    if any(one.options.get("class") != "dropdown" for one in starts):
        problems.append("a solution that is not in a dropdown")
    pattern = r"\{solution-start\}[^\n]*\n(?::[^\n]*\n)*`{3,}(.*?)`{3,}\{solution-end\}"
    whole = "\n\n".join(cell.source for cell in notebook.cells)
    if any(len(body.strip()) < SOLUTION_LENGTH for body in re.findall(pattern, whole, re.DOTALL)):
        problems.append("a solution that is empty")
    return problems


def questions(notebook: NotebookNode, path: Path) -> list[str]:
    found = markdown.directives(section(notebook, "Check yourself"))
    answers = [one for one in found if one.name == "dropdown" and one.body]
    return [] if len(answers) >= QUESTIONS else [f"{len(answers)} questions to check yourself"]


def equations(notebook: NotebookNode, path: Path) -> list[str]:
    """At least one is numbered; no label twice."""
    labels = markdown.EQUATION.findall(text(notebook))
    twice = [label for label, count in Counter(labels).items() if count > 1]
    problems = [f"equation {label} is labelled twice" for label in twice]
    return problems if labels else ["no numbered equation"]


def citations(notebook: NotebookNode, path: Path) -> list[str]:
    """At least one, and each in the bibliography."""
    keys = markdown.citations(text(notebook))
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    known = set(re.findall(r"^@\w+\{([^,\s]+)", bibliography, re.MULTILINE))
    problems = [f"not in references.bib: {key}" for key in sorted(set(keys) - known)]
    return problems if keys else ["no citation"]


def figures(notebook: NotebookNode, path: Path) -> list[str]:
    """Each says in words what it shows; each file is there."""
    problems = []
    for cell in cells(notebook, "code"):
        drawn = sum("image/png" in output.get("data", {}) for output in cell.outputs)
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if drawn > 1:
            problems.append(f"cell {cell.execution_count}: one alt text for {drawn} figures")
        if drawn and len(alt) < ALT_LENGTH:
            problems.append(f"cell {cell.execution_count}: alt text {alt!r}")
    written = text(notebook)
    pictures = [
        (one.argument, one.options.get("alt", ""))
        for one in markdown.directives(written)
        if one.name in ("figure", "image")
    ]
    pictures += [(mark["file"], mark["alt"]) for mark in markdown.PICTURE.finditer(written)]
    for file, alt in pictures:
        if len(alt) < ALT_LENGTH:
            problems.append(f"{file}: alt text {alt!r}")
        if not (path.parent / file).is_file():
            problems.append(f"{file} does not exist")
    return problems


def side_notes(notebook: NotebookNode, path: Path) -> list[str]:
    """Each is a few sentences and no more, and stands in running text: it fits the margin."""
    problems = []
    found = markdown.directives(text(notebook))
    for one in found:
        inside = [inner.name for inner in markdown.directives(one.body)]
        if "margin" in inside:
            problems.append(f"a side note inside {{{one.name}}}")
        if one.name == "margin":
            if len(one.body.split()) > SIDE_NOTE_WORDS:
                problems.append(f"a long side note: {one.body[:40]}")
            if inside or re.search(r"\$\$|^[#|]", one.body, re.MULTILINE):
                problems.append(f"more than sentences in a side note: {one.body[:40]}")
    return problems


def tags(notebook: NotebookNode, path: Path) -> list[str]:
    """Nothing is left out of the comparison without a listed reason."""
    problems = []
    for cell in notebook.cells:
        found = set(cell.metadata.get("tags", [])) - LAYOUT_TAGS
        found |= set(IGNORE_COMMENT.findall(cell.source))
        problems += [
            f"tag {tag} without a reason in ALLOWED_TAGS"
            for tag in sorted(found)
            if (path.stem, tag) not in ALLOWED_TAGS
        ]
    return problems


def shown(output: NotebookNode) -> Iterator[str]:
    """Every text that an output holds; not its pictures and widgets."""
    if output.output_type == "stream":
        yield output.text
    for kind, content in output.get("data", {}).items():
        if kind.startswith("text/"):
            yield content


def outputs(notebook: NotebookNode, path: Path) -> list[str]:
    """Only what is true on another machine and another day; no errors, no warnings."""
    problems = []
    for cell in cells(notebook, "code"):
        where = f"cell {cell.execution_count}"
        for output in cell.outputs:
            if output.output_type == "error":
                problems.append(f"{where}: error {output.ename}")
            if output.get("name") == "stderr":
                problems.append(f"{where}: standard error {output.text!r}")
            problems += [
                f"{where}: {name}, {mark[0]!r}"
                for content in shown(output)
                for name, pattern in FORBIDDEN_OUTPUT.items()
                if (mark := pattern.search(content))
            ]
    return problems


def semicolons(notebook: NotebookNode, path: Path) -> list[str]:
    """nbval shows a last value that `;` hides elsewhere; `plt.show()` works everywhere."""
    return [
        f"cell {cell.execution_count} ends with a semicolon"
        for cell in cells(notebook, "code")
        if cell.source.rstrip().endswith(";")
    ]


def finished(notebook: NotebookNode, path: Path) -> list[str]:
    marks = [UNFINISHED.search(cell.source) for cell in notebook.cells]
    return [f"unfinished: {mark[0]}" for mark in marks if mark]


RULES: tuple[Callable[[NotebookNode, Path], list[str]], ...] = (
    executed,
    normalised,
    *chapter_shape.RULES,
    exercises,
    questions,
    equations,
    citations,
    figures,
    side_notes,
    tags,
    outputs,
    semicolons,
    finished,
)

# A page behind the chapters is looked up, not worked through: no box, no exercises, no measure.
RULES_BEHIND = (
    executed,
    normalised,
    chapter_shape.title,
    chapter_shape.imports,
    chapter_shape.folds,
    figures,
    side_notes,
    tags,
    outputs,
    semicolons,
    finished,
)


def rules_for(path: Path) -> tuple[Callable[[NotebookNode, Path], list[str]], ...]:
    """The rules that a notebook must keep, by the folder that it is in."""
    return RULES_BEHIND if path.parent.name == BEHIND else RULES
