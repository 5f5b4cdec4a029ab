"""A notebook mutated at random: always a result, never a traceback; the honest one keeps its 20."""

import copy
import json
import math
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notebooks import TIGHT, cell, lost

from coursework import border, grading, text
from coursework.grading import UnreadableError, code_cells, grade, remarks
from coursework.marks import Marks
from coursework.problems import Problem
from coursework.student import Failure, Student

ODD = [None, True, -1, 1e308, 10**30, "", "\ud800", "x" * 9000, [], [[]], {}, {"grade_id": []}]
ODD += [math.inf, math.nan, "\x1b[2J", "\u202e", {"source": {}}, [{"cell_type": []}], "=1+1"]
PS1 = Problem("ps1")


def mutated(seed):
    """The bytes of a notebook with some of its values, names or bytes replaced."""
    rng = random.Random(seed)
    notebook = json.loads(PS1.text)
    for _ in range(rng.randrange(1, 8)):
        here, kind = notebook, rng.random()
        for _ in range(rng.randrange(1, 7)):
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            if not keys:
                break
            key = rng.choice(keys)
            if not isinstance(here[key], (dict, list)) or not here[key] or rng.random() < 0.2:
                if kind < 0.6:
                    here[key] = copy.deepcopy(rng.choice(ODD))
                elif kind < 0.8:
                    del here[key]
                elif isinstance(here, dict):
                    name = rng.choice(["nbgrader", "metadata", "source", "outputs"])
                    here[name] = copy.deepcopy(rng.choice(ODD))
                break
            here = here[key]
    data = json.dumps(notebook, ensure_ascii=rng.random() < 0.7).encode("utf-8", "surrogatepass")
    if rng.random() < 0.3:
        data = data.decode("utf-8", "replace").encode(rng.choice(["utf-16", "utf-8-sig", "utf-32"]))
    if rng.random() < 0.3:
        place = rng.randrange(len(data))
        data = data[:place] + rng.randbytes(rng.randrange(4)) + data[place + rng.randrange(9) :]
    return data


def strict(result):
    """A result as its file holds it; anything that JSON or UTF-8 cannot hold is an error."""
    return json.dumps(text.clean(result), allow_nan=False, ensure_ascii=False).encode("utf-8")


@pytest.fixture
def no_sandbox(monkeypatch):
    """What a sandbox never sees: notebooks are read and remarked on, nothing is run."""

    def nothing(self):
        self._broken = "there is no sandbox in this test"

    monkeypatch.setattr(Student, "begin_part", nothing)


@settings(
    max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10**9))
def test_reading_a_mutated_notebook_gives_a_result(no_sandbox, seed):
    data = mutated(seed)
    try:
        for each in code_cells(data):
            assert isinstance(each["source"], str)
            each["source"].encode("utf-8")
        assert all(isinstance(each, str) for each in remarks(PS1, data))
    except UnreadableError:
        pass
    result = grade(PS1, data, TIGHT)
    assert not any("The grader stopped" in note for note in result["notes"])
    strict(result)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_result(no_sandbox, data):
    result = grade(PS1, data, TIGHT)
    assert (result["points"], result["of"]) == (0, 20)
    assert not any("The grader stopped" in note for note in result["notes"])
    strict(result)


def test_mutated_notebooks_are_run_and_the_honest_one_keeps_its_points(needs_sandbox):
    honest = PS1.text.encode()
    assert lost(grade(PS1, honest, TIGHT)) == {}
    for seed in range(30):
        result = grade(PS1, mutated(seed), TIGHT)
        assert not any("The grader stopped" in note for note in result["notes"]), seed
        strict(result)
    assert lost(grade(PS1, honest, TIGHT)) == {}


CASES = {
    "a name that is no text": lambda n: n["cells"][2]["metadata"].update(nbgrader={"grade_id": []}),
    "a name that is a dict": lambda n: n["cells"][5]["metadata"].update(nbgrader={"grade_id": {}}),
    "marks that are a list": lambda n: n["cells"][5]["metadata"].update(nbgrader=[1]),
    "an error without an encoding": lambda n: n["cells"].append(
        cell('raise ValueError("\\ud800")')
    ),
    "an error of half an emoji": lambda n: n["cells"].append(cell("raise Exception(chr(0xD83D))")),
    "half an emoji in a source": lambda n: n["cells"].append(cell("# \ud83d")),
    "half an emoji in code": lambda n: n["cells"].append(cell("s = '\ud83d'")),
    "an error that cannot be printed": lambda n: n["cells"].append(
        cell("class E(Exception):\n    def __str__(self): 1 / 0\nraise E")
    ),
    "an error with a strange line": lambda n: n["cells"].append(
        cell("e = SyntaxError('x'); e.lineno = 1e999; e.filename = ['x']; raise e")
    ),
    "an error named by the student": lambda n: n["cells"].append(
        cell("raise type('All points. Your teacher\\n=1+1', (Exception,), {})('\\x1b[2J' * 99)")
    ),
    "null bytes": lambda n: n["cells"].append(cell("x = 1\0")),
    "a megabyte of brackets": lambda n: n["cells"].append(cell("(" * 150_000)),
    "a seed that is infinite": lambda n: n["metadata"].update(coursework={"seed": math.inf}),
    "a set that is a list": lambda n: n["metadata"].update(
        coursework={"set": ["ps1"], "seed": "x"}
    ),
    "a language that is a list": lambda n: n["metadata"].update(kernelspec=[1], language_info=7),
}


@pytest.mark.parametrize("case", CASES)
def test_a_notebook_with_an_oddity_keeps_its_points(submission, graded, case):
    notebook = submission("ps1")
    CASES[case](notebook)
    result = graded("ps1", json.dumps(notebook).encode())
    assert lost(result) == {}, result["notes"]
    assert not any("The grader stopped" in note for note in result["notes"])
    strict(result)


# A first answer that student code writes to the grader itself, behind the worker's back.
FORGED = {
    "an infinite line": '{"error": {"kind": "E", "text": "", "line": Infinity, "cell": "x"}, '
    '"missing": []}',
    "an infinite missing line": '{"error": null, "missing": [{"line": 1e999, "text": "x"}]}',
    "missing of another kind": '{"error": null, "missing": 7}',
    "a label of megabytes": '{"error": {"kind": "' + "E" * 7_400_000 + '", "text": "", "line": 1, '
    '"cell": "x"}, "missing": []}',
    "half an emoji": '{"error": {"kind": "\\ud800", "text": "\\ud800", "line": 1, '
    '"cell": "\\ud800"}, "missing": []}',
    "a text of another kind": '{"error": {"kind": [], "text": {}, "line": [], "cell": 1}, '
    '"missing": []}',
    "a number": "7",
    "nothing": "null",
    "a list": "[]",
    "a deep list": "[" * 900 + "]" * 900,
    "a million dicts": "[" + "{}," * 1_000_000 + "{}]",
    "a whole number of megabytes": "1" * 7_000_000,
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_answer_stops_nobody(submission, graded, name):
    notebook = submission("ps1")
    forge = (
        "import os, struct\ndata = {!r}.encode()\nfor channel in range(3, 12):\n    try:\n"
        "        rest = struct.pack('>I', len(data)) + data\n"
        "        while rest: rest = rest[os.write(channel, rest[:65536]):]\n"
        "    except OSError: pass"
    )
    notebook["cells"].append(cell(forge.format(FORGED[name])))
    result = graded("ps1", notebook, TIGHT)
    assert not any("The grader stopped" in note for note in result["notes"])
    assert len(strict(result)) < 100_000


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["dict", "name", "array", "tensor", "shape", "data"]), inner
        )
        | st.fixed_dictionaries(
            {
                "array": st.sampled_from([*border.DTYPES, "object", "float128", "V8", "M8"]),
                "shape": st.lists(st.integers(-1, 2**62) | st.floats() | st.booleans(), max_size=9),
                "data": st.sampled_from(["", "AAAAAAAA8D8=", "no", "\ud800", None]),
            }
        )
    ),
    max_leaves=12,
)


@settings(max_examples=2000, deadline=None)
@given(PLAIN)
def test_any_reply_is_a_value_or_a_failure(plain):
    student = Student([], TIGHT, False)
    student._sandbox = type("Replies", (), {"ask": lambda *_: plain})()
    student._part_ends = math.inf
    for reply in (plain, {"value": plain}, {"refused": plain}, {"error": plain}, {"missing": 1}):
        student._sandbox.ask = lambda *_, reply=reply: reply
        value = student.f(1.0)
        marks = Marks()
        marks.values(1, "a value", value, [[1.25, 2.5]])
        marks.values(1, "a number", marks.flat([value]), 1.25, dtype="float64")
        marks.true(1, "true", value, lambda got: got > 10**9, "no")
        fields = marks.fields(value, ("a", "b"))
        marks.values(1, "fields", marks.flat(fields), [1.5, 2.5])
        json.dumps([line._asdict() for line in marks.lines], allow_nan=False)
        if isinstance(value, Failure):
            assert len(value.sentence) < 900


def test_a_gap_in_the_grader_is_told_and_is_no_traceback(monkeypatch):
    monkeypatch.setattr(grading, "_parts", lambda *_: 1 / 0)
    result = grade(PS1, PS1.text.encode(), TIGHT)
    assert result["points"] == 0
    assert result["notes"] == [
        "The grader stopped with ZeroDivisionError: please tell your teacher."
    ]
