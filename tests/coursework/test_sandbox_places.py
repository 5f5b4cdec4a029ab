"""The sandbox starts wherever Python and the repository lie, as root and as an ordinary user."""

import os

import pytest
from places import ORDINARY, said_by

PLACES = [p for p in ("/home", "/root", "/tmp", "/opt", "/usr/local") if os.access(p, os.W_OK)]
OTHERS = [place for place in PLACES if place != "/root"]
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

GRADE = """
import json, os
from coursework import sandbox
from coursework.grading import grade
from coursework.problems import Problem
problem = Problem("ps1")
result = grade(problem, problem.text.encode(), sandbox.Limits())
print(json.dumps([os.getuid(), result["points"], result["notes"], str(sandbox.ROOT)]))
"""


@pytest.mark.parametrize("place", PLACES)
def test_a_clone_with_its_python_grades_in_any_place(account, needs_sandbox, place):
    clone = account(place)
    assert said_by(clone, GRADE) == [os.getuid(), 20, [], str(clone)]


@AS_ROOT
@pytest.mark.parametrize("place", OTHERS)
def test_an_ordinary_user_grades_in_any_place(account, needs_sandbox, place):
    clone = account(place, linked=True)
    assert said_by(clone, GRADE, ORDINARY) == [ORDINARY, 20, [], str(clone)]
