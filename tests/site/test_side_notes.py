"""Side notes: beside the text where there is room, in its flow where there is none."""

import pytest

from tools.book import ROOT, chapters

NOTED = [
    chapter.relative_to(ROOT).with_suffix(".html").as_posix()
    for chapter in chapters()
    if "{margin}" in chapter.read_text(encoding="utf-8")
]
# Of each note: its box, the right end of the text, and whether one sees it in its middle
# once the list of contents has folded to make room.
BOXES = """async () => {
    const boxes = [];
    for (const note of document.querySelectorAll("aside.margin")) {
        note.scrollIntoView({ block: "center", behavior: "instant" });
        const box = note.getBoundingClientRect();
        const section = document.querySelector(".bd-article > section > section");
        const middle = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
        const seen = () => note.contains(document.elementFromPoint(...middle));
        for (let tries = 0; tries < 40 && !seen(); tries += 1) {
            await new Promise((done) => setTimeout(done, 50));
        }
        boxes.push({
            left: box.left, right: box.right, top: box.top + scrollY, bottom: box.bottom + scrollY,
            text: section.querySelector("h2").getBoundingClientRect().right, seen: seen(),
        });
    }
    return boxes;
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


@pytest.mark.parametrize("chapter", NOTED)
def test_the_open_list_of_contents_folds_for_a_note_at_its_lower_end(address, browser, chapter):
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.goto(address + chapter)
    boxes = tab.evaluate(BOXES.replace('"center"', '"end"'))
    tab.close()
    assert all(note["seen"] for note in boxes)
