"""The website's files: every page with all its outputs, no broken link, nothing from elsewhere."""

import base64
import io
import json
import re
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from PIL import Image

from tools.book import ROOT

HIDDEN = {"remove-cell", "remove-output"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# What a browser fetches by itself. A link that a reader may follow is not among them.
FETCHED = {"img", "script", "iframe", "source", "audio", "video", "embed", "object", "link"}
FETCHED_LINKS = {"stylesheet", "preload", "icon", "modulepreload", "prefetch", "manifest"}


def outputs(notebook):
    """The outputs of a notebook that its page has to show."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and not HIDDEN & set(cell["metadata"].get("tags", ())):
            yield from cell["outputs"]


def shown(output):
    """What the page shows of one output: ("text", str), ("picture", pixels) or ("widget", id)."""
    if output["output_type"] == "stream":
        return "text", "".join(output["text"])
    data = output["data"]
    if WIDGET_VIEW in data:
        return "widget", data[WIDGET_VIEW]["model_id"]
    if "image/png" in data:
        return "picture", pixels(base64.b64decode("".join(data["image/png"])))
    if "text/html" in data:
        return "html", "".join(data["text/html"])
    return "text", "".join(data["text/plain"])


def pixels(content):
    """Size and colours of a picture: equal for two files that look the same."""
    with Image.open(io.BytesIO(content)) as picture:
        return picture.size, picture.convert("RGBA").tobytes()


def words(text):
    return " ".join(text.split())


def test_the_page_exists(site, page):
    assert (site / page).is_file()


def test_the_page_contains_its_notebooks_outputs(site, read, page):
    source = (ROOT / page).with_suffix(".ipynb")
    if not source.exists():
        return  # a page of text
    built = read(site / page)
    text = words(built.text)
    pictures = [
        pixels(((site / page).parent / unquote(attributes["src"])).read_bytes())
        for tag, attributes in built.tags
        if tag == "img" and attributes["src"].endswith(".webp")
    ]
    for output in outputs(json.loads(source.read_text(encoding="utf-8"))):
        kind, content = shown(output)
        if kind == "picture":
            assert content in pictures
        elif kind == "html":
            assert words(type(built)(content).text) in text
        else:
            assert words(content) in text


def fetched(read, file):
    """The addresses that a browser loads for an HTML or CSS file."""
    if file.suffix == ".css":
        css = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        return re.findall(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""", css)
    return [
        attributes.get("src") or attributes.get("href", "")
        for tag, attributes in read(file).tags
        if tag in FETCHED and (tag != "link" or set(attributes["rel"].split()) & FETCHED_LINKS)
    ]


def test_nothing_is_loaded_from_another_host(site, read):
    files = [*site.rglob("*.html"), *site.rglob("*.css")]
    external = {
        (file.relative_to(site).as_posix(), address)
        for file in files
        for group in fetched(read, file)
        for address in ([group] if isinstance(group, str) else group)
        if re.match(r"(https?:)?//", address)
    }
    assert not external


def test_every_internal_link_leads_somewhere(site, read, page):
    broken = []
    for tag, attributes in read(site / page).tags:
        address = attributes.get("src") or attributes.get("href") or ""
        parts = urlsplit(address)
        if parts.scheme or parts.netloc or address in ("", "#"):
            continue
        target = site / page
        if parts.path:
            target = site / PurePosixPath(page).parent / unquote(parts.path)
        anchor = unquote(parts.fragment)
        if not target.is_file() or (
            anchor and target.suffix == ".html" and anchor not in read(target).ids
        ):
            broken.append((tag, address))
    assert not broken
