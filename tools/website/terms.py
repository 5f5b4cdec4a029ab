"""Links from a chapter to the glossary: each term where running text uses it first."""

import re
from collections.abc import Iterable

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from tools.website.plain import plain

GLOSSARY = "book/back/glossary"
CHAPTER = re.compile(r"book/\d-")
# Where a link would not stand in running text. Code, mathematics and citations are Inline.
OUTSIDE = (
    nodes.title,
    nodes.caption,
    nodes.Inline,
    nodes.raw,
    nodes.table,
    nodes.Admonition,
    addnodes.pending_xref,
)
# Chapters that use the word for something else.
OTHER_MEANINGS = {
    ("book/1-memory/fade", "candidate"),
    ("book/4-pytorch/attention-pooling", "direct path"),
}
PLAIN = (nodes.strong, nodes.emphasis)


def link_terms(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace the first use of each term in a chapter by a link (an event of Sphinx)."""
    if not CHAPTER.match(docname):
        return
    known = app.env.get_domain("std").data["terms"]
    wanted = {
        written(term, label): label
        for term, (page, label) in known.items()
        if page == GLOSSARY and (docname, term) not in OTHER_MEANINGS
    }
    address = app.builder.get_relative_uri(docname, GLOSSARY)
    meanings = definitions(app.env.get_doctree(GLOSSARY))
    for text in list(doctree.findall(nodes.Text)):
        if is_running(text) and (found := linked(text.astext(), wanted, address, meanings)):
            text.parent.replace(text, found)


def definitions(glossary: nodes.document) -> dict[str, str]:
    """What each term means, by its label, in words and simple signs."""
    return {
        label: " ".join(plain(item.children[-1]).split())
        for item in glossary.findall(nodes.definition_list_item)
        for term in item.findall(nodes.term)
        for label in term["ids"]
    }


def written(term: str, label: str) -> str:
    """The term as it is written: Sphinx keeps it in small letters, and PER is not "per"."""
    name = label.removeprefix("term-")
    return name if name.isupper() else term


def is_running(text: nodes.Text) -> bool:
    node, in_paragraph = text.parent, False
    while node is not None:
        if isinstance(node, OUTSIDE) and not isinstance(node, PLAIN):
            return False
        in_paragraph |= isinstance(node, nodes.paragraph)
        node = node.parent
    return in_paragraph


def linked(
    text: str, wanted: dict[str, str], address: str, meanings: dict[str, str] | None = None
) -> list[nodes.Node]:
    """The text in pieces, with a link for each wanted term, which is then wanted no more.

    wanted: the label of each term, in small letters or, if that is how it is written, in capitals.
    meanings: of the labels, which the links say when the pointer rests on them.
    Returns [] for a text without any.
    """
    pieces: list[nodes.Node] = []
    while wanted and (match := _pattern(wanted).search(text)):
        term = match["term"]
        label = wanted.pop(term if term in wanted else term.lower())
        link = nodes.reference(
            "", match[0], internal=True, refuri=f"{address}#{label}", classes=["glossary-term"]
        )
        if meaning := (meanings or {}).get(label):
            link["reftitle"] = meaning
        pieces += [nodes.Text(text[: match.start()]), link]
        text = text[match.end() :]
    return [*pieces, nodes.Text(text)] if pieces else []


def _pattern(terms: Iterable[str]) -> re.Pattern:
    longest_first = sorted(terms, key=len, reverse=True)
    one = "|".join(
        re.escape(term) if term.isupper() else f"(?i:{re.escape(term)})" for term in longest_first
    )
    return re.compile(rf"(?<![\w-])(?P<term>{one})s?(?![\w-])")
