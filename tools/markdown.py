"""The little of MyST Markdown that the checks of the book need: fences, headings, references."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

FENCE = re.compile(r"^(?P<ticks>`{3,}|:{3,})(?P<rest>.*)$")
DIRECTIVE = re.compile(r"^\{(?P<name>[\w:-]+)\}\s*(?P<argument>.*)$")
OPTION = re.compile(r"^:(?P<key>[\w-]+):\s*(?P<value>.*)$")
HEADING = re.compile(r"^(?P<marks>#{1,6}) +(?P<text>.+?)\s*$")
CITATION = re.compile(r"\{cite(?::\w+)?\}`(?P<keys>[^`]+)`")
EQUATION = re.compile(r"^\$\$ *\((?P<label>[\w-]+)\) *$", re.MULTILINE)
PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<file>[^)\s]+)\)")
LINK = re.compile(r"\[[^\]]+\]\([^)]+\)|\{(?:doc|ref|numref)\}`[^`]+`")


@dataclass
class Directive:
    """```{name} argument, its options as `:key: value` lines, and the text below them."""

    name: str
    argument: str
    options: dict[str, str] = field(default_factory=dict)
    body: str = ""


def _fences(text: str) -> Iterator[tuple[str | None, list[str]]]:
    """(None, lines) for prose; (what follows the opening marks, lines inside) for a fence."""
    prose: list[str] = []
    inside: list[str] = []
    closing = info = None
    for line in text.splitlines():
        mark = FENCE.match(line)
        if closing is None and mark:
            yield None, prose
            prose, inside = [], []
            closing, info = mark["ticks"], mark["rest"].strip()
        elif closing and mark and mark["ticks"].startswith(closing) and not mark["rest"].strip():
            yield info, inside
            closing = None
        elif closing:
            inside.append(line)
        else:
            prose.append(line)
    yield None, prose


def directives(text: str) -> list[Directive]:
    """Every directive in the order of the text, those inside others too."""
    found = []
    for info, lines in _fences(text):
        if info is None or not (head := DIRECTIVE.match(info)):
            continue
        directive = Directive(head["name"], head["argument"].strip())
        while lines and (option := OPTION.match(lines[0])):
            directive.options[option["key"]] = option["value"].strip()
            lines = lines[1:]
        directive.body = "\n".join(lines).strip()
        found += [directive, *directives(directive.body)]
    return found


def prose(text: str) -> str:
    """The text without what stands in fences."""
    return "\n".join(line for info, lines in _fences(text) if info is None for line in lines)


def headings(text: str, level: int) -> list[str]:
    """The headings of one level, outside of fences."""
    marks = map(HEADING.match, prose(text).splitlines())
    return [mark["text"] for mark in marks if mark and len(mark["marks"]) == level]


def citations(text: str) -> list[str]:
    """The keys of all citations."""
    keys = (key for mark in CITATION.finditer(text) for key in mark["keys"].split(","))
    return [key.strip() for key in keys]
