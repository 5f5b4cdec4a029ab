"""The first use of each term of the glossary is a link, in running text only."""

from docutils import nodes

from tools.website.terms import is_running, linked, written


def words(pieces):
    return [
        (piece.astext(), piece.get("refuri") if isinstance(piece, nodes.reference) else None)
        for piece in pieces
    ]


def test_the_first_use_is_a_link_and_the_second_is_not():
    wanted = {"gate": "term-gate", "forget gate": "term-forget-gate"}
    assert words(linked("Forget gates are gates.", wanted, "g.html")) == [
        ("", None),
        ("Forget gates", "g.html#term-forget-gate"),
        (" are ", None),
        ("gates", "g.html#term-gate"),
        (".", None),
    ]
    assert wanted == {}
    assert linked("A gate.", wanted, "g.html") == []


def test_capitals_are_no_small_letters():
    assert written("per", "term-PER") == "PER"
    assert written("gate", "term-gate") == "gate"
    wanted = {"PER": "term-PER"}
    assert linked("Half a per cent.", wanted, "g.html") == []
    assert words(linked("The PER.", wanted, "g.html"))[1] == ("PER", "g.html#term-PER")


def test_a_part_of_a_word_is_no_use():
    assert linked("An investigate-gate, gated.", {"gate": "term-gate"}, "g.html") == []


def test_only_running_text_counts():
    text = nodes.Text("gate")
    paragraph = nodes.paragraph("", "", nodes.strong("", "", text))
    assert is_running(text)
    nodes.section("", paragraph)
    assert is_running(text)
    nodes.admonition("", paragraph)
    assert not is_running(text)
    for inline in (nodes.literal, nodes.reference, nodes.math):
        text = nodes.Text("gate")
        nodes.paragraph("", "", inline("", "", text))
        assert not is_running(text)
    text = nodes.Text("gate")
    nodes.title("", "", text)
    assert not is_running(text)
