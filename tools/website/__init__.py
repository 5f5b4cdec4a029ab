"""What Jupyter Book leaves to do for a website that is fast, whole without a network, and findable.

A Sphinx extension. It runs after the pages are written: mathematics.py draws the formulas,
stylesheet.py and lean.py leave out what no page uses, dark.py draws the figures once more for the
dark page, quiz.py makes questions answer, folds.py names what is folded, cards.py keeps what links
show, repository.py and notebooks.py lead from a page to its source, live.py puts figures on pages
without code, terms.py links the glossary, search.py writes what the search looks through, facts.py
and identity.py add what search engines and those who cite the book ask for.

The environment variable SITE_URL is the address where the site will stand; without it no page
claims one.
"""

import hashlib
import html
import os
import posixpath
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sphinx.application import Sphinx
from sphinx.ext.mathjax import html_visit_displaymath, html_visit_math

from tools.book import chapters
from tools.website import (
    cards,
    facts,
    folds,
    identity,
    lean,
    live,
    mathematics,
    notebooks,
    quiz,
    repository,
    search,
    stylesheet,
    terms,
)

TAG = re.compile(r"<[^>]+>")
VIEWPORT = re.compile(r'<meta (?=[^>]*name="viewport")[^>]*>')
STYLE_SHEET = "_static/site.css"
# What the theme copies and no page asks for any more.
LEFTOVERS = (
    *("vendor", "locales", "styles", "scripts/*.map", "*.html", "*.css", "../searchindex.js"),
    *("searchtools.js", "language_data.js", "sphinx_highlight.js"),
)


def setup(app: Sphinx) -> dict:
    app.add_html_math_renderer("drawn", (html_visit_math, None), (html_visit_displaymath, None))
    scripts = ("arrive", "cards", "code", "contents", "quiz", "search", "widgets")
    for script in scripts:  # those that a page does not need go again: NEEDED_BY in lean.py
        app.add_js_file(f"{script}.js")
    app.add_directive("clone", repository.Clone)
    app.add_directive("live-figure", live.LiveFigure)
    app.add_role("set", live.Set())
    app.connect("config-inited", repository.add_buttons)
    app.connect("doctree-resolved", terms.link_terms)
    app.connect("html-page-context", add_facts)
    app.connect("html-page-context", repository.add_colab, priority=900)  # after the theme's own
    app.connect("html-collect-pages", not_found_page)
    # Last of all: the theme writes the colours of code at the very end too.
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def site_address() -> str:
    """The address that SITE_URL gives, with a slash at its end; "" where it is not known."""
    address = os.environ.get("SITE_URL", "")
    return address.rstrip("/") + "/" if address else ""


def add_facts(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: object
) -> None:
    """What the templates show of each page."""
    root = Path(app.confdir)
    book = identity.work(root / "CITATION.cff")
    is_first = pagename == app.config.root_doc
    title = app.config.project if is_first else TAG.sub("", context.get("title", ""))
    file = Path(app.env.doc2path(pagename)) if doctree is not None else None
    own = "" if is_first else app.builder.get_target_uri(pagename)
    page = identity.PageFacts(
        title=html.unescape(title),
        description=(facts.description(doctree) if doctree else "") or app.config.project,
        chapter=_chapter_number(root, file),
        is_first=is_first,
        address=site_address() and site_address() + own,
        changed=facts.last_change(file) if file else "",
    )
    context["page_facts"] = page
    context["site_address"] = site_address()
    context["citation_tags"] = identity.citation_tags(book, page)
    context["linked_data"] = identity.linked_data(book, page)
    context["bibtex"] = facts.bibtex(root / "CITATION.cff")
    context["last_updated"] = page.changed
    # Sphinx names the window once, docutils once more.
    context["metatags"] = VIEWPORT.sub("", context.get("metatags", ""))


def _chapter_number(root: Path, file: Path | None) -> int | None:
    numbers = {chapter: number for number, chapter in enumerate(chapters(root), start=1)}
    return numbers.get(file) if file else None


def not_found_page(app: Sphinx) -> Iterator[tuple[str, dict, str]]:
    # A server shows it for any address, from which only absolute links lead somewhere.
    base = f'<base href="{urlsplit(site_address()).path or "/"}">'
    yield "404", {"title": "This page is not here", "metatags": base}, "404.html"


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Rework the pages that Sphinx has written."""
    if exception is not None or app.builder.name != "html":
        return
    out = Path(app.outdir)
    root_page = app.config.root_doc + ".html"
    first = (out / root_page).read_text(encoding="utf-8")
    (out / "index.html").write_text(
        lean.moved(first, posixpath.dirname(root_page), ""), encoding="utf-8"
    )
    pages = {
        file: file.read_text(encoding="utf-8")
        for file in out.rglob("*.html")
        if "_static" not in file.relative_to(out).parts
    }
    lean.check_theme(pages.values())
    equations = {
        name: tex for page in pages.values() for name, tex in cards.equations(page).items()
    }
    pages = {file: cards.with_equations(page, equations) for file, page in pages.items()}
    drawings = mathematics.Drawings(set().union(*map(mathematics.formulas, pages.values())))
    for file, page in pages.items():
        page = lean.with_light_pictures(page, file.parent)
        page = folds.with_names(lean.with_plain_words(page))
        page = quiz.with_choices(lean.with_plain_code(page))
        pages[file] = drawings.insert(page)
    sheet = _write_style_sheet(out, pages)
    options = (out / "_static/documentation_options.js").read_text(encoding="utf-8")
    for file, page in pages.items():
        up = posixpath.relpath(".", file.parent.relative_to(out).as_posix())
        page = lean.with_one_style_sheet(page, f"{up}/{sheet}".removeprefix("./"))
        file.write_text(lean.with_few_scripts(page, options), encoding="utf-8")
    for name in lean.MENDED:
        (script,) = (out / "_static").rglob(name)
        mended = lean.mended(script.read_text(encoding="utf-8"), name)
        script.write_text(mended, encoding="utf-8")
    _write_sitemap(app, out)
    search.write(app, out)
    notebooks.write(Path(app.confdir), out)
    _write_feed(app, out)
    _write_citation(app, out)
    _remove_leftovers(out)


def _write_style_sheet(out: Path, pages: dict[Path, str]) -> str:
    """The address of the style sheet for all pages; it changes with the content."""
    sheets = []
    for file, page in pages.items():
        for address in lean.style_sheets(page):
            sheet = Path(os.path.normpath(file.parent / address))
            if sheet not in sheets and sheet != out / STYLE_SHEET:
                sheets.append(sheet)
    words = set().union(*map(lean.words, pages.values()))
    for script in (out / "_static").rglob("*.js"):
        words |= set(stylesheet.WORD.findall(script.read_text(encoding="utf-8")))
    css = stylesheet.merge(sheets, out / "_static", words)
    (out / STYLE_SHEET).write_text(css, encoding="utf-8")
    return f"{STYLE_SHEET}?v={hashlib.sha256(css.encode()).hexdigest()[:8]}"


def _write_sitemap(app: Sphinx, out: Path) -> None:
    """sitemap.xml, where it is known at which address the site will stand, and robots.txt."""
    robots = "User-agent: *\nAllow: /\n"
    (out / "sitemap.xml").unlink(missing_ok=True)
    if site_address():
        dates = {
            app.builder.get_target_uri(page): facts.last_change(Path(app.env.doc2path(page)))
            for page in app.env.found_docs
        }
        dates[""] = dates.pop(app.builder.get_target_uri(app.config.root_doc))
        sitemap = facts.sitemap(site_address(), dates)
        (out / "sitemap.xml").write_text(sitemap, encoding="utf-8")
        robots += f"Sitemap: {site_address()}sitemap.xml\n"
    (out / "robots.txt").write_text(robots, encoding="utf-8")


def _write_feed(app: Sphinx, out: Path) -> None:
    root = Path(app.confdir)
    changelog = root / "CHANGELOG.md"
    book = identity.work(root / "CITATION.cff")
    text = changelog.read_text(encoding="utf-8")
    feed = identity.feed(book, text, site_address(), facts.last_change(changelog))
    (out / "feed.xml").write_text(feed, encoding="utf-8")


def _write_citation(app: Sphinx, out: Path) -> None:
    citation = Path(app.confdir) / "CITATION.cff"
    shutil.copy(citation, out)
    (out / "citation.bib").write_text(facts.bibtex(citation) + "\n", encoding="utf-8")


def _remove_leftovers(out: Path) -> None:
    for pattern in LEFTOVERS:
        for path in (out / "_static").glob(pattern):
            if path.is_dir():
                shutil.rmtree(path)
            elif path != out / STYLE_SHEET:
                path.unlink()
