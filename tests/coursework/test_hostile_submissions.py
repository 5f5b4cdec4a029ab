"""Untrusted code: it earns nothing, harms nothing, and is told why."""

import json
import os
import socket
import time
from pathlib import Path

import pytest
from notebooks import TIGHT, cell, lost, sentences

from coursework import border
from coursework.grading import cells_to_run
from coursework.problems import role
from coursework.sandbox import Sandbox, seccomp_filter
from coursework.student import Failure, Student
from coursework.walls import ROOT

# Cells that a student added to a blank notebook; what the result says about them.
CELLS = {
    "a loop that swallows its interruption": (
        "def spin():\n    while True: len('')\n\n"
        "while True:\n    try: spin()\n    except BaseException: pass",
        "did not finish within 2 s and could not be interrupted|took too long",
    ),
    "a loop": ("while True: pass", "was stopped: it took too long"),
    "os._exit": ("import os\nos._exit(0)", "the Python process ended"),
    "sys.exit": ("import sys\nsys.exit(0)", "stopped with SystemExit"),
    "a crash": ("import ctypes\nctypes.string_at(0)", "the Python process ended"),
    "a fork bomb": ("import os\nwhile True: os.fork()", "Operation not permitted"),
    "a bomb of programs": (
        "import subprocess\nwhile True: subprocess.Popen(['/bin/sh', '-c', 'sleep 60'])",
        "Operation not permitted",
    ),
    "a bomb of threads": (
        "import threading, time\n"
        "while True: threading.Thread(target=time.sleep, args=(60,)).start()",
        "can't start new thread",
    ),
    "10 GB": ("x = bytearray(10 ** 10)", "MemoryError"),
    "10 GB in pieces": (
        "x = []\nwhile True: x.append(bytearray(10 ** 7))",
        "MemoryError|took too long",
    ),
    "10 GB on the disk": (
        "with open('big', 'wb') as file:\n    while True: file.write(bytes(10 ** 6))",
        "No space left|File too large",
    ),
    "1 GB of output": ("for _ in range(1000): print('x' * 10 ** 6)", ""),
    "1 GB of errors": ("import os\nfor _ in range(1000): os.write(2, b'x' * 10 ** 6)", ""),
    "killing its parents": (
        "import os\nfor pid in (-1, 1, os.getppid()):\n    try: os.kill(pid, 9)\n"
        "    except OSError: pass",
        "",
    ),
    "replaced checks": (
        "import builtins, numpy\nnumpy.allclose = numpy.array_equal = lambda *a, **k: True\n"
        "builtins.AssertionError = KeyError\nnumpy.abs = lambda x: 0 * x",
        "",
    ),
    "a forged connection": (
        "import os\nfor fd in range(3, 30):\n    try: os.write(fd, b'\\x00\\x00\\x00\\x02{}')\n"
        "    except OSError: pass",
        "cannot be read|disturbed",
    ),
    "a closed connection": ("import os\nos.closerange(0, 64)", "the Python process ended"),
    "the worker's own functions": (
        "import sys\nsys.modules['border'].to_plain = lambda value: {'array': 'object', 'shape': "
        "[1], 'data': 'gASVCgAAAAAAAACMAm9zlIwGc3lzdGVtlJOULg=='}",
        "returned a value that cannot be read",
    ),
}


@pytest.fixture
def spoiled(blank):
    """A blank PS1 with a student's cell at its end."""

    def spoiled(source, name="ps1"):
        notebook = blank(name)
        notebook["cells"].append(cell(source))
        return notebook

    return spoiled


@pytest.mark.parametrize("name", CELLS)
def test_no_cell_earns_a_point_or_stops_the_grader(spoiled, graded, name):
    source, says = CELLS[name]
    began = time.monotonic()
    result = graded("ps1", spoiled(source), TIGHT)
    assert result["points"] == 0
    said = " ".join(result["notes"]) + sentences(result)
    assert any(alternative in said for alternative in says.split("|")), said
    assert time.monotonic() - began < 60
    json.dumps(result)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("while True: pass", "gave no answer within 3 s"),
        ("import os; os._exit(0)", "the Python process ended"),
        ("import sys; sys.exit('bye')", "raised SystemExit"),
        ("return np.zeros(10 ** 8)", "MemoryError|more than 8 MB"),
        ("return np.zeros(2 * 10 ** 6)", "more than 8 MB"),
        ("return lambda: 0", "a value of type function"),
        ("return np.array([object()])", "an array of object"),
        ("a = []; a.append(a); return a", "RecursionError|maximum recursion|cannot be read"),
        ("return type('Equal', (), {'__eq__': lambda *a: True})()", "a value of type Equal"),
        ("return type('F', (float,), {'__sub__': lambda *a: 0.0})(1)", "shape"),
        ("return [[1.0], [2.0, 3.0]]", "yours is a sequence"),
        ("return np.full((4, 5), np.nan)", "NaN"),
        ("return None", "is the `return` missing"),
    ],
)
def test_a_hostile_function_costs_its_own_part_only(submission, graded, body, says):
    answer = "return np.tanh(x @ W_x.T + h @ W_h.T + b)"
    result = graded("ps1", submission("ps1", (answer, body)), TIGHT)
    assert lost(result) == {"B": 4}, sentences(result)
    assert any(alternative in sentences(result) for alternative in says.split("|"))


def test_edited_and_deleted_checks_change_nothing(submission, blank, graded):
    notebook = blank("ps1")
    for each in notebook["cells"]:
        if role(each) == "test":
            each["source"] = "def grade_a(student, marks, rng): marks.values(99, '', 1, 1)"
            each["metadata"]["nbgrader"]["points"] = 1000
    assert graded("ps1", notebook, TIGHT)["points"] == 0
    notebook = submission("ps1")
    notebook["cells"] = [each for each in notebook["cells"] if role(each) == "solution"]
    assert graded("ps1", notebook)["points"] == 20, "given cells and checks are the grader's own"
    for each in notebook["cells"]:
        each["metadata"] = {}
    assert graded("ps1", notebook)["points"] == 20, "another editor may drop the metadata"


def test_a_missing_answer_costs_its_own_part_only(submission, graded):
    notebook = submission("ps1")
    notebook["cells"] = [
        each
        for each in notebook["cells"]
        if each["metadata"].get("nbgrader", {}).get("grade_id") != "C-answer"
    ]
    result = graded("ps1", notebook)
    assert lost(result) == {"C": 4}
    assert "`unroll` is not defined. Was it deleted or renamed?" in sentences(result)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "The file is empty"),
        (b" \n", "The file is empty"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "not a notebook"),
        (b"{}", "not a notebook"),
        (b'{"cells": 3, "metadata": {}}', "not a notebook"),
        (
            b'{"cells": [{"cell_type": "code", "source": 5, "metadata": {}}], "metadata": {}}',
            "not a notebook",
        ),
        (
            b'{"cells": [{"cell_type": "code", "source": "", "metadata": []}], "metadata": {}}',
            "not a notebook",
        ),
        (b'{"cells": [], "metadata": {"kernelspec": {"language": "R"}}}', "language is 'R'"),
        (b'{"cells": [], "metadata": {"language_info": {"name": "julia"}}}', "Python 3 kernel"),
    ],
)
def test_what_is_no_python_notebook_gets_a_sentence(graded, data, says):
    result = graded("ps1", data)
    assert result["points"] == 0
    assert len(result["parts"]) == 5
    assert says in " ".join(result["notes"])


def test_magics_do_not_cost_a_cell(submission, graded):
    notebook = submission("ps1")
    notebook["cells"].insert(0, cell("%matplotlib inline\n!pip list\nimport numpy as np"))
    result = graded("ps1", notebook)
    assert (result["points"], result["notes"]) == (20, [])


LOOK_AROUND = """
import os, socket, sys

def found(names):
    "Every readable file below / whose path or text gives away what is looked for."
    hits = []
    for where, folders, files in os.walk("/"):
        python = ("/proc", "/dev", "/usr", "/lib", sys.base_prefix)
        if where.startswith(python) or "site-packages" in where:
            folders[:] = []
            continue
        for file in files:
            path = os.path.join(where, file)
            try:
                text = open(path, encoding="utf-8", errors="replace").read(10 ** 6)
            except OSError:
                continue
            hits += [path for name in names if name in path or name in text]
    return hits

def exists(path): return os.path.exists(path)

def readable(path):
    try: return len(os.listdir(path))
    except OSError: return -1

def environment(): return dict(os.environ)

def listed(path): return os.listdir(path)

def imports(name):
    try: __import__(name)
    except ImportError: return False
    return True

def write(path):
    try:
        with open(path, "w") as file: file.write("x")
    except OSError as error: return type(error).__name__
    return "written"

def call_out(port):
    try: socket.create_connection(("127.0.0.1", port), 1)
    except OSError as error: return str(error)
    return "connected"

def raise_limit():
    import resource
    try: resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
    except (ValueError, OSError): return "refused"
    return "raised"

def remount():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    return [libc.unshare(0x10000000), libc.mount(b"none", b"/home", b"tmpfs", 0, None)]

def whoami(): return os.getuid()
"""


@pytest.fixture
def inside(needs_sandbox):
    with Student([{"label": "cell 1", "source": LOOK_AROUND}], TIGHT, with_torch=False) as student:
        student.begin_part()
        yield student


def test_neither_solutions_nor_grades_can_be_read(inside, tmp_path):
    (tmp_path / "gradebook.db").write_text("secret")
    assert inside.found(["BEGIN " + "SOLUTION", "gradebook.db", "HIDDEN TESTS", "ps1.ipynb"]) == []
    for path in (ROOT / "coursework", ROOT / "src", ROOT / ".git", tmp_path, Path.home() / ".ssh"):
        assert inside.exists(str(path)) is False, path
    assert inside.exists("/etc/passwd") is False
    for module in ("src.equations", "coursework", "torch"):
        assert inside.imports(module) is False, module
    assert inside.imports("numpy") is True


def test_nothing_of_the_teachers_machine_leaks_in(inside, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "1234")
    assert "SECRET_TOKEN" not in inside.environment()
    assert "1234" not in json.dumps(inside.environment())
    assert inside.listed("/proc") == ["cpuinfo"]
    assert inside.whoami() > 60_000


def test_nothing_can_be_written_outside_its_home(inside, tmp_path):
    for place in ("/", "/usr", "/usr/bin", "/dev", "/grader", "/etc", "/tmp", str(ROOT)):
        assert inside.write(f"{place}/spoiled") != "written", place
    assert inside.write("/grader/worker.py") == "OSError"
    assert inside.write(str(tmp_path / "spoiled")) == "FileNotFoundError"
    assert inside.write("spoiled") == "written"
    assert not (ROOT / "spoiled").exists()


def test_the_home_is_gone_with_its_submission(inside):
    assert inside.write("/home/message") == "written"
    with Student([{"label": "cell 1", "source": LOOK_AROUND}], TIGHT, False) as other:
        other.begin_part()
        assert other.exists("/home/message") is False


def test_there_is_no_network_and_no_way_to_more_rights(inside):
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = inside.call_out(server.getsockname()[1])
    assert isinstance(answer, str)
    assert answer != "connected"
    assert inside.raise_limit() == "refused"
    assert inside.remount() == [-1, -1]


def test_nothing_runs_on_when_the_submission_is_done(needs_sandbox):
    with Sandbox(TIGHT, with_torch=False) as sandbox:
        children = Path(f"/proc/{sandbox.process.pid}/task/{sandbox.process.pid}/children")
        inner = [int(pid) for pid in children.read_text().split()]
        assert inner
    deadline = time.monotonic() + 10
    while any(os.path.exists(f"/proc/{pid}") for pid in inner):
        assert time.monotonic() < deadline, "the sandbox outlives its submission"
        time.sleep(0.05)


def test_a_submission_that_stops_reading_does_not_block_the_grader(needs_sandbox):
    sleeper = {"label": "cell 1", "source": "import time\ndef sleep(x): time.sleep(1000)"}
    with Student([sleeper], TIGHT, with_torch=False) as student:
        student.begin_part()
        began = time.monotonic()
        answers = [student.sleep([0.5] * 200_000) for _ in range(3)]
        assert all(isinstance(answer, Failure) for answer in answers)
        assert time.monotonic() - began < 20


def test_the_given_cells_are_the_graders(problem, blank):
    notebook = blank("ps1")
    for each in notebook["cells"]:
        if role(each) in ("given", "numbers"):
            each["source"] = "numbers = {}; spoiled = True"
    sources = [
        each["source"] for each in cells_to_run(problem("ps1"), json.dumps(notebook).encode())
    ]
    assert not any("spoiled" in source for source in sources)
    assert sources[0] == problem("ps1").numbers_source


@pytest.mark.parametrize(
    "forged",
    [
        {"array": "object", "shape": [1], "data": ""},
        {"array": "float64", "shape": [10**9], "data": ""},
        {"array": "float64", "shape": [-1], "data": "AAAAAAAAAAA="},
        {"array": "float64", "shape": [1] * 40, "data": "AAAAAAAAAAA="},
        {"array": ["float64"], "shape": [1], "data": "AAAAAAAAAAA="},
        {"array": "float64", "shape": None, "data": None},
        {"array": "float64", "shape": [1], "data": "no base64!"},
        {"dict": 7},
        {"dict": [[1, 2, 3]]},
        {"name": "os"},
        {"pickle": "gASV"},
        {},
    ],
)
def test_a_forged_value_is_refused(forged):
    with pytest.raises(border.BorderError):
        border.from_plain(forged)


def test_a_message_cannot_be_too_large_or_too_deep():
    reading, writing = os.pipe()
    os.write(writing, border.HEADER.pack(10**9))
    with pytest.raises(border.BorderError, match="more than 8 MB"):
        border.read_message(reading, 1)
    deep = b"[" * 50_000
    os.write(writing, border.HEADER.pack(len(deep)) + deep)
    with pytest.raises(border.BorderError, match="not JSON"):
        border.read_message(reading, 1)
    with pytest.raises(border.SilenceError):
        border.read_message(reading, 0.05)
    os.close(writing)
    with pytest.raises(border.EndedError):
        border.read_message(reading, 1)
    os.close(reading)


def test_an_unknown_machine_is_refused_rather_than_trusted():
    from coursework.sandbox import NoSandboxError

    with pytest.raises(NoSandboxError, match="not on riscv64"):
        seccomp_filter("riscv64")
