"""On paper: every page printed by the browser, and the sheets looked at."""

import functools
from typing import NamedTuple

import numpy as np
import pypdfium2
import pytest
from playwright.sync_api import expect

from tools.book import ROOT, chapters

CHAPTERS = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters()]
TEXT_WIDTH = {"width": 665, "height": 900}  # A4 less the margins of @page, at 96 pixels an inch
MARGIN = 40  # points; narrower than that of @page
FOOT = 50  # points at the foot of a sheet, where its number stands
# What is wider than the paper, and words of a formula that only a screen reader gets.
CUT = """() => [...document.querySelectorAll(".bd-article *:not(.spoken, .spoken *, svg *)")]
    .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1
        && getComputedStyle(one).display !== "inline"
        && one.getBoundingClientRect().left + one.scrollWidth > innerWidth + 1)
    .map((one) => [one.tagName, one.className, one.textContent.slice(0, 60)])"""


class Printed(NamedTuple):
    """What the browser would print: the words, and for each sheet where there is ink."""

    text: str
    sheets: list  # boolean pictures, one pixel a point, without the line at the foot


@pytest.fixture(scope="session")
def printed(address, browser):
    """The function that prints a page, once."""

    @functools.cache
    def of(page):
        tab = browser.new_page()
        tab.goto(address + page)
        tab.wait_for_load_state("networkidle")
        document = pypdfium2.PdfDocument(tab.pdf(prefer_css_page_size=True))
        tab.close()
        text = "".join(sheet.get_textpage().get_text_bounded() for sheet in document)
        pictures = [np.asarray(sheet.render().to_pil().convert("L")) for sheet in document]
        return Printed(text, [picture[:-FOOT] < 200 for picture in pictures])

    return of


def test_no_sheet_is_blank_and_the_margins_are(printed, page):
    for number, ink in enumerate(printed(page).sheets, start=1):
        assert ink.any(), f"sheet {number} is blank"
        assert not ink[:, :MARGIN].any(), f"sheet {number}, left margin"
        assert not ink[:, -MARGIN:].any(), f"sheet {number}, right margin"


def test_nothing_is_wider_than_the_paper(address, browser, page):
    tab = browser.new_page(viewport=TEXT_WIDTH)
    tab.goto(address + page)
    tab.emulate_media(media="print")
    cut = tab.evaluate(CUT)
    tab.close()
    assert cut == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_printed_chapter_holds_its_title_and_its_answers(printed, read, site, chapter):
    text = " ".join(printed(chapter).text.split())
    title = read(site / chapter).text.split(" — ")[0].replace("nn.LSTM", "")
    # Where letters are set closely the PDF does not tell a gap from a space.
    assert "".join(title.split()) in text.replace(" ", "")
    assert "Check yourself" in text
    html = (site / chapter).read_text(encoding="utf-8")
    assert text.count("Answer") >= html.count('<ul class="choices"')
    assert "Show code cell source" not in text


def test_the_cheat_sheet_takes_two_sheets(printed):
    assert len(printed("book/back/cheat-sheet.html").sheets) == 2


def test_the_screen_is_as_before_after_printing(address, browser):
    tab = browser.new_page()
    tab.goto(address + CHAPTERS[0])
    folds = tab.locator("details.sd-dropdown")
    unfolded = tab.locator("details.sd-dropdown[open]")
    folds.first.evaluate("fold => { fold.open = true; }")
    tab.emulate_media(media="print")
    expect(unfolded).to_have_count(folds.count())
    tab.emulate_media(media="screen")
    expect(unfolded).to_have_count(1)
    tab.close()
