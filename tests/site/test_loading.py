"""What a page costs its reader: bytes, requests, and what stands before the first sight of it."""

import gzip
import re

import pytest
from PIL import Image

from tools.book import ROOT

BUDGET = 1_500_000  # bytes of a page with all its pictures, compressed as a static host does
LOCAL = re.compile(r"^(?!\w+:|//|#|data:)[^?#]+")
COMPRESSED_ALREADY = {".webp", ".png", ".woff", ".woff2"}


def loaded(tags):
    """The addresses that a browser loads for a page by itself."""
    for tag, attributes in tags:
        if tag in ("img", "script") and LOCAL.match(attributes.get("src", "")):
            yield attributes["src"]
        if tag == "link" and attributes["rel"] in ("stylesheet", "icon"):
            yield attributes["href"]


def weight(file):
    content = file.read_bytes()
    return len(content if file.suffix in COMPRESSED_ALREADY else gzip.compress(content))


def test_a_page_is_light(site, read, page):
    files = {site / page}
    files |= {(site / page).parent / LOCAL.match(one)[0] for one in loaded(read(site / page).tags)}
    assert sum(weight(file) for file in files) < BUDGET


def test_nothing_but_one_style_sheet_delays_the_first_sight(read, site, page):
    tags = read(site / page).tags
    sheets = [a for tag, a in tags if tag == "link" and a["rel"] == "stylesheet"]
    assert len(sheets) == 1
    assert all("defer" in a for tag, a in tags if tag == "script" and "src" in a)


def test_a_page_without_widgets_or_code_loads_no_script_for_them(read, site):
    page = site / "book/back/glossary.html"
    scripts = " ".join(a.get("src", "") for tag, a in read(page).tags if tag == "script")
    assert "widgets" not in scripts
    assert "copybutton" not in scripts
    assert "mathjax" not in scripts.lower()


def test_pictures_have_their_room_before_they_come(read, site, page):
    for tag, attributes in read(site / page).tags:
        if tag == "img" and "/_images/" in attributes["src"]:
            assert "height" not in attributes.get("style", ""), "stretched where it is narrow"
            assert int(attributes["width"]) > 0, attributes["src"]
            assert int(attributes["height"]) > 0, attributes["src"]


def test_every_figure_is_stored_without_loss(site):
    light = [file for file in (site / "_images").glob("*.webp") if file.name.count(".") == 1]
    assert light
    for file in light:
        with Image.open(file) as ours, Image.open(file.with_suffix(".png")) as original:
            assert ours.convert("RGBA").tobytes() == original.convert("RGBA").tobytes(), file.name


@pytest.mark.parametrize("width", [390, 1440])
def test_figures_are_sharp_and_no_larger_than_shown(browser, address, site, page, width):
    """On a screen with two pixels a point, which most phones and laptops have."""
    if not (ROOT / page).with_suffix(".ipynb").exists():
        return  # only notebooks have figures in pixels
    tab = browser.new_page(viewport={"width": width, "height": 900}, device_scale_factor=2)
    tab.goto(address + page)
    figures = tab.evaluate(
        """async () => {
            const shown = [...document.querySelectorAll("img[src$='.webp']:not([data-in=dark])")]
                .filter((img) => img.getBoundingClientRect().width);
            for (const img of shown) img.loading = "eager";
            await Promise.all(shown.map((img) => img.decode()));
            const size = (img) => img.getBoundingClientRect();
            return shown.map((img) => [img.currentSrc, size(img).width, size(img).height]);
        }"""
    )
    tab.close()
    for source, shown, height in figures:
        with Image.open(site / source.removeprefix(address)) as picture:
            assert 0.95 < picture.width / (2 * shown) < 1.6, source
            assert height / shown == pytest.approx(picture.height / picture.width, rel=0.01), source
