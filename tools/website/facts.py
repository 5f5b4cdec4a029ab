"""What a page says about itself: a description, its date, how to cite it, where it stands."""

import re
import subprocess
from pathlib import Path
from xml.sax.saxutils import escape

import yaml
from docutils import nodes

DESCRIPTION_LENGTH = 155  # characters; what a search engine shows


def description(document: nodes.document) -> str:
    """The first paragraph of running text, cut at a word."""
    for paragraph in document.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if isinstance(paragraph.parent, nodes.section | nodes.container | nodes.document) and (
            len(text) > 40
        ):
            if len(text) <= DESCRIPTION_LENGTH:
                return text
            return text[: text.rindex(" ", 0, DESCRIPTION_LENGTH)].rstrip(",.;:") + " …"
    return ""


def last_change(file: Path) -> str:
    """The day of the last commit that changed a file, as 2026-11-24; "" where git knows none."""
    try:
        answer = subprocess.run(
            ["git", "log", "-1", "--format=%cs", "--", file.name],
            cwd=file.parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.strip()


def bibtex(citation: Path) -> str:
    """The BibTeX entry that says what CITATION.cff says."""
    facts = yaml.safe_load(citation.read_text(encoding="utf-8"))
    year = str(facts["date-released"])[:4]
    authors = " and ".join(f"{{{author['name']}}}" for author in facts["authors"])
    fields = {
        "author": authors,
        "title": facts["title"],
        "year": year,
        "version": str(facts["version"]),
    }
    lines = "".join(f"  {name:8}= {{{value}}},\n" for name, value in fields.items())
    key = re.sub(r"\W+", "", facts["title"].partition(":")[0].title())
    return f"@book{{{key}{year},\n{lines}}}"


def sitemap(base: str, dates: dict[str, str]) -> str:
    """sitemap.xml for the site at the address `base`; dates: of each page, "" if unknown."""
    entries = "".join(
        f"<url><loc>{escape(base + page)}</loc>"
        + (f"<lastmod>{date}</lastmod>" if date else "")
        + "</url>\n"
        for page, date in sorted(dates.items())
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    )
