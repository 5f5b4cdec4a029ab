"""Pages that load what they use and wait for nothing else: changes to the HTML of Sphinx."""

import posixpath
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

import numpy as np
from PIL import Image

from src.figures.style import SCALE
from tools.website import dark, diagrams, folds

SHEET = re.compile(r'<link(?=[^>]*\brel="stylesheet")[^>]*\bhref="(?P<file>[^"?]+)[^"]*"[^>]*>\s*')
PRELOAD = re.compile(r'<link rel="preload"[^>]*>\s*')
SCRIPT = re.compile(r'<script(?P<before>[^>]*?) src="(?P<file>[^"?]+)(?P<rest>[^>]*)></script>\s*')
PICTURE = re.compile(
    r'<img (?P<before>[^>]*?)src="(?P<file>(?:[^"]*/)?_images/[^"]+)"(?P<after>[^>]*?)\s*/?>'
)
STYLE = re.compile(r' ?\bstyle="(?:width: [\d.]+px; ?|height: [\d.]+px; ?)+"')  # a fixed size
CLASSES = re.compile(r'\b(?:class|id)="([^"]*)"')
LINK = re.compile(r'(?P<before>\b(?:href|src|action|data-content_root)=")(?P<address>[^"]*)"')

# Scripts that only some pages need, and what such a page contains.
NEEDED_BY = {
    "all.min.js": None,  # draws the icons that the style sheet draws too
    "sphinx_highlight.js": None,  # marks the words of a search on every page that follows
    "design-tabs.js": "sd-tab-set",
    "widgets.js": "widget-view+json",
    "quiz.js": 'class="choices"',
    "code.js": "code-switch",
    "contents.js": "bd-sidebar-secondary",
    "cards.js": "bd-sidebar-secondary",
    "togglebutton.js": re.compile(r'class="[^"]*\b(toggle|admonition)\b'),
    "clipboard.min.js": "<pre>",
    "copybutton.js": "<pre>",
}


CODE = re.compile(r'<div class="highlight"><pre>.*?</pre>', re.DOTALL)
# Names, punctuation, modules, spaces: in both themes they have the colour of all text.
UNCOLOURED = re.compile(r'<span class="(?:n|p|nn|w)">([^<]*)</span>')
# What is looked for in the pages that Sphinx writes.
PATTERNS = {
    "a style sheet": SHEET,
    "a preload": PRELOAD,
    "a script": SCRIPT,
    "a picture": PICTURE,
    "code": CODE,
    "code without a colour": UNCOLOURED,
    "a cell of code": folds.CELL,
    "a folded cell": folds.FOLDED,
}
# Scripts of the theme, each with what is replaced in it, once.
MENDED = {
    # It asks every box for its width; templates/layout.html asks those in sight.
    "pydata-sphinx-theme.js": (
        re.escape('document.querySelectorAll("pre, .nboutput > .output_area, ')
        + re.escape('.cell_output > .output, .jp-RenderedHTMLCommon")'),
        "[]",
    ),
    # It asks every section for its place as soon as the page is loaded, to mark it in the contents.
    "bootstrap.js": (
        r"(\w+)\.on\(window,\w+,"
        r"(\(\(\)=>\{for\(const \w+ of \w+\.find\('\[data-bs-spy=\"scroll\"\]')",
        r'\1.one(window,"scroll",\2',
    ),
    # It folds the contents for a side note in two thirds of the window. They reach down to all of
    # it, and fold for a note anywhere.
    "sphinx-book-theme.js": (re.escape('rootMargin:"0px 0px -33% 0px"'), 'rootMargin:"0px"'),
    "togglebutton.js": ("Toggle hidden content", "Show or hide the rest of this box"),
}

# What Sphinx, its extensions and the theme write, and what stands there instead.
SAID = {
    '<th class="head"><p></p></th>': "<td></td>",  # an empty corner heads nothing
    'role="doc-biblioentry"': 'role="listitem"',  # deprecated, and the entries stand in a list
    '<section id="exercise-content">': "<section>",  # every exercise has the same
    '<section id="solution-content">': "<section>",
    '<aside class="margin sidebar">\n<p class="sidebar-title"></p>': (
        '<aside class="margin sidebar" role="note">'  # beside a paragraph, not beside the page
    ),
    'title="Toggle primary sidebar"': 'title="All chapters" aria-label="All chapters"',
    'title="Toggle secondary sidebar"': (
        'title="Contents of this page" aria-label="Contents of this page"'
    ),
    'title="light/dark" aria-label="light/dark"': (
        'title="Light or dark" aria-label="Light or dark"'
    ),
    'title="Download source file"': 'title="Download the notebook"',
    'title="Print to PDF"': 'title="Print this page"',
    '<span class="btn__text-container">.ipynb</span>': (
        '<span class="btn__text-container">Notebook</span>'
    ),
    '<span class="btn__text-container">.pdf</span>': (
        '<span class="btn__text-container">Print</span>'
    ),
}


def with_plain_words(page: str) -> str:
    """The page with what only misleads a screen reader, and the engine's own words, replaced."""
    for written, said in SAID.items():
        page = page.replace(written, said)
    return page


def check_theme(pages: Iterable[str]) -> None:
    """Raise ValueError for what no page contains any more: the theme has changed.

    That is an entry of SAID, a script of NEEDED_BY, or whatever one of PATTERNS looks for.
    """
    pages = list(pages)
    scripts = {
        posixpath.basename(match["file"]) for page in pages for match in SCRIPT.finditer(page)
    }
    gone = [text for text in SAID if not any(text in page for page in pages)]
    gone += sorted(NEEDED_BY.keys() - scripts)
    gone += [name for name, pattern in PATTERNS.items() if not any(map(pattern.search, pages))]
    if gone:
        raise ValueError(f"no page contains {gone}: see tools/website/lean.py and folds.py")


def with_plain_code(page: str) -> str:
    """The page with a span only around code that has a colour of its own."""

    def one(match: re.Match) -> str:
        return UNCOLOURED.sub(r"\1", match[0]).replace("<span></span>", "")

    return CODE.sub(one, page)


def mended(script: str, name: str) -> str:
    """A script of the theme with its replacement of MENDED.

    Raises ValueError if the theme has changed.
    """
    old, new = MENDED[name]
    script, count = re.subn(old, new, script)
    if count != 1:
        raise ValueError(f"{name} has changed: see MENDED in tools/website/lean.py")
    return script


def words(page: str) -> set[str]:
    """All class names and ids of a page."""
    return {word for names in CLASSES.findall(page) for word in names.split()}


def style_sheets(page: str) -> list[str]:
    """The addresses of a page's style sheets, as the page writes them."""
    return [match["file"] for match in SHEET.finditer(page)]


def with_one_style_sheet(page: str, address: str) -> str:
    first = SHEET.search(page)
    link = f'<link rel="stylesheet" href="{address}">\n'
    head, rest = page[: first.start()], page[first.start() :]
    return head + link + PRELOAD.sub("", SHEET.sub("", rest))


def with_few_scripts(page: str, options: str) -> str:
    """Only the scripts that the page needs, none of which delays its first sight.

    options: the text of documentation_options.js, which is smaller than the request for it.
    """

    def one(match: re.Match) -> str:
        name = posixpath.basename(match["file"])
        if name == "documentation_options.js":
            return f"<script>{options}</script>\n"
        if name in NEEDED_BY and not _contains(page, NEEDED_BY[name]):
            return ""
        before = re.sub(r'\s*\bdefer(="defer")?', "", match["before"])
        return f'<script{before} defer src="{match["file"]}{match["rest"]}></script>\n'

    return SCRIPT.sub(one, page)


def _contains(page: str, sign: str | re.Pattern | None) -> bool:
    if sign is None:
        return False
    return sign in page if isinstance(sign, str) else bool(sign.search(page))


def with_light_pictures(page: str, folder: Path) -> str:
    """PNG files as WebP without loss, each picture with its dark twin and the room it will take.

    folder: of the page. A picture further down is loaded when the reader comes near it, and of the
    two twins only the one that the page shows. A screen with one pixel a point, or a narrow one,
    loads a picture of half the size.
    """

    def one(match: re.Match) -> str:
        if "loading=" in match["before"] + match["after"]:
            return match[0]  # from the last build
        file = folder / unquote(match["file"])
        width, height = _size(file)
        room = f'width="{width}" height="{height}" loading="lazy"'
        before, after = (STYLE.sub("", match[part]) for part in ("before", "after"))
        up = posixpath.dirname(match["file"])
        twins = []
        for theme, name in zip(("light", "dark"), _twins(file), strict=True):
            choice = "" if file.suffix == ".svg" else _choice(f"{up}/{name}", width)
            twins.append(f'<img {before}src="{up}/{name}"{choice}{after} {room} data-in="{theme}">')
        return "".join(twins)

    return PICTURE.sub(one, page)


def _choice(address: str, width: int) -> str:
    """Attributes by which a browser takes a figure in full, or in half where that is enough."""
    sizes = f"(max-width: {width}px) 100vw, {width}px"
    return f' srcset="{_half(address)} {width}w, {address} {SCALE * width}w" sizes="{sizes}"'


def _half(address: str) -> str:
    return address.removesuffix(".webp") + ".half.webp"


def _twins(file: Path) -> tuple[str, str]:
    """The names of a figure for the light and for the dark page, which are written beside it."""
    if file.suffix == ".svg":
        twin = file.with_suffix(".dark.svg")
        drawing = file.read_text(encoding="utf-8")
        if diagrams.FAMILY not in drawing:  # else it is from the last page that shows it
            drawing = diagrams.with_font(drawing)
            file.write_text(drawing, encoding="utf-8")
        twin.write_text(dark.dark_svg(drawing), encoding="utf-8")
        return file.name, twin.name
    light, twin = file.with_suffix(".webp"), file.with_suffix(".dark.webp")
    if not twin.exists() or twin.stat().st_mtime < file.stat().st_mtime:
        with Image.open(file) as picture:
            pixels = dark.dark_pixels(np.asarray(picture.convert("RGB")))
            for version, target in ((picture, light), (Image.fromarray(pixels), twin)):
                version.save(target, lossless=True, quality=100, method=4, exact=True)
                half = version.convert("RGB").reduce(SCALE)
                half.save(_half(target.as_posix()), lossless=True, quality=100, method=4)
    return light.name, twin.name


def _size(file: Path) -> tuple[int, int]:
    if file.suffix == ".svg":
        box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', file.read_text(encoding="utf-8"))
        return round(float(box[1])), round(float(box[2]))
    with Image.open(file) as picture:
        width, height = picture.size
    return width // SCALE, height // SCALE


def moved(page: str, old: str, new: str) -> str:
    """A page whose relative addresses are those of the folder `old`, for the folder `new`."""

    def one(match: re.Match) -> str:
        address = match["address"]
        if not address or re.match(r"#|\w+:|/", address):
            return match[0]
        path, mark, rest = re.match(r"([^?#]*)([?#]?)(.*)", address).groups()
        target = posixpath.relpath(posixpath.join("/", old, path), posixpath.join("/", new))
        target += "/" if path.endswith("/") else ""
        return f'{match["before"]}{target}{mark}{rest}"'

    return LINK.sub(one, page)
