"""Submissions made of the sources: the reference, with answers replaced, cells added or removed."""

import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import places
import pytest

from coursework import sandbox
from coursework.grading import grade
from coursework.problems import Problem, role, source_of
from coursework.release import released

DEFAULT = sandbox.Limits()


def pytest_collection_modifyitems(items):
    """Skip what needs bubblewrap where it is not installed; a machine that checks must have it.

    Where it is installed and does not start, these tests fail.
    """
    if shutil.which("bwrap") or os.environ.get("CI"):
        return
    for item in items:
        if "needs_sandbox" in item.fixturenames:
            item.add_marker(pytest.mark.skip(reason="bubblewrap is not installed"))


@pytest.fixture
def needs_sandbox():
    """Marks the tests that run student code."""


@pytest.fixture(scope="session")
def account():
    """Make a home for a user in a place; it is gone afterwards."""
    made = []

    def account(place, linked=False):
        home = Path(tempfile.mkdtemp(prefix="someone-", dir=place))
        made.append(home)
        home.chmod(0o755)
        return places.someone(home, linked)

    yield account
    for home in made:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def problem():
    """A problem set by its name, made once."""
    made = {}
    return lambda name: made.setdefault(name, Problem(name))


@pytest.fixture(scope="session")
def submission(problem):
    """The reference notebook of a set, with texts of its answers replaced."""

    def submission(name, *replacements):
        notebook = json.loads(problem(name).text)
        for old, new in replacements:
            answers = [c for c in notebook["cells"] if role(c) == "solution"]
            holding = [cell for cell in answers if old in source_of(cell)]
            assert len(holding) == 1, f"{name}: {old!r} occurs in {len(holding)} answers"
            holding[0]["source"] = source_of(holding[0]).replace(old, new)
        return notebook

    return submission


@pytest.fixture(scope="session")
def blank(problem):
    """The released notebook of a set, as a student gets it."""
    return lambda name: json.loads(json.dumps(released(problem(name))))


@pytest.fixture
def graded(problem, needs_sandbox):
    """Grade a notebook (or bytes): the whole result."""

    def graded(name, notebook, limits=DEFAULT):
        data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        return grade(problem(name), data, limits)

    return graded


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """Call the command on a class of its own, in this process."""
    from classes import Run

    from coursework.__main__ import main

    def command(*words, folder="class"):
        place = tmp_path / folder
        what, *rest = map(str, words)
        monkeypatch.setattr("sys.argv", ["coursework", what, *rest, "--folder", str(place)])
        with pytest.raises(SystemExit) as done:
            main()
        said = capsys.readouterr()
        return Run(done.value.code, said.out, said.err, place)

    return command


@pytest.fixture
def quick(monkeypatch):
    """Grade without a sandbox: all points for the reference's answers, else none."""
    from coursework import batch
    from coursework import grade as grade_command
    from coursework.grading import UnreadableError, cells_to_run

    def answers(cells):
        return [cell["source"].split() for cell in cells]

    @cache
    def reference(problem):
        return answers(cells_to_run(problem, as_bytes(solved(problem.name))))

    def quick_grade(problem, data, limits, unreadable=""):
        cells, notes = [], [unreadable] if unreadable else []
        try:
            cells = [] if unreadable else cells_to_run(problem, data)
        except UnreadableError as error:
            notes = [str(error)]
        right = not notes and all(each in answers(cells) for each in reference(problem))
        parts = [
            {"id": p.id, "title": p.title, "points": p.points * right, "of": p.points, "lines": []}
            for p in problem.parts
        ]
        total = sum(part["points"] for part in parts)
        code = [{k: c[k] for k in ("label", "source")} for c in cells if not c["given"]]
        return {
            "set": problem.name, "points": total, "of": problem.points, "parts": parts,
            "notes": notes, "code": code,
        }  # fmt: skip

    from classes import as_bytes, solved

    monkeypatch.setattr(batch, "grade", quick_grade)
    monkeypatch.setattr(grade_command, "check_reference", lambda problem, limits: None)
    monkeypatch.setattr(grade_command.sandbox, "check_machine", lambda: None)


@pytest.fixture(scope="session")
def honest():
    """An honest student's notebook, of any set."""
    from classes import as_bytes, solved

    return cache(lambda name="ps1": as_bytes(solved(name)))
