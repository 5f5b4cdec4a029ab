"""The teacher's page shows how to write an exercise and change its points: this follows it."""

import json
import re
import textwrap
from pathlib import Path

import nbformat
import pytest

from coursework import problems, release
from coursework.grading import check_reference, grade
from coursework.problems import Problem
from coursework.release import released
from coursework.sandbox import Limits, NoSandboxError

PAGE = Path(__file__).parents[2] / "book/front/teaching.md"
SECTION = PAGE.read_text("utf-8").partition("## Your own exercise")[2].partition("\n## ")[0]
ANSWER, TEST = map(textwrap.dedent, re.findall(r"^ +```python\n(.*?)^ +```", SECTION, re.M | re.S))


def code(source, name, **marks):
    cell = nbformat.v4.new_code_cell(source.strip())
    del cell["id"]
    about = {"grade_id": name, "schema_version": 3, "locked": bool(marks.get("grade"))}
    about |= {"grade": False, "solution": False, "task": False, **marks}
    cell.metadata["nbgrader"] = about
    return cell


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Write ps6 as the page says: its test, the points in the toolbar, the cell's id."""

    def own(test=TEST, points=3, name="A", title="## A. Half-life"):
        text = nbformat.v4.new_markdown_cell(f"# Mine\n\n**{{{{points}}}} points.**\n\n{title}")
        del text["id"]
        cells = [
            code("import numpy as np", "given-imports"),
            text,
            code(ANSWER, "half-life", solution=True),
            code(test, name, grade=True, points=points),
        ]
        notebook = nbformat.v4.new_notebook(cells=cells)
        notebook.nbformat_minor = 4
        path = tmp_path / "ps6/ps6.ipynb"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(notebook))
        monkeypatch.setattr(problems, "SOURCE", tmp_path)
        return Problem("ps6")

    return own


def points_of(problem, answer):
    """What a student gets who wrote this."""
    notebook = json.loads(json.dumps(released(problem)))
    for cell in notebook["cells"]:
        if problems.role(cell) == "solution":
            cell["source"] = answer
    result = grade(problem, json.dumps(notebook).encode(), Limits())
    lines = {line["what"]: (line["points"], line["of"]) for line in result["parts"][0]["lines"]}
    return result["points"], result["of"], lines


RIGHT = ANSWER.replace("### BEGIN SOLUTION", "").replace("### END SOLUTION", "")
HALF = RIGHT.replace("np.log(2)", "1")


@pytest.mark.parametrize("points", [3, 6, 1, 4.5])
def test_the_example_of_the_page_and_points_that_are_changed_in_one_place(
    own, needs_sandbox, points
):
    problem = own(points=points)
    check_reference(problem, Limits())
    text = "\n".join(c.source for c in released(problem).cells if c.cell_type == "markdown")
    assert f"## A. Half-life ({points:g} point{'' if points == 1 else 's'})" in text
    assert f"**{points:g} points.**" in text
    assert "HIDDEN" not in json.dumps(released(problem))
    got, of, lines = points_of(problem, RIGHT)
    assert (got, of) == (points, points)
    assert lines["half-lives of five memories"][1] == pytest.approx(points * 2 / 3)
    got, of, lines = points_of(problem, HALF)
    assert (got, of) == (pytest.approx(points / 3), points)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"test": "assert True"}, "part A: a graded cell needs one hidden test"),
        ({"test": TEST.replace("grade_a", "test_a")}, "must define grade_a(student, marks, rng)"),
        ({"test": TEST.replace("rng):", "rng)")}, "the hidden test is no Python"),
        ({"points": 0}, "give it its points in Jupyter's toolbar, got 0"),
        ({"points": None}, "give it its points"),
    ],
)
def test_what_is_wrong_with_a_set_is_a_sentence(own, change, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        released(own(**change))


@pytest.mark.parametrize(("name", "function"), [("B", "grade_b"), ("part-1", "grade_part_1")])
def test_a_cell_may_have_any_id(own, needs_sandbox, name, function):
    problem = own(TEST.replace("grade_a", function), name=name)
    check_reference(problem, Limits())
    assert points_of(problem, RIGHT)[0] == 3


def test_a_reference_that_fails_its_own_test_is_told_before_anybody_is_graded(own, needs_sandbox):
    with pytest.raises(NoSandboxError, match="reference solution of ps6"):
        check_reference(own(TEST.replace("n > 1e8", "n < 0")), Limits())
    empty = (
        "### BEGIN HIDDEN TESTS\ndef grade_a(student, marks, rng):\n    pass\n### END HIDDEN TESTS"
    )
    with pytest.raises(NoSandboxError, match="gives no marks"):
        check_reference(own(empty), Limits())


def test_release_says_what_is_wrong_and_writes_nothing(own, command, tmp_path):
    own("assert True")
    run = command("release", "--set", "6", folder="class")
    assert "a graded cell needs one hidden test" in run.status
    assert not (run.folder / "release/ps6.ipynb").exists()
    assert release.RELEASE.is_dir()
