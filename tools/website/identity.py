"""Who a page says it is, to search engines, to reference managers and to feed readers."""

import datetime
import json
import re
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import yaml

LICENCES = {
    "MIT": "https://opensource.org/license/mit",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
}
RELEASE = re.compile(r"^## (?P<name>.+?)$\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
CHANGE = re.compile(r"^- (?P<text>.*?)(?=^- |\Z)", re.MULTILINE | re.DOTALL)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Work(NamedTuple):
    """The book, as CITATION.cff describes it."""

    title: str
    author: str
    version: str
    published: str
    licences: list[str]
    keywords: list[str]


class PageFacts(NamedTuple):
    """One page: its title without markup, what it is about, where it stands.

    Attributes:
        chapter: its number in the book; None for a page that is no chapter.
        address: the whole address; "" where it is not known where the site will stand.
        changed: the day of its last change, as 2026-11-24; "" if unknown.
    """

    title: str
    description: str
    chapter: int | None
    is_first: bool
    address: str
    changed: str


def work(citation: Path) -> Work:
    """What CITATION.cff says; its title up to the colon is the name of the book."""
    facts = yaml.safe_load(citation.read_text(encoding="utf-8"))
    return Work(
        title=facts["title"].partition(":")[0],
        author=facts["authors"][0]["name"],
        version=str(facts["version"]),
        published=str(facts["date-released"]),
        licences=[LICENCES[name] for name in facts["license"]],
        keywords=facts["keywords"],
    )


def linked_data(book: Work, page: PageFacts) -> str:
    """The page as JSON-LD in the words of schema.org, safe inside a script element."""
    shared = {
        "@context": "https://schema.org",
        "author": {"@type": "Organization", "name": book.author},
        "license": book.licences,
        "inLanguage": "en",
        "isAccessibleForFree": True,
    }
    if page.is_first:
        own: dict = {
            "@type": "Book",
            "name": book.title,
            "version": book.version,
            "datePublished": book.published,
            "keywords": book.keywords,
        }
    else:
        own = {
            "@type": "Chapter" if page.chapter else "WebPage",
            "name": page.title,
            "isPartOf": {"@type": "Book", "name": book.title},
        }
    if page.chapter:
        own["position"] = page.chapter
    if page.description:
        own["description"] = page.description
    if page.changed:
        own["dateModified"] = page.changed
    if page.address:
        own["url"] = page.address
    return json.dumps(shared | own, ensure_ascii=False).replace("<", "\\u003c")


def citation_tags(book: Work, page: PageFacts) -> dict[str, str]:
    """What Zotero and Google Scholar read: `citation_…` and its value."""
    tags = {
        "citation_title": book.title if page.is_first else page.title,
        "citation_author": book.author,
        "citation_publication_date": book.published.replace("-", "/"),
        "citation_language": "en",
    }
    if not page.is_first:
        tags["citation_inbook_title"] = book.title
    if page.address:
        tags["citation_public_url"] = page.address
    return tags


def feed(book: Work, changelog: str, address: str, changed: str) -> str:
    """An Atom feed of what changed: an entry for each item of CHANGELOG.md.

    changelog: its text. address: of the site, "" if unknown. changed: the day of its last change.
    """
    today = changed or datetime.date.today().isoformat()
    entries = []
    for release in RELEASE.finditer(changelog):
        date = DATE.search(release["name"])
        day = date[0] if date else today
        for change in CHANGE.finditer(release["body"]):
            text = " ".join(change["text"].replace("`", "").split())
            entries.append(_entry(text, release["name"], day))
    link = f'<link href="{escape(address)}"/>' if address else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n'
        f"<title>{escape(book.title)}: what changed</title>\n"
        f"<id>{_name(book.title)}</id>\n{link}<updated>{today}T00:00:00Z</updated>\n"
        f"<author><name>{escape(book.author)}</name></author>\n{''.join(entries)}</feed>\n"
    )


def _entry(text: str, release: str, day: str) -> str:
    title = re.split(r"(?<=[.:]) ", text, maxsplit=1)[0].rstrip(".:")
    return (
        f"<entry><title>{escape(title)}</title><id>{_name(text[:80])}</id>"
        f"<updated>{day}T00:00:00Z</updated><category term={_quoted(release)}/>"
        f"<content>{escape(text)}</content></entry>\n"
    )


def _quoted(text: str) -> str:
    return '"' + escape(text, {'"': "&quot;"}) + '"'


def _name(text: str) -> str:
    """A name that stays the same as long as the text does."""
    return "urn:x-book:" + re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
