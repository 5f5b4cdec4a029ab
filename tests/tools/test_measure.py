"""A chapter's measure counts what is read, from the title to "Exercises"."""

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import measure as measuring
from tools.measure import Measure, measure, stated_minutes


def words(text):
    return measure(new_notebook(cells=[new_markdown_cell(text)])).words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("# Keep a memory\n\nOne sentence that says why.", 8),
        ("A state $h_t = \\tanh(a_t)$ of $H$ numbers", 6),
        ("Before\n\n$$\na + b = c\n$$ (eq-sum)\n\nafter", 2),
        ("| gate | range |\n|---|:---:|\n| forget | $(0, 1)$ |", 4),
        ("```{figure} cell.svg\n:alt: Many words nobody sees\n\nThe cell.\n```", 2),
        ("```{admonition} In this chapter\n:class: chapter-box\n\n- keep\n```", 4),
        ("See [the notation page](../front/notation.md) and {eq}`eq-sum`.", 6),
        ("Run\n\n```bash\nmake book\n```\n\nnow", 2),
        ("````{note}\n```{margin}\nSome call it a unit.\n```\n````", 5),
    ],
)
def test_words_are_those_that_are_read(text, count):
    assert words(text) == count


def test_counts_end_at_the_exercises():
    before = [
        new_markdown_cell("# One two\n\n$$\na\n$$\n\n$$ b $$ (eq-b)"),
        new_code_cell("x = 1\n\n# why\ny = 2\n"),
        new_code_cell("draw()\n" * 40, metadata={"tags": ["hide-input"]}),
        new_markdown_cell("Three\n\n## Exercises\n\nfour\n\n$$\nc\n$$"),
        new_code_cell("z = 3"),
    ]
    assert measure(new_notebook(cells=before)) == Measure(words=3, lines=3, equations=2)


@pytest.mark.parametrize(
    ("found", "minutes"),
    [
        (Measure(2000, 150, 8), 30),  # 11.1 + 10 + 5.6
        (Measure(900, 0, 0), 5),
        (Measure(901, 0, 0), 10),
        (Measure(0, 75, 0), 5),
        (Measure(0, 75, 1), 10),
    ],
)
def test_minutes_are_rounded_up_to_five(found, minutes):
    assert found.minutes == minutes


def test_every_limit_can_be_exceeded():
    assert Measure(2000, 150, 8).problems() == []
    for one in (Measure(2001, 150, 8), Measure(2000, 151, 8), Measure(2000, 150, 9)):
        (problem,) = one.problems()
        assert "at most" in problem


def test_stated_minutes_come_from_the_box():
    box = "```{admonition} In this chapter\n**Time**: 25 minutes to read, 10 seconds to run.\n```"
    assert stated_minutes(new_notebook(cells=[new_markdown_cell(box)])) == 25
    assert stated_minutes(new_notebook(cells=[new_markdown_cell("# No box")])) is None


def test_command_fails_for_a_chapter_that_is_above_its_measure(monkeypatch, capsys):
    monkeypatch.setattr(measuring, "WORDS", 10)
    assert measuring.main() == 1
    said = capsys.readouterr()
    assert "1-memory/unroll" in said.out
    assert "1-memory/unroll: " in said.err
    assert "words, at most 10" in said.err
