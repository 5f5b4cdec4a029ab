"""What makes a page light changes nothing that a reader sees."""

import pytest

from tools.website.folds import with_names
from tools.website.lean import MENDED, NEEDED_BY, SAID, check_theme, mended, with_plain_code
from tools.website.mathematics import Place, flat

FOLDED = (
    '<div class="cell docutils container">\n<details class="admonition hide above-input">\n'
    '<summary aria-label="x">Show code</summary>\n<div class="cell_input docutils container">'
    '<div class="highlight-python3 notranslate"><div class="highlight"><pre><span></span>'
    '<span class="n">x</span></pre></div></div></div></details></div>'
)
PAGE_OF_SPHINX = (
    '<link rel="preload" as="font" href="a.woff2">\n<link rel="stylesheet" href="a.css" />\n'
    f'<img alt="a" src="_images/a.png" />{FOLDED}'
)
WRITTEN_BY_SPHINX = ("preload", "stylesheet", "_images/", "<pre>", "cell_input", "admonition hide")


def test_nested_groups_become_places():
    nested = (
        '<svg viewBox="0 0 9 9"><g fill="currentColor" transform="scale(1,-1)"><g><g></g>'
        '<g transform="translate(100,20)"><use href="#a"/>'
        '<g transform="translate(10,-8) scale(0.5)">'
        '<g transform="translate(4,0)"><use href="#b"/></g><rect width="3" height="4"/></g></g>'
        "</g></g></svg>"
    )
    assert flat(nested) == (
        '<svg viewBox="0 0 9 9"><g fill="currentColor" transform="scale(1,-1)">'
        '<use href="#a" transform="translate(100,20)" />'
        '<use href="#b" transform="translate(112,12) scale(0.5)" />'
        '<rect width="3" height="4" transform="translate(110,12) scale(0.5)" />'
        "</g></svg>"
    )


def test_a_group_with_a_colour_stays():
    drawing = (
        '<svg><g><g fill="red" transform="translate(3,0)"><g><use href="#a" /></g></g></g></svg>'
    )
    assert flat(drawing) == (
        '<svg><g><g fill="red" transform="translate(3,0)"><use href="#a" /></g></g></svg>'
    )


def test_an_unknown_transformation_is_left_alone():
    drawing = (
        '<svg><g><g transform="translate(3,0)"><text transform="scale(1,-1)">x</text></g></g></svg>'
    )
    assert flat(drawing) == (
        '<svg><g><g transform="translate(3,0)"><text transform="scale(1,-1)">x</text></g></g></svg>'
    )


def test_places_add_up():
    place = Place().inside("translate(2,3) scale(0.5)").inside("translate(10,10) scale(0.5)")
    assert place == (7, 8, 0.25)


def test_code_without_a_colour_has_no_span():
    page = (
        '<div class="highlight"><pre><span></span><span class="n">f</span><span class="o">=</span>'
        '<span class="p">(</span></pre></div><span class="n">f</span>'
    )
    assert with_plain_code(page) == (
        '<div class="highlight"><pre>f<span class="o">=</span>(</pre></div><span class="n">f</span>'
    )


def test_the_scripts_of_the_theme_wait():
    script = """x;fe.on(window,ws,(()=>{for(const t of we.find('[data-bs-spy="scroll"]'))a(t)}))"""
    assert 'x;fe.one(window,"scroll",(()=>{for' in mended(script, "bootstrap.js")
    for name in MENDED:
        with pytest.raises(ValueError, match=name):
            mended("another version", name)


def test_what_the_theme_no_longer_writes_is_noticed():
    scripts = "".join(f'<script src="_static/{name}"></script>' for name in NEEDED_BY)
    every = [*SAID, scripts, PAGE_OF_SPHINX]
    check_theme(every)
    for gone in (list(SAID)[-1], 'src="_static/quiz.js"', *WRITTEN_BY_SPHINX):
        with pytest.raises(ValueError, match="no page contains"):
            check_theme([part.replace(gone, "") for part in every])


def test_a_fold_that_keeps_its_name_is_noticed():
    assert "Set-up" in with_names(FOLDED.replace("cell docutils", "cell tag_set-up docutils"))
    with pytest.raises(ValueError, match="a fold without a name"):
        with_names(FOLDED.replace("cell_input", "another class"))
