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
    if counts == list(range(1, len(counts) + 1)):
        return []
    return [f"run `make execute`: execution counts must be 1, 2, 3, ..., they are {counts}"]


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
        problems.append(
            f"below ## Exercises must stand {EXERCISES[0]} to {EXERCISES[-1]} exercises; "
            f"there are {len(asked)}"
        )
    problems += [
        f"an exercise's title must begin with ★, ★★ or ★★★ and a space, not {one.argument!r}"
        for one in asked
        if not re.match(r"★{1,3} \S", one.argument)
    ]
    labels = [one.options.get("label", "") for one in asked]
    if not all(label.startswith("ex-") for label in labels) or len(set(labels)) < len(labels):
        problems.append(
            f"each exercise needs a label of its own, ':label: ex-...'; the labels are {labels}"
        )
    if [one.argument for one in starts] != labels or len(ends) != len(labels):
        problems.append(
            "after each exercise must stand its solution, from {solution-start} with the "
            f"exercise's label to {{solution-end}}: {len(ends)} ends, and starts for "
            f"{[one.argument for one in starts]}, where the exercises are {labels}"
        )
    problems += [
        f"the solution of {one.argument} needs the line ':class: dropdown'"
        for one in starts
        if one.options.get("class") != "dropdown"
    ]
    pattern = r"\{solution-start\} *([^\n]*)\n(?::[^\n]*\n)*`{3,}(.*?)`{3,}\{solution-end\}"
    whole = "\n\n".join(cell.source for cell in notebook.cells)
    problems += [
        f"the solution of {label} must have at least {SOLUTION_LENGTH} characters, words and code; "
        f"it has {len(body.strip())}"
        for label, body in re.findall(pattern, whole, re.DOTALL)
        if len(body.strip()) < SOLUTION_LENGTH
    ]
    return problems


def questions(notebook: NotebookNode, path: Path) -> list[str]:
    found = markdown.directives(section(notebook, "Check yourself"))
    answers = [one for one in found if one.name == "dropdown" and one.body]
    if len(answers) >= QUESTIONS:
        return []
    return [
        f"below ## Check yourself must stand at least {QUESTIONS} questions, each with its answer "
        f"in a ```{{dropdown}} Answer; there are {len(answers)}"
    ]


def equations(notebook: NotebookNode, path: Path) -> list[str]:
    """At least one is numbered; no label twice."""
    labels = markdown.EQUATION.findall(text(notebook))
    twice = [label for label, count in Counter(labels).items() if count > 1]
    problems = [f"each equation needs a label of its own; {label} stands twice" for label in twice]
    wanted = "one equation at least must be numbered: '$$ (eq-...)' ends it"
    return problems if labels else [wanted]


def citations(notebook: NotebookNode, path: Path) -> list[str]:
    """At least one, and each in the bibliography."""
    keys = markdown.citations(text(notebook))
    bibliography = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    known = set(re.findall(r"^@\w+\{([^,\s]+)", bibliography, re.MULTILINE))
    problems = [
        f"add {key} to book/references.bib, or cite what is there"
        for key in sorted(set(keys) - known)
    ]
    wanted = "one source at least must be cited: {cite:t}`...`, a key of book/references.bib"
    return problems if keys else [wanted]


def alt_wanted(alt: str) -> str:
    return f"the alt text must say what is seen, in at least {ALT_LENGTH} characters, not {alt!r}"


def figures(notebook: NotebookNode, path: Path) -> list[str]:
    """Each says in words what it shows; each file is there."""
    problems = []
    for cell in cells(notebook, "code"):
        drawn = sum("image/png" in output.get("data", {}) for output in cell.outputs)
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if drawn > 1:
            problems.append(
                f"cell {cell.execution_count}: a cell has one alt text and may draw one figure; it "
                f"draws {drawn}"
            )
        if drawn and len(alt) < ALT_LENGTH:
            problems.append(
                f"cell {cell.execution_count}: {alt_wanted(alt)} (metadata mystnb.image)"
            )
    written = text(notebook)
    pictures = [
        (one.argument, one.options.get("alt", ""))
        for one in markdown.directives(written)
        if one.name in ("figure", "image")
    ]
    pictures += [(mark["file"], mark["alt"]) for mark in markdown.PICTURE.finditer(written)]
    for file, alt in pictures:
        if len(alt) < ALT_LENGTH:
            problems.append(f"{file}: {alt_wanted(alt)}")
        if not (path.parent / file).is_file():
            problems.append(f"{file} must exist, relative to the notebook's folder")
    return problems


def side_notes(notebook: NotebookNode, path: Path) -> list[str]:
    """Each is a few sentences and no more, and stands in running text: it fits the margin."""
    problems = []
    found = markdown.directives(text(notebook))
    for one in found:
        inside = [inner.name for inner in markdown.directives(one.body)]
        if "margin" in inside:
            problems.append(f"a side note must stand between paragraphs, not inside {{{one.name}}}")
        if one.name == "margin":
            if len(one.body.split()) > SIDE_NOTE_WORDS:
                problems.append(
                    f"a side note may have {SIDE_NOTE_WORDS} words; this one is longer: "
                    f"{one.body[:40]!r}"
                )
            if inside or re.search(r"\$\$|^[#|]", one.body, re.MULTILINE):
                problems.append(
                    "a side note may hold only sentences, no heading, table, displayed equation "
                    f"or directive: {one.body[:40]!r}"
                )
    return problems


def tags(notebook: NotebookNode, path: Path) -> list[str]:
    """Nothing is left out of the comparison without a listed reason."""
    problems = []
    for cell in notebook.cells:
        found = set(cell.metadata.get("tags", [])) - LAYOUT_TAGS
        found |= set(IGNORE_COMMENT.findall(cell.source))
        problems += [
            f"remove the tag {tag}, or give its reason in ALLOWED_TAGS of tools/chapter_rules.py"
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
                problems.append(
                    f"{where}: the code must run without an error, this is {output.ename}"
                )
            if output.get("name") == "stderr":
                problems.append(f"{where}: nothing may go to standard error: {output.text!r}")
            problems += [
                f"{where}: may not print {name}, another machine or day has another: {mark[0]!r}"
                for content in shown(output)
                for name, pattern in FORBIDDEN_OUTPUT.items()
                if (mark := pattern.search(content))
            ]
    return problems


def semicolons(notebook: NotebookNode, path: Path) -> list[str]:
    """nbval shows a last value that `;` hides elsewhere; `plt.show()` works everywhere."""
    return [
        f"cell {cell.execution_count} ends with a semicolon: end with plt.show() or nothing"
        for cell in cells(notebook, "code")
        if cell.source.rstrip().endswith(";")
    ]


def finished(notebook: NotebookNode, path: Path) -> list[str]:
    marks = [UNFINISHED.search(cell.source) for cell in notebook.cells]
    return [f"finish what is marked {mark[0]!r}" for mark in marks if mark]


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
