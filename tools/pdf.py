"""The whole book as one PDF: `python -m tools.pdf`, from the built website.

All pages become one document, so that Chromium prints it with bookmarks and with links that lead to
their places. It is printed twice: the list of contents needs the page numbers of the first time.
"""

import html
import posixpath
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import yaml
from playwright.sync_api import sync_playwright

from tools.book import ROOT, pages
from tools.website import lean
from tools.website.identity import Work, work

SITE = ROOT / "_build" / "html"
NAME = "book.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MINUTES = 10  # that one printing may take on a busy machine

ARTICLE = re.compile(r'<article class="bd-article">(.*?)</article>', re.DOTALL)
GLYPH = re.compile(r'<path id="(MJX-[^"]+)" d="[^"]*"\s*/>')
DARK = re.compile(r'<img [^>]*data-in="dark"[^>]*>')
HEADING = re.compile(r"<h1[^>]*>(.*?)<a class=\"headerlink\"", re.DOTALL)
TAG = re.compile(r"<[^>]+>")
ID = re.compile(r'\b(?P<key>id)="(?!MJX-)(?P<name>[^"]+)"')
LINK = re.compile(r'\bhref="(?P<page>[^"#:]*)(?:#(?!MJX-)(?P<name>[^"]*))?"')

STYLE = """
  .book-page { break-before: page; }
  .book-part { break-before: page; padding-top: 40vh; font-size: 26pt; }
  .title-page { height: 240mm; display: flex; flex-direction: column; justify-content: center; }
  .title-page b { font-size: 40pt; line-height: 1.1; letter-spacing: -0.02em; }
  .book-contents { break-before: page; }
  .book-contents p { display: flex; gap: 0.6em; margin: 0.15em 0 !important; }
  .book-contents p.part { margin-top: 1.1em !important; font-weight: 700; }
  .book-contents p::after { content: attr(data-page); order: 2; }
  .book-contents p:not(.part)::before { content: ""; order: 1; flex: 1; border-bottom: 1px dotted; }
  .book-contents a { color: inherit; text-decoration: none; }
"""


class Entry(NamedTuple):
    """A line of the list of contents: a part, or a page of it."""

    title: str
    name: str
    is_part: bool


def slug(page: str) -> str:
    """The name of a page in the document: `book/1-memory/unroll.html` is `book-1-memory-unroll`."""
    return re.sub(r"\W+", "-", page.removesuffix(".html"))


def one_page(text: str, page: str, known: set[str]) -> str:
    """The article of a page, with its names and links made those of the one document.

    text: the page's HTML. page: its address in the site. known: the addresses of all pages.
    """
    article = lean.moved(ARTICLE.search(text)[1], posixpath.dirname(page), "")
    article = DARK.sub("", article).replace('loading="lazy"', "")
    article = article.replace('<details class="sd-', '<details open class="sd-')
    article = ID.sub(lambda match: f'id="{slug(page)}--{match["name"]}"', article)

    def link(match: re.Match) -> str:
        target = match["page"] or page
        if target not in known:
            return ""  # a file of the website
        return f'href="#{slug(target)}' + (f'--{match["name"]}"' if match["name"] else '"')

    return f'<section class="book-page" id="{slug(page)}">{LINK.sub(link, article)}</section>'


def parts(root: Path) -> list[tuple[str, list[str]]]:
    """The captions of _toc.yml, each with the addresses of its pages."""
    contents = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return [
        (part["caption"], [f"{chapter['file']}.html" for chapter in part["chapters"]])
        for part in contents["parts"]
    ]


def document(site: Path, root: Path, numbers: dict[str, int]) -> tuple[str, list[Entry]]:
    """The book as one page of HTML, and its list of contents.

    numbers: the page of each entry by name, as far as known.
    """
    known = {page.relative_to(root).with_suffix(".html").as_posix() for page in pages(root)}
    entries, body, glyphs = [], [], {}
    for caption, files in parts(root):
        entries.append(Entry(caption, slug(caption), True))
        body.append(f'<h1 class="book-part" id="{slug(caption)}">{html.escape(caption)}</h1>')
        for file in files:
            text = (site / file).read_text(encoding="utf-8")
            title = " ".join(TAG.sub("", HEADING.search(text)[1]).split())
            entries.append(Entry(title, slug(file), False))
            body.append(one_page(text, file, known))
            glyphs |= {match[1]: match[0] for match in GLYPH.finditer(text)}
    book = work(root / "CITATION.cff")
    sheet = lean.style_sheets((site / "index.html").read_text(encoding="utf-8"))[0]
    return (
        f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
        f'<title>{book.title}</title><link rel="stylesheet" href="{sheet}"><style>{STYLE}</style>'
        f'</head><body><main class="bd-main"><div class="bd-content"><div '
        f'class="bd-article-container"><article class="bd-article">{_front(book)}'
        f"{_contents(entries, numbers)}{''.join(body)}</article></div></div></main>"
        f'<svg class="glyphs"><defs>{"".join(glyphs.values())}</defs></svg></body></html>'
    ), entries


def _front(book: Work) -> str:
    return (
        f'<section class="title-page" id="book-index"><p><b>{html.escape(book.title)}</b></p>'
        f"<p>{html.escape(book.author)}</p><p>Version {book.version}, {book.published}. Text and "
        "figures: CC BY 4.0. Code: MIT.</p></section>"
    )


def _contents(entries: list[Entry], numbers: dict[str, int]) -> str:
    lines = "".join(
        f'<p{" class=part" if one.is_part else ""} data-page="{numbers.get(one.name, "")}">'
        f'<a href="#{one.name}">{one.title}</a></p>'
        for one in entries
    )
    return f'<section class="book-contents"><h1>Contents</h1>{lines}</section>'


def print_document(text: str, site: Path, browser_path: str) -> bytes:
    """The PDF that Chromium makes of a document which lies in the folder of the site."""
    file = site / "book-to-print.html"
    file.write_text(text, encoding="utf-8")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
            )
            tab = browser.new_page()
            tab.set_default_timeout(MINUTES * 60_000)
            tab.goto(file.as_uri(), wait_until="load")
            tab.evaluate("document.fonts.ready.then(() => true)")
            pdf = tab.pdf(prefer_css_page_size=True, outline=True, tagged=True)
            browser.close()
        return pdf
    finally:
        file.unlink()


def page_numbers(pdf: bytes, entries: list[Entry]) -> dict[str, int]:
    """The page of each entry, counted from 1, by the bookmarks of the PDF.

    Raises ValueError if the bookmarks are not those of the entries.
    """
    with pypdfium2.PdfDocument(pdf) as document:
        marks = [
            (" ".join(one.get_title().split()), one.get_dest().get_index() + 1)
            for one in document.get_toc()
            if one.level == 0 and one.get_title() != "Contents"
        ]
    if len(marks) != len(entries):
        raise ValueError(f"{len(marks)} bookmarks for {len(entries)} entries: {marks}")
    return {entry.name: number for entry, (_, number) in zip(entries, marks, strict=True)}


def offer(site: Path, size: int) -> None:
    """Put a link to the PDF beside the buttons of the first page."""
    for name, up in (("index.html", ""), ("book/index.html", "../")):
        file = site / name
        page = file.read_text(encoding="utf-8")
        link = f'<p><a class="reference" href="{up}{NAME}">PDF ({size / 1e6:.0f} MB)</a></p>'
        page, count = re.subn(
            r'(<div class="actions[^>]*>)(.*?)(</div>)',
            rf"\1\2{link}\3",
            page,
            count=1,
            flags=re.DOTALL,
        )
        if count != 1:
            raise ValueError(f"{name} has no place for the link to the PDF")
        file.write_text(page, encoding="utf-8")


def main() -> None:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise SystemExit(f"The PDF needs one of these browsers: {', '.join(BROWSERS)}")
    if not (SITE / "index.html").exists():
        raise SystemExit("There is no website in _build/html: run `make site` first.")
    text, entries = document(SITE, ROOT, {})
    numbers = page_numbers(print_document(text, SITE, path), entries)
    pdf = print_document(document(SITE, ROOT, numbers)[0], SITE, path)
    if page_numbers(pdf, entries) != numbers:
        raise ValueError("the list of contents changed the pages that it counts")
    (SITE / NAME).write_bytes(pdf)
    offer(SITE, len(pdf))
    print(
        f"The book: {SITE / NAME}, {max(numbers.values())} pages and more, {len(pdf) / 1e6:.0f} MB"
    )


if __name__ == "__main__":
    main()
