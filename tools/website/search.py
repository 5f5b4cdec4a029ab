"""What the search looks through: every section of the book with its sentences, as a script.

MiniSearch (book/_assets/minisearch) ranks in the reader's browser, search.js asks it. Pagefind and
Sphinx's own search fetch their index or the found pages, which a browser refuses for `file://`, the
address that `make book` prints; a script it loads from there too.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from tools.website.plain import plain
from tools.website.terms import GLOSSARY

SCRIPT = "_static/search-index.js"
BLOCKS = (nodes.paragraph, nodes.term, nodes.caption, nodes.row, nodes.title, nodes.rubric)
# Sections that name a chapter's words without explaining them: found, but after those that do.
AROUND = {"Exercises", "Check yourself", "Summary", "Further reading"}
NAME = re.compile(r"[A-Za-z_][\w.]{2,}")


class Section(NamedTuple):
    """A part of a page that has an address.

    Attributes:
        page: its page's title, with the number of a chapter.
        title: its own heading; that of the page at the page's top.
        address: from the first folder of the site.
        sentences: what it says, code and displayed formulas left out.
        names: what its code names, once each.
        kind: "chapter", "around" (of a chapter, see AROUND), "term" (of the glossary) or "page".
        leads_to: of a term, the pages that its explanation names, without ending.
    """

    page: str
    title: str
    address: str
    sentences: list[str]
    names: str
    kind: str
    leads_to: list[str]


def sections(doctree: nodes.document, docname: str, title: str) -> Iterator[Section]:
    """The sections of a page, in their order. title: of the page."""
    is_chapter = re.match(r"book/\d-", docname)
    for section in doctree.findall(nodes.section):
        if "exercise-content" in section["ids"] or "solution-content" in section["ids"]:
            continue
        address = f"{docname}.html"
        heading = section.next_node(nodes.title)
        own = plain(heading) if heading else title
        if isinstance(section.parent, nodes.document):
            own = title
        else:
            address += "#" + section["ids"][0]
        kind = "page" if not is_chapter else "around" if own in AROUND else "chapter"
        yield Section(title, own, address, _sentences(section), _names(section), kind, [])
    if docname == GLOSSARY:
        yield from _terms(doctree, docname, title)


def _terms(doctree: nodes.document, docname: str, title: str) -> Iterator[Section]:
    for item in doctree.findall(nodes.definition_list_item):
        terms = [one for one in item.children if isinstance(one, nodes.term)]
        text = plain(item.children[-1])
        leads = [link["reftarget"] for link in item.findall(addnodes.pending_xref)]
        for term in terms:
            if term["ids"]:
                address = f"{docname}.html#{term['ids'][0]}"
                yield Section(title, term.astext(), address, _split(text), "", "term", leads)


def _own(section: nodes.section, kinds: tuple) -> Iterator[nodes.Node]:
    """The nodes of these kinds in a section, without those of the sections inside it."""
    for child in section.children:
        if isinstance(child, nodes.section) and not set(child["ids"]) & {
            "exercise-content",
            "solution-content",
        }:
            continue
        yield from child.findall(lambda node: isinstance(node, kinds))


def _sentences(section: nodes.section) -> list[str]:
    blocks = (
        block
        for block in _own(section, BLOCKS)
        if block.parent is not section or not isinstance(block, nodes.title)
    )
    outermost = (
        b for b in blocks if not isinstance(b.parent, nodes.definition | nodes.term | nodes.entry)
    )
    in_glossary = "glossary" in " ".join(section.get("classes", []))
    return [] if in_glossary else [one for b in outermost for one in _split(plain(b))]


def _split(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=[.!?]) +(?=[A-Z(“])", " ".join(text.split())) if one]


def _names(section: nodes.section) -> str:
    found: dict[str, None] = {}
    for code in _own(section, (nodes.literal_block,)):
        found |= dict.fromkeys(NAME.findall(code.astext()))
    return " ".join(found)


def script(found: list[Section]) -> str:
    """The sections as a script that sets `searchSections`."""
    rows = [section._asdict() | {"sentences": section.sentences} for section in found]
    return (
        f"window.searchSections = {json.dumps(rows, ensure_ascii=False, separators=(',', ':'))};\n"
    )


def write(app: Sphinx, out: Path) -> None:
    """Write the script for the pages of the table of contents."""
    titles = app.env.titles
    numbers = app.env.toc_secnumbers
    found = []
    for docname in sorted(app.env.found_docs):
        number = numbers.get(docname, {}).get("", ())
        title = ".".join(map(str, number[:1])) + ". " if number else ""
        title += " ".join(titles[docname].astext().split())
        found += sections(app.env.get_doctree(docname), docname, title)
    (out / SCRIPT).write_text(script(found), encoding="utf-8")
