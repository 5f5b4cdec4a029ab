"""Typical mistakes, from `typical/`: the cost, the visible check that turns red, the sentence."""

import json
import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from coursework.problems import Problem, role, source_of


class Mistake(NamedTuple):
    """One mistake in the reference of a set.

    Attributes:
        set: the set.
        part: the part that loses points.
        points: how many.
        old: text of the reference's answer.
        new: what a student wrote instead.
        red: words of the visible check that fails.
        says: words of the sentence on the student's page.
    """

    set: str
    part: str
    points: float
    old: str
    new: str
    red: str
    says: str


MISTAKES = [
    Mistake(path.stem, **row)
    for path in sorted(Path(__file__).with_name("typical").glob("*.toml"))
    for row in tomllib.loads(path.read_text("utf-8"))["mistake"]
]


TOGETHER = {"ps6": {"F"}}  # parts that earn their points when all others work


def spoiled(problem: Problem, *mistakes: Mistake) -> dict:
    """The reference notebook of a set with mistakes in it."""
    notebook = json.loads(problem.text)
    answers = [cell for cell in notebook["cells"] if role(cell) == "solution"]
    for mistake in mistakes:
        holding = [cell for cell in answers if mistake.old in source_of(cell)]
        assert len(holding) == 1, f"{mistake.set}: {mistake.old!r} is in {len(holding)} answers"
        holding[0]["source"] = source_of(holding[0]).replace(mistake.old, mistake.new)
    return notebook


HIDDEN = re.compile(r"^### BEGIN HIDDEN TESTS\n.*", re.M | re.S)


def visible_checks(problem: Problem, notebook: dict) -> dict[str, str]:
    """Run a notebook as a student does: by part, what the visible check says; "" if it passes."""
    space: dict = {"numbers": problem.numbers}
    said = {}
    for cell in notebook["cells"]:
        if role(cell) in ("given", "solution"):
            exec(source_of(cell), space)
        elif role(cell) == "test":
            part = cell["metadata"]["nbgrader"]["grade_id"]
            try:
                exec(HIDDEN.sub("", source_of(cell)), space)
                said[part] = ""
            except Exception as error:
                said[part] = f"{type(error).__name__}: {error}"
    return said


def rounds(mistakes: list[Mistake] = MISTAKES) -> list[tuple[str, list[Mistake]]]:
    """The mistakes by set, as few submissions as there are mistakes in its richest part.

    Parts do not depend on one another, so that one submission can carry a mistake in each.
    """
    made: dict[str, list[list[Mistake]]] = {}
    for mistake in mistakes:
        submissions = made.setdefault(mistake.set, [])
        free = [s for s in submissions if mistake.part not in {other.part for other in s}]
        if free:
            free[0].append(mistake)
        else:
            submissions.append([mistake])
    return [(name, plan) for name, submissions in made.items() for plan in submissions]
