"""The shape of a chapter: its first screen, its set-up, its folds, its measure, its end.

One small function a rule, as in tools/chapter_rules.py.
"""

import ast
import re
from pathlib import Path

from nbformat import NotebookNode

from tools import markdown
from tools.book import CHAPTER_SECONDS
from tools.measure import TIME, is_folded, measure
from tools.normalise import WIDGET_VIEW

BOX = "In this chapter"
ENDING = ("Where it goes wrong", "Exercises", "Check yourself", "Summary", "Further reading")
ABILITIES = range(3, 5)
SET_UP_TAGS = {"set-up", "hide-input"}
WORDS_BESIDE_A_PICTURE = 40
PICTURES = {"image/png", "image/svg+xml", WIDGET_VIEW}


def cells(notebook: NotebookNode, kind: str) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def text(notebook: NotebookNode) -> str:
    """All Markdown of the notebook."""
    return "\n\n".join(cell.source for cell in cells(notebook, "markdown"))


def is_box(cell: NotebookNode) -> bool:
    found = markdown.directives(cell.source) if cell.cell_type == "markdown" else []
    return bool(found) and (found[0].name, found[0].argument) == ("admonition", BOX)


def is_picture(cell: NotebookNode) -> bool:
    """Is it a figure, with a sentence at most beside it, or a cell that draws, its code folded?"""
    if cell.cell_type == "code":
        shown = {kind for output in cell.outputs for kind in output.get("data", {})}
        return is_folded(cell) and bool(shown & PICTURES)
    names = {one.name for one in markdown.directives(cell.source)}
    written = markdown.prose(cell.source)
    found = bool(names & {"figure", "image", "raw"}) or bool(markdown.PICTURE.search(written))
    short = "#" not in written and len(written.split()) <= WORDS_BESIDE_A_PICTURE
    return found and short


def title(notebook: NotebookNode, path: Path) -> list[str]:
    """The first cell: one title of level 1 and a sentence on why it matters."""
    if not notebook.cells or notebook.cells[0].cell_type != "markdown":
        return ["the first cell must be Markdown: '# Title' and a sentence below it"]
    first = markdown.prose(notebook.cells[0].source)
    problems = []
    if len(markdown.headings(text(notebook), 1)) != 1 or not markdown.headings(first, 1):
        problems.append("the first cell must hold the only title of level 1, '# Title'")
    sentence = [line for line in first.splitlines() if line.strip() and line[0] not in "#("]
    if not sentence or sentence[-1].rstrip()[-1] not in ".!?":
        problems.append("below the title must stand a sentence on why the chapter matters")
    return problems


def box(notebook: NotebookNode, path: Path) -> list[str]:
    """The box: abilities, needs with their importance and a link, and times in budget."""
    found = [markdown.directives(cell.source)[0] for cell in notebook.cells if is_box(cell)]
    if len(found) != 1:
        return [f"one cell must begin with ```{{admonition}} {BOX}; {len(found)} do"]
    problems = []
    if found[0].options.get("class") != "chapter-box":
        problems.append("the box needs the line ':class: chapter-box'")
    able, _, rest = found[0].body.partition("**You need**")
    needs, _, _ = rest.partition("**Time**")
    items = re.findall(r"^[-*] ", able, re.MULTILINE)
    if "**You will be able to**" not in able or len(items) not in ABILITIES:
        problems.append(
            f"below **You will be able to** must stand {ABILITIES[0]} to {ABILITIES[-1]} abilities "
            f"(lines with '- '); there are {len(items)}"
        )
    needed = re.findall(r"^[-*] .+", needs, re.MULTILINE) or [needs.strip()]
    problems += [
        f"each need is marked (essential) or (helpful); this one is not: {need!r}"
        for need in needed
        if not re.search(r"\b(essential|helpful)\b", need)
    ]
    if not markdown.LINK.search(needs):
        problems.append("one need at least must have a link")
    if not (time := TIME.search(found[0].body)):
        problems.append("the box needs '**Time**: N minutes to read, N seconds to run.'")
    elif int(time[2]) > CHAPTER_SECONDS:
        problems.append(f"a chapter may run for {CHAPTER_SECONDS} s; this one says {time[2]}")
    return problems


def first_screen(notebook: NotebookNode, path: Path) -> list[str]:
    """Before the box: the title, the set-up, a picture. A picture before or just after the box."""
    where = next((i for i, cell in enumerate(notebook.cells) if is_box(cell)), None)
    if where is None:
        return []  # the rule `box` says so
    before = notebook.cells[1:where]
    after = [cell for cell in notebook.cells[where + 1 :] if "set-up" not in tags_of(cell)]
    problems = [
        f"before the box may stand the title, the set-up and a picture, not {cell.source[:40]!r}"
        for cell in before
        if not (is_picture(cell) or "set-up" in tags_of(cell))
    ]
    if not any(map(is_picture, [*before, *after[:1]])):
        problems.append(
            "a picture or an explorer must stand between the title and the box, or right after the "
            "box (a figure, or a cell that draws one and has the tag hide-input)"
        )
    return problems


def tags_of(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def imports(notebook: NotebookNode, path: Path) -> list[str]:
    """The first code cell imports, and nothing else, then calls start_chapter(). It is folded."""
    code = cells(notebook, "code")
    body = ast.parse(code[0].source).body if code else []
    problems = []
    if not body or ast.unparse(body[-1]) != "start_chapter()":
        problems.append("the first code cell must end with start_chapter()")
    if not all(isinstance(line, ast.Import | ast.ImportFrom) for line in body[:-1]):
        problems.append("the first code cell may hold only imports before start_chapter()")
    if code and not tags_of(code[0]) >= SET_UP_TAGS:
        problems.append(f"the first code cell needs the tags {sorted(SET_UP_TAGS)}")
    return problems


def folds(notebook: NotebookNode, path: Path) -> list[str]:
    """A folded cell begins with a comment that says what it does: the site shows it."""
    return [
        "a cell with the tag hide-input must begin with a comment that says what it does, as "
        f"'# Draw the figure'; this one begins with {cell.source.splitlines()[0]!r}"
        for cell in cells(notebook, "code")
        if "hide-input" in tags_of(cell)
        and "set-up" not in tags_of(cell)
        and not re.match(r"# \w", cell.source)
    ]


def chapter_measure(notebook: NotebookNode, path: Path) -> list[str]:
    """Within the measure, and the box says the minutes that it takes."""
    found = measure(notebook)
    stated = TIME.search(text(notebook))
    problems = found.problems()
    if stated is None or int(stated[1]) != found.minutes:
        problems.append(f"the box must say: **Time**: {found.minutes} minutes to read")
    return problems


def ending(notebook: NotebookNode, path: Path) -> list[str]:
    """The last headings of level 2 are those of ENDING."""
    last = tuple(markdown.headings(text(notebook), 2)[-len(ENDING) :])
    if last == ENDING:
        return []
    wanted = ", ".join(f"## {heading}" for heading in ENDING)
    return [f"write these headings last, in this order: {wanted}; now the last are {last}"]


RULES = (title, box, first_screen, imports, folds, chapter_measure, ending)
