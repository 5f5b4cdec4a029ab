"""Each set: the reference has all points, the blank none, and a mistake costs what it should."""

import json
import re

import pytest
from mistakes import MISTAKES, TOGETHER, rounds, spoiled, visible_checks
from notebooks import lost, sentences

from coursework.problems import RELEASE, SOURCE, Problem, names, role, source_of
from coursework.sandbox import Limits

SETS = ["ps1", "ps2", "ps3", "ps4", "ps5", "ps6"]


def test_all_six_sets_are_there():
    assert names() == SETS


@pytest.mark.parametrize("name", SETS)
def test_headings_and_parts_say_the_same_points(problem, name):
    cells = json.loads((RELEASE / f"{name}.ipynb").read_text("utf-8"))["cells"]
    text = "\n".join(source_of(cell) for cell in cells)
    said = {title[0]: int(points) for title, points in re.findall(r"## (.*) \((\d+) point", text)}
    assert said == {part.id: part.points for part in problem(name).parts}
    assert problem(name).points == 20
    assert "**20 points, " in text
    assert re.search(r"\d+ to \d+ minutes", text)


@pytest.mark.parametrize("name", SETS)
def test_the_text_says_what_the_grader_gives(problem, name):
    text = " ".join(source_of(problem(name).cells[0]).split())
    limits = Limits()
    assert f"in {limits.load_seconds:g} seconds at most" in text
    assert f"and then each part in {limits.part_seconds:g}" in text
    has = "NumPy and PyTorch, and not" if problem(name).with_torch else "NumPy, and neither PyTorch"
    assert has in text


@pytest.mark.parametrize("name", SETS)
def test_the_reference_has_all_points_and_the_blank_has_none(
    problem, submission, blank, graded, name
):
    reference = graded(name, submission(name))
    by_hand = {part.id: part.points for part in problem(name).parts if part.by_hand}
    assert lost(reference) == by_hand, sentences(reference)
    assert reference["notes"] == []
    for part in [part for part in reference["parts"] if part["id"] not in by_hand]:
        assert sum(line["of"] for line in part["lines"]) == part["of"]
    nothing = graded(name, blank(name))
    assert nothing["points"] == 0
    assert all(line["sentence"] for part in nothing["parts"] for line in part["lines"])


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.set} {mistake.part}")
def test_a_typical_mistake_turns_a_visible_check_red(problem, mistake):
    said = visible_checks(problem(mistake.set), spoiled(problem(mistake.set), mistake))
    assert said[mistake.part].startswith("AssertionError: ")
    assert mistake.red in said[mistake.part]


@pytest.mark.parametrize("name", SETS)
def test_every_part_that_a_machine_grades_has_a_mistake_that_its_check_finds(problem, name):
    found = {mistake.part for mistake in MISTAKES if mistake.set == name}
    alone = {part.id for part in problem(name).parts if not part.by_hand}
    assert found == alone - TOGETHER.get(name, set())


@pytest.mark.parametrize(("name", "plan"), rounds())
def test_a_typical_mistake_costs_its_points(problem, graded, name, plan):
    result = graded(name, spoiled(problem(name), *plan))
    expected = {mistake.part: mistake.points for mistake in plan}
    others = {part.id for part in problem(name).parts if part.by_hand} | TOGETHER.get(name, set())
    found = {id_: points for id_, points in lost(result).items() if id_ not in others}
    assert found == expected, sentences(result)
    for mistake in plan:
        part = next(part for part in result["parts"] if part["id"] == mistake.part)
        assert mistake.says in sentences({"parts": [part]})


@pytest.mark.parametrize("name", SETS)
def test_the_reference_passes_the_visible_checks(problem, name):
    if name == "ps3":
        pytest.importorskip("torch")
    space = {}
    for cell in problem(name).cells:
        if role(cell) not in ("text", "try", "written"):
            exec(source_of(cell), space)


@pytest.mark.parametrize("name", ["ps1", "ps2", "ps3"])
def test_another_seed_keeps_the_reference_right(needs_sandbox, name):
    from coursework.grading import grade

    other = Problem(name, seed=7)
    result = grade(other, (SOURCE / name / f"{name}.ipynb").read_bytes(), Limits())
    assert lost(result) == {}, sentences(result)
