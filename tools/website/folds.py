"""Code that is folded says what it does, and long code shows its first lines.

MyST-NB writes "Show code cell source" on every fold. Here the fold of a set-up cell says "Set-up",
any other what its first line says in a comment.
"""

import html
import re

LONG = 25  # lines; a longer cell that is not folded shows its beginning
SHOWN = 14  # lines of it

CELL = re.compile(
    r'<div class="cell(?P<tags>[^"]*)docutils container">\s*'
    r'(?P<fold><details class="admonition hide[^"]*">\s*<summary[^>]*>.*?</summary>\s*)?'
    r'<div class="cell_input docutils container">\s*<div class="highlight-[^"]*">'
    r'<div class="highlight"><pre>(?P<code>.*?)</pre>',
    re.DOTALL,
)
FOLDED = re.compile(r'<div class="cell[^"]*docutils container">\s*<details class="admonition hide')
# Of a cell's output, where only that is folded or where both are.
OUTPUT = re.compile(
    r'<details class="admonition hide (?P<where>[\w-]+)">\s*<summary[^>]*>.*?</summary>', re.DOTALL
)
TAG = re.compile(r"<[^>]+>")
COMMENT = re.compile(r"# *(\S.*)")


def with_names(page: str) -> str:
    """The page with each fold of a code cell named, and long visible code marked as such.

    Raises ValueError where a fold keeps the name that MyST-NB gave it.
    """
    return OUTPUT.sub(_output, CELL.sub(_cell, page))


def label(tags: str, code: str, draws: bool = False) -> str:
    """What the fold of a cell says.

    tags: the classes of the cell. code: its text. draws: does it show a figure?
    """
    if "tag_set-up" in tags.split():
        return "Set-up"
    if first := COMMENT.match(code.lstrip()):
        return first[1].rstrip(".:")
    return "Code of the figure" if draws else "Code"


def _cell(match: re.Match) -> str:
    code = html.unescape(TAG.sub("", match["code"])).strip("\n")
    lines = code.count("\n") + 1
    if match["fold"]:
        old = re.search(r"<details.*?</summary>", match["fold"], re.DOTALL)[0]
        return match[0].replace(old, _fold(label(match["tags"], code, _draws(match)), lines), 1)
    if lines > LONG:
        old = '<div class="cell_input docutils container">'
        new = f'<div class="cell_input long-code docutils container" data-lines="{lines}">'
        return match[0].replace(old, new, 1)
    return match[0]


def _draws(match: re.Match) -> bool:
    """Is a figure the first that the cell shows?"""
    after = match.string[match.end() : match.end() + 400]
    output = after.partition('<div class="cell_output')[2]
    return "<img" in output or "<figure" in output


def _fold(name: str, lines: int) -> str:
    count = f"{lines} line{'s' * (lines > 1)}"
    return (
        '<details class="hide code-fold"><summary><span class="fold-name">'
        f'{html.escape(name)}</span> <span class="fold-lines">{count}</span></summary>'
    )


def _output(match: re.Match) -> str:
    where = match["where"]
    if where == "above-input":  # CELL names these
        raise ValueError(f"a fold without a name: {match.string[match.start() :][:300]}")
    name = {"below-input": "Output", "above-output": "Output"}.get(where, "Code and output")
    return (
        f'<details class="hide code-fold {where}"><summary>'
        f'<span class="fold-name">{name}</span></summary>'
    )
