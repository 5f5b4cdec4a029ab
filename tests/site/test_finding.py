"""A reader finds what they look for, by links and from outside."""

import itertools
import re
from xml.etree import ElementTree

import pytest

from tools.book import ROOT, chapters, pages


def test_previous_and_next_follow_the_path(read, site):
    path = [page.relative_to(ROOT).with_suffix(".html").as_posix() for page in pages()]
    for here, there in itertools.pairwise(path):
        links = [a for tag, a in read(site / here).tags if tag == "a"]
        (onward,) = [a["href"] for a in links if a.get("class") == "right-next"]
        assert (site / here).parent.joinpath(onward).resolve() == (site / there).resolve()


def test_the_first_page_shows_the_path_in_its_order(site):
    page = (site / "index.html").read_text(encoding="utf-8")
    path = page[page.index('id="the-path"') : page.index('id="three-doors"')]
    files = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters()]
    assert re.findall(r'href="(book/[^"#]+)"', path) == files


@pytest.mark.parametrize("chapter", chapters(), ids=lambda path: path.stem)
def test_a_chapter_leads_to_the_glossary_once_a_term(read, site, chapter):
    page = site / chapter.relative_to(ROOT).with_suffix(".html")
    links = [a for tag, a in read(page).tags if tag == "a"]
    addresses = [link["href"] for link in links if "glossary-term" in link.get("class", "")]
    assert len(addresses) >= 3
    assert len(set(addresses)) == len(addresses)


def test_every_term_of_the_glossary_can_be_linked(read, site):
    ids = read(site / "book/back/glossary.html").ids
    assert {"term-forget-gate", "term-BPTT", "term-padding"} <= ids


def test_every_numbered_equation_and_figure_can_be_linked(read, site, page):
    html = (site / page).read_text(encoding="utf-8")
    for number in re.findall(r'class="eqno">.*?</span>', html, re.DOTALL):
        assert re.search(r'href="#equation-[\w-]+"', number)
    for caption in re.findall(r'class="caption-number">Fig.*?</figcaption>', html, re.DOTALL):
        assert re.search(r'class="headerlink" href="#[\w-]+"', caption)


def test_the_logo_is_the_icon_of_every_page(read, site, page):
    icons = [a["href"] for tag, a in read(site / page).tags if tag == "link" and a["rel"] == "icon"]
    assert [icon.rpartition("/")[2] for icon in icons] == ["logo.svg"]
    ElementTree.parse((site / page).parent / icons[0])


def test_an_address_that_is_nowhere_leads_back(browser, address):
    tab = browser.new_page()
    tab.goto(address + "no/such/page.html")
    tab.locator("main a", has_text="The first page").click()
    assert tab.locator("article h1").inner_text().startswith("Gated Recurrent Networks")
    tab.close()


def test_the_first_key_leads_past_the_navigation(browser, address):
    tab = browser.new_page()
    tab.goto(address + "book/2-lstm/open-the-cell.html")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.getAttribute('href')") == "#main-content"
    tab.close()


def test_the_book_can_be_cited(site, read):
    assert "@book{GatedRecurrentNetworks" in read(site / "index.html").text
    assert (site / "CITATION.cff").is_file()
    assert "@book" in (site / "citation.bib").read_text(encoding="utf-8")
