"""Pages become one document whose links stay inside it."""

from tools.pdf import one_page, slug

KNOWN = {"book/1-memory/unroll.html", "book/2-lstm/open-the-cell.html"}


def article(inside):
    return f'<main><article class="bd-article">{inside}</article></main>'


def test_links_between_pages_become_links_within_the_document():
    text = article(
        '<h2 id="a">A</h2><a href="#a"></a><a href="../2-lstm/open-the-cell.html#b"></a>'
        '<a href="../2-lstm/open-the-cell.html"></a><a href="https://example.org/"></a>'
        '<a href="../../_images/x.svg"></a>'
    )
    page = one_page(text, "book/1-memory/unroll.html", KNOWN)
    here, there = map(slug, sorted(KNOWN))
    assert f'<h2 id="{here}--a">' in page
    assert f'href="#{here}--a"' in page
    assert f'href="#{there}--b"' in page
    assert f'href="#{there}"' in page
    assert 'href="https://example.org/"' in page
    assert "x.svg" not in page


def test_letters_of_formulas_are_shared_and_dark_twins_left_out():
    text = article(
        '<use href="#MJX-1"/><img src="../_images/x.webp" data-in="light">'
        '<img src="../_images/x.dark.webp" data-in="dark">'
    )
    page = one_page(text, "book/1-memory/unroll.html", KNOWN)
    assert 'href="#MJX-1"' in page
    assert 'src="book/_images/x.webp"' in page
    assert "dark.webp" not in page
