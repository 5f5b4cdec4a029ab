"""Lists of tokens are judged in words of the task; digits that are asked for are enough."""

import numpy as np
import pytest

from coursework.marks import Marks
from coursework.problems import Problem, source_of
from coursework.student import Failure


def said(got, expected=(5, 3, 4), mistakes=()):
    marks = Marks()
    earned = marks.tokens(1, "tokens", got, expected, hint="Look at the end.", mistakes=mistakes)
    (line,) = marks.lines
    assert earned == (line.points == 1) == (not line.sentence)
    return line.sentence


@pytest.mark.parametrize(
    ("got", "says"),
    [
        ([5, 3, 4], ""),
        (np.array([5, 3, 4]), ""),
        ([5, 4, 4], "Look at the end. The right tokens are [5, 3, 4]; yours are [5, 4, 4]: they"
         " part at token 2."),
        ([5, 3], "yours are [5, 3]: the end comes too early."),
        ([5, 3, 4, 0], "yours are [5, 3, 4, 0]: there it ends."),
        ([], "yours are []: the end comes too early."),
        (list(range(50)), "19, ...]: they part at token 1."),
        (7, "A list of tokens is expected; yours is a int."),
        (None, "is the `return` missing?"),
        ([[5, 3, 4]], "A list of tokens is expected"),
        (["5"], "A list of tokens is expected"),
        ([10**400], "A list of tokens is expected"),
        (Failure("It raised."), "It raised."),
    ],
)  # fmt: skip
def test_a_wrong_list_is_told_where_it_parts(got, says):
    sentence = said(got)
    assert says in sentence if says else sentence == ""
    assert "shape" not in sentence


def test_a_known_mistake_speaks_first():
    sentence = said([5, 3, 4, 0], mistakes=[([5, 3, 4, 0], "EOS is not part of it.")])
    assert sentence.startswith("EOS is not part of it. The right tokens are")


def test_several_lists_say_which_one():
    marks = Marks()
    right = [[5], [6, 7]]
    assert marks.token_lists(1, "two words", right, right)
    assert not marks.token_lists(1, "two words", [[5], [6]], right)
    assert not marks.token_lists(1, "two words", [5], right, hint="One for each word.")
    assert "List 2: The right tokens are [6, 7]" in marks.lines[1].sentence
    assert "2 lists of tokens are expected; yours is a sequence of 1" in marks.lines[2].sentence


def test_numbers_of_several_calls_are_single_numbers():
    assert Marks.each([1, 2.5]).tolist() == [1, 2.5]
    assert Marks.each([1, [2.0]]).sentence == "One number is expected; yours is a sequence of 1."
    assert "One number is expected; yours is a str" in Marks.each(["x"]).sentence


PENCIL = [
    ("ps1", "A", ("h_1", "h_2")),
    ("ps2", "A", ("C_t", "h_t")),
    ("ps2", "E", ("bias_needed",)),
    ("ps5", "F", ("greedy_probability", "best_probability")),
]


@pytest.mark.parametrize(("name", "part", "answers"), PENCIL)
@pytest.mark.parametrize("seed", [2026, 7, 8])
def test_three_digits_are_asked_for_and_enough(name, part, answers, seed):
    from test_marks_are_earned import Here

    problem = Problem(name, seed)
    text = "\n".join(source_of(c) for c in problem.cells if source_of(c).startswith(f"## {part}."))
    assert "three digits after the\npoint" in text or "three digits" in text
    here = Here(problem, "", lambda right: right)
    here.space |= {answer: round(float(here.space[answer]), 3) for answer in answers}
    (chosen,) = [each for each in problem.parts if each.id == part]
    lines = problem.mark(chosen, here)
    assert not any(line.sentence for line in lines), lines
    here.space |= {answer: here.space[answer] + 0.01 for answer in answers}
    assert any(line.sentence for line in problem.mark(chosen, here))
