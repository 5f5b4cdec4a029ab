"""Variants change the code that solves a set; private tests count beside the public ones."""

import json
import subprocess
from pathlib import Path

import pytest
from classes import as_bytes, solved, write
from mistakes import visible_checks
from notebooks import sentences
from test_marks_are_earned import Here

from coursework import problems
from coursework.grading import check_reference, grade
from coursework.problems import PRIVATE, SOURCE, Problem, names, role
from coursework.release import as_text, released
from coursework.sandbox import Limits, NoSandboxError
from coursework.variants import by_seed, variants, varied

ROOT = Path(__file__).parents[2]
EVERY = [(name, variant) for name in names() for variant in variants(SOURCE / name)]


def marked(problem, solver):
    """The lines of every part that a machine grades, for the answers of a set."""
    here = Here(solver, "", lambda right: right)
    here.space["numbers"] = problem.numbers
    return [line for p in problem.parts if not p.by_hand for line in problem.mark(p, here)]


def test_every_set_has_a_variant():
    assert {name for name, _ in EVERY} == set(names())


@pytest.mark.parametrize(("name", "variant"), EVERY)
def test_the_reference_solves_a_variant_and_the_public_solution_does_not(problem, name, variant):
    other, public = Problem(name, 2026, variant), problem(name)
    assert [line.sentence for line in marked(other, other) if line.sentence] == []
    assert not any(visible_checks(other, {"cells": other.cells}).values())
    lost = sum(line.of - line.points for line in marked(other, public))
    assert lost > 0
    # The given cells and checks of the variant, and the public answers: a visible check is red.
    answers = {id(c): c for c in public.cells if role(c) == "solution"}.values()
    copied = json.loads(json.dumps(other.cells))
    places = [cell for cell in copied if role(cell) == "solution"]
    for cell, answer in zip(places, answers, strict=True):
        cell["source"] = answer["source"]
    assert any(visible_checks(other, {"cells": copied}).values())


@pytest.mark.parametrize("name", names())
def test_a_seed_chooses_a_variant(name):
    known = list(variants(SOURCE / name))
    chosen = {by_seed(known, seed) for seed in range(40)}
    assert len(chosen) == 2 ** len(known) - 1
    assert "" not in chosen
    for variant in chosen:
        assert as_text(released(Problem(name, 1, variant))) != as_text(released(Problem(name, 1)))


def test_a_release_keeps_its_variant_and_the_grader_reads_it(command, tmp_path, needs_sandbox):
    run = command("release", "--set", "3", "--seed", "7", "--variant", "seed")
    assert "with the seed 7, variant keeps" in run.out
    path = run.folder / "release/ps3.ipynb"
    first = path.read_text("utf-8")
    about = json.loads(first)["metadata"]["coursework"]
    assert about == {"seed": 7, "set": "ps3", "variant": "keeps"}
    command("release", "--set", "3")
    assert path.read_text("utf-8") == first
    files = {
        "Ada/ps3.ipynb": as_bytes(solved("ps3", 7, "keeps")),
        "Bo/ps3.ipynb": as_bytes(solved("ps3", 7)),
    }
    write(tmp_path / "in", files)
    run = command("grade", tmp_path / "in", "--set", "3")
    assert run.points == {"Ada": "20", "Bo": "16"}
    assert "keeps the old state" in (run.folder / "feedback/Bo/ps3.html").read_text("utf-8")
    assert "variant" not in command("release", "--set", "3", "--variant", "none").out
    assert "variant" not in json.loads(path.read_text("utf-8"))["metadata"]["coursework"]


def test_a_variant_that_is_not_there_is_said_so(command):
    run = command("release", "--set", "3", "--variant", "upside-down")
    assert "ps3 has the variants keeps; got 'upside-down'" in run.status


def test_an_edit_that_no_longer_fits_is_said_so():
    (variant,) = variants(SOURCE / "ps3").values()
    cells = json.loads((SOURCE / "ps3/ps3.ipynb").read_text("utf-8"))["cells"]
    varied(cells, [variant])
    with pytest.raises(ValueError, match="must occur once in the cell"):
        varied(cells, [variant])


def test_a_student_with_the_wrong_variant_is_told(graded):
    handed = json.loads(json.dumps(released(Problem("ps3", 2026, "keeps"))))
    assert any("another variant of the set" in note for note in graded("ps3", handed)["notes"])


PRIVATE_TEST = """
def grade_a(student, marks, rng):
    x, h = rng.normal(size=(2, 3)), rng.normal(size=(2, 4))
    W, U, b = rng.normal(size=(12, 3)), rng.normal(size=(12, 4)), rng.normal(size=12)
    marks.values(4, "a test of this class alone", student.gru_step(x, h, W, U, b),
                 gru_step(x, h, W, U, b), hint="Look at z.")
"""


@pytest.fixture
def private(tmp_path, monkeypatch):
    """Write a private test of a set."""
    monkeypatch.setattr(problems, "PRIVATE", tmp_path / "private")

    def private(name, text):
        path = tmp_path / f"private/{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    return private


def test_a_private_test_counts_beside_the_public_one(private, needs_sandbox):
    before = Problem("ps3").fingerprint
    private("ps3", PRIVATE_TEST)
    problem = Problem("ps3")
    assert problem.fingerprint != before, "what was graded must be graded anew"
    check_reference(problem, Limits())
    right = grade(problem, problem.text.encode(), Limits())
    assert right["points"] == 20
    assert "a test of this class alone" in json.dumps(right["parts"][0])
    assert [line["of"] for line in right["parts"][0]["lines"]] == [0.5, 1.5, 2.0]
    turned = problem.text.replace(
        "return (1 - z) * h + z * candidate", "return z * h + (1 - z) * candidate"
    )
    wrong = grade(problem, turned.encode(), Limits())
    assert wrong["points"] == 16
    assert "Look at z." in sentences(wrong)


def test_a_private_test_that_the_reference_fails_stops_the_grading(private, needs_sandbox):
    private("ps3", PRIVATE_TEST.replace("gru_step(x, h, W, U, b), hint", "h, hint"))
    with pytest.raises(NoSandboxError, match="Look at z"):
        check_reference(Problem("ps3"), Limits())


def test_private_tests_stay_out_of_the_repository():
    place = PRIVATE.relative_to(ROOT) / "ps1.py"
    ignored = subprocess.run(["git", "check-ignore", "-q", place], cwd=ROOT)
    assert ignored.returncode == 0
    listed = subprocess.run(["git", "ls-files", PRIVATE], cwd=ROOT, capture_output=True, text=True)
    assert listed.stdout == ""
