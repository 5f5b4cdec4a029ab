"""The dark page shows each figure's dark twin, and its words can be read."""

import io
import re
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from tools.website.dark import GROUND, channels, contrast

CHAPTER = "book/2-lstm/open-the-cell.html"
WORDS = """() => [...document.querySelectorAll("text")].map((text) => {
    const box = text.getBoundingClientRect();
    const fill = getComputedStyle(text).fill;
    return [text.textContent, fill, box.x, box.y, box.right, box.bottom];
})"""


def test_every_figure_has_a_twin_on_the_dark_ground(site):
    ground = tuple(np.rint(255 * channels(GROUND)))
    stored = [file for file in (site / "_images").glob("*.webp") if file.name.count(".") == 1]
    assert stored
    for file in stored:
        with Image.open(file) as light, Image.open(file.with_suffix(".dark.webp")) as dark:
            assert light.size == dark.size
            assert dark.convert("RGB").getpixel((0, 0)) == ground, file.name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_loads_only_the_twin_that_it_shows(address, browser, theme):
    other = {"light": "dark", "dark": "light"}[theme]
    tab = browser.new_page()
    tab.add_init_script(f"localStorage.mode = localStorage.theme = '{theme}'")
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(address + CHAPTER)
    for figure in tab.locator(f"img[data-in={theme}]").all():
        figure.scroll_into_view_if_needed()
        figure.evaluate("img => img.decode()")
    assert not tab.locator(f"img[data-in={other}] >> visible=true").count()
    tab.close()
    pictures = [url for url in asked if "/_images/" in url]
    assert pictures
    assert {".dark." in url for url in pictures} == {theme == "dark"}


def test_paper_is_light(address, browser):
    tab = browser.new_page()
    tab.add_init_script("localStorage.mode = localStorage.theme = 'dark'")
    tab.goto(address + CHAPTER)
    tab.emulate_media(media="print")
    tab.wait_for_function("getComputedStyle(document.body).backgroundColor == 'rgb(255, 255, 255)'")
    assert not tab.locator("img[data-in=dark] >> visible=true").count()
    assert tab.locator("img[data-in=light] >> visible=true").count()
    tab.emulate_media(media="screen")
    tab.wait_for_function("document.documentElement.dataset.theme == 'dark'")
    tab.close()


@pytest.mark.parametrize(
    "chapter",
    [CHAPTER, "book/3-gru/open-the-gru-cell.html", "book/2-lstm/follow-the-gradient.html"],
)
def test_the_words_of_an_explorer_can_be_read_in_the_dark(address, browser, chapter):
    tab = browser.new_page()
    tab.add_init_script("localStorage.mode = localStorage.theme = 'dark'")
    tab.goto(address + chapter)
    explorer = tab.locator(".widget [class*=explorer]").first
    ground = hexadecimal(explorer.evaluate("one => getComputedStyle(one).backgroundColor"))
    assert contrast(ground, "#ffffff") > 12
    words = explorer.evaluate(
        """one => [...one.querySelectorAll("text, .label, .value, .summary")].map((text) => {
            const style = getComputedStyle(text);
            return [text.textContent, text.matches("text") ? style.fill : style.color];
        })"""
    )
    tab.close()
    assert words
    assert [word for word, color in words if contrast(hexadecimal(color), ground) < 4.5] == []


def hexadecimal(color):
    channels = re.findall(r"[\d.]+", color)[:3] if isinstance(color, str) else color
    return "#" + "".join(f"{int(float(one)):02x}" for one in channels)


def test_the_words_of_every_dark_drawing_can_be_read(site, browser):
    """A word's colour against the commonest colour behind it."""
    tab = browser.new_page(viewport={"width": 900, "height": 900})
    faint = []
    for file in sorted((site / "_images").glob("*.dark.svg")):
        tab.set_content(f"<body style='background: {GROUND}'>{file.read_text(encoding='utf-8')}")
        pixels = np.asarray(Image.open(io.BytesIO(tab.screenshot(full_page=True))).convert("RGB"))
        for text, fill, left, top, right, bottom in tab.evaluate(WORDS):
            area = pixels[int(top) : int(bottom) + 1, int(left) : int(right) + 1].reshape(-1, 3)
            word = hexadecimal(fill)
            colors = Counter(map(hexadecimal, map(tuple, area)))
            behind = next(color for color, _ in colors.most_common() if color != word)
            if contrast(word, behind) < 4.5:
                faint.append((file.name, text, word, behind, round(contrast(word, behind), 2)))
    tab.close()
    assert faint == []
