"""What makes a page light changes nothing that a reader sees."""

import pytest

from tools.website.lean import MENDED, SAID, check_theme, mended, with_plain_code
from tools.website.mathematics import Place, flat


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
    every, last = "".join(SAID), list(SAID)[-1]
    check_theme([every])
    with pytest.raises(ValueError, match=r"Print|class"):
        check_theme([every.replace(last, "")])
