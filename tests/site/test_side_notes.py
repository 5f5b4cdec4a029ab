"""Side notes: beside the text where there is room, in its flow where there is none."""

import pytest

from tools.book import ROOT, chapters

NOTED = [
    chapter.relative_to(ROOT).with_suffix(".html").as_posix()
    for chapter in chapters()
    if "{margin}" in chapter.read_text(encoding="utf-8")
]
# Sections that are laid out late are laid out now. Of each note: its box, the right end of the
# text, and whether it is what one sees in its middle.
BOXES = """() => {
    for (const section of document.querySelectorAll(".bd-article > section > section")) {
        section.style.contentVisibility = "visible";
    }
    return [...document.querySelectorAll("aside.margin")].map((note) => {
        note.scrollIntoView({ block: "center", behavior: "instant" });
        const box = note.getBoundingClientRect();
        const text = note.closest("section").querySelector("p:not(aside p)");
        const middle = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
        return {
            left: box.left, right: box.right, top: box.top + scrollY, bottom: box.bottom + scrollY,
            text: text.getBoundingClientRect().right,
            seen: note.contains(document.elementFromPoint(...middle)),
        };
    });
}"""


def notes(browser, url, width):
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.goto(url)
    boxes = tab.evaluate(BOXES)
    tab.close()
    assert boxes
    return boxes


@pytest.mark.parametrize("width", [1200, 1440])
@pytest.mark.parametrize("chapter", NOTED)
def test_they_stand_in_the_margin_one_below_the_other(address, browser, chapter, width):
    last = 0
    for note in notes(browser, address + chapter, width):
        assert note["text"] < note["left"] < note["right"] < width
        assert note["top"] >= last
        assert note["seen"]
        last = note["bottom"]


@pytest.mark.parametrize("width", [390, 820])
@pytest.mark.parametrize("chapter", NOTED)
def test_they_stand_in_the_text_where_it_takes_all_the_width(address, browser, chapter, width):
    for note in notes(browser, address + chapter, width):
        assert note["right"] <= note["text"] + 1
        assert note["seen"]
