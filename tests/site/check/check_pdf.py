"""The whole book as one PDF: its size, its bookmarks, its list of contents, its links."""

import ctypes
import subprocess
import sys

import pypdfium2
import pytest
from pypdfium2 import raw

from tools import pdf
from tools.book import ROOT, pages


@pytest.fixture(scope="module")
def book(site):
    """The PDF that `make pdf` makes, and its text of the first sheets."""
    # In a process of its own: one process can have one Playwright.
    subprocess.run([sys.executable, "-m", "tools.pdf"], cwd=ROOT, check=True)
    with pypdfium2.PdfDocument(site / pdf.NAME) as document:
        yield document


def test_it_is_light_enough_to_send(book, site):
    assert (site / pdf.NAME).stat().st_size < 60_000_000
    assert len(book) > 200


def test_a_bookmark_leads_to_every_page_of_the_book(book):
    titles = [one.get_title() for one in book.get_toc() if one.level == 0]
    parts = sum(1 for _ in pdf.parts(ROOT))
    assert len(titles) == 1 + parts + len(pages()) - 1  # the contents; not the first page
    assert any("Open the LSTM cell" in title for title in titles)


def test_the_contents_say_the_right_pages(book):
    marks = [one for one in book.get_toc() if one.level == 0 and one.get_title() != "Contents"]
    sheets = range(1, marks[0].get_dest().get_index())  # of the list: it may take several
    text = "\n".join(book[sheet].get_textpage().get_text_bounded() for sheet in sheets)
    for one in marks:
        assert str(one.get_dest().get_index() + 1) in text, one.get_title()


def test_links_lead_to_places_in_the_book(book):
    inside = 0
    for sheet in book:
        place, link = ctypes.c_int(0), raw.FPDF_LINK()
        while raw.FPDFLink_Enumerate(sheet, ctypes.byref(place), ctypes.byref(link)):
            if raw.FPDFLink_GetDest(book, link):
                inside += 1
                continue
            address = ctypes.create_string_buffer(500)
            raw.FPDFAction_GetURIPath(book, raw.FPDFLink_GetAction(link), address, 500)
            assert not address.value.startswith(b"file:"), address.value
    assert inside > 500


def test_the_first_page_offers_it(site, book):
    for name in ("index.html", "book/index.html"):
        assert 'book.pdf">PDF (' in (site / name).read_text(encoding="utf-8")
