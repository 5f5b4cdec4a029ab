"""What each page says about itself: to those who share it, cite it, list it, follow it."""

import json
import re
from collections import Counter
from xml.etree import ElementTree

import pytest
from PIL import Image

from tools.book import ROOT, chapters, pages
from tools.website import facts, identity

BOOK = "Gated Recurrent Networks"
CHAPTERS = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapters()]
ATOM = "{http://www.w3.org/2005/Atom}"
IDS = re.compile(r'<[a-zA-Z][^>]*?\bid="([^"]+)"')


@pytest.fixture
def metas(read, site, page):
    """The meta tags of a page by name or property."""
    return {
        a.get("name") or a.get("property"): a["content"]
        for tag, a in read(site / page).tags
        if tag == "meta" and "content" in a
    }


def linked_data(site, page):
    html = (site / page).read_text(encoding="utf-8")
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    return json.loads(text)


def test_a_card_names_the_book_and_the_page(metas, site):
    assert metas["og:site_name"] == BOOK
    assert metas["og:title"]
    assert metas["og:locale"] == "en_GB"
    assert 30 < len(metas["description"]) < 170
    assert metas["og:image"].endswith("_static/social.png")
    assert metas["og:image:alt"].startswith(BOOK)
    with Image.open(site / "_static/social.png") as picture:
        assert picture.size == (1200, 630)


def test_nothing_is_unset_or_said_twice(site):
    for file in [*site.rglob("*.html"), site / "objects.inv"]:
        text = file.read_bytes().decode(errors="replace")
        assert "Project name not set" not in text, file
        if file.suffix == ".html":
            assert text.count('name="viewport"') == 1, file
            assert text.count("<h1") == 1, file
            assert [one for one, times in Counter(IDS.findall(text)).items() if times > 1] == []


def test_a_title_names_page_and_book_once(site, page):
    (title,) = re.findall("<title>(.*?)</title>", (site / page).read_text(encoding="utf-8"))
    assert title.count(BOOK) == 1
    assert (title == BOOK) == (page == "book/index.html")


def test_no_page_claims_an_address_that_nobody_has_given(site):
    for file in [*site.rglob("*.html"), *site.rglob("*.xml"), site / "robots.txt"]:
        text = file.read_text(encoding="utf-8")
        assert "localhost" not in re.sub(r"<(pre|code)\b.*?</\1>", "", text, flags=re.DOTALL), file
        assert 'rel="canonical"' not in text
        assert "og:url" not in text
    assert not (site / "sitemap.xml").exists()


def test_the_sitemap_lists_every_page():
    addresses = [page.relative_to(ROOT).with_suffix(".html").as_posix() for page in pages()]
    base = "https://someone.github.io/book/"
    root = ElementTree.fromstring(facts.sitemap(base, dict.fromkeys(addresses, "2026-11-28")))
    listed = {one.text for one in root.iter() if one.text}
    assert {base + address for address in addresses} <= listed


def test_the_first_page_is_a_book(site):
    data = linked_data(site, "index.html")
    assert data["@type"] == "Book"
    assert data["name"] == BOOK
    assert data["author"]["name"]
    assert len(data["license"]) == 2
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", data["datePublished"])


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_knows_its_book_and_its_place(site, chapter):
    data = linked_data(site, chapter)
    assert data["@type"] == "Chapter"
    assert data["position"] == CHAPTERS.index(chapter) + 1
    assert data["isPartOf"]["name"] == BOOK


def test_a_page_can_be_taken_into_a_bibliography(metas, page):
    assert metas["citation_title"]
    assert metas["citation_author"]
    assert re.fullmatch(r"\d{4}/\d\d/\d\d", metas["citation_publication_date"])
    assert ("citation_inbook_title" in metas) == (page != "book/index.html")


def test_a_page_has_the_colours_and_the_icon_for_a_phone(read, site, page):
    tags = read(site / page).tags
    colours = [a for tag, a in tags if tag == "meta" and a.get("name") == "theme-color"]
    assert [a["content"] for a in colours] == ["#ffffff", "#12181f"]
    (icon,) = [a["href"] for tag, a in tags if tag == "link" and a["rel"] == "apple-touch-icon"]
    with Image.open((site / page).parent / icon) as picture:
        assert picture.size == (180, 180)


def test_the_feed_tells_what_changed(read, site, page):
    links = [a for tag, a in read(site / page).tags if tag == "link"]
    (link,) = [a["href"] for a in links if a.get("type") == "application/atom+xml"]
    feed = ElementTree.parse((site / page).parent / link).getroot()
    assert feed.find(f"{ATOM}title").text == f"{BOOK}: what changed"
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) > 5
    assert len({entry.find(f"{ATOM}id").text for entry in entries}) == len(entries)


def test_with_an_address_a_page_says_where_it_is():
    book = identity.work(ROOT / "CITATION.cff")
    address = "https://someone.github.io/book/book/1-memory/unroll.html"
    page = identity.PageFacts("Unroll", "About </script>", 1, False, address, "2026-11-28")
    assert json.loads(identity.linked_data(book, page))["url"] == address
    assert "</script>" not in identity.linked_data(book, page)
    assert identity.citation_tags(book, page)["citation_public_url"] == address
