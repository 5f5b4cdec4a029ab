"""What runs in Jupyter runs here; what does not is told, and costs no more than it must."""

import json

import pytest
from notebooks import TIGHT, cell, lost, sentences

from coursework.grading import grade
from coursework.problems import Problem, role, source_of
from coursework.sandbox import Limits

STEP = "return np.tanh(x @ W_x.T + h @ W_h.T + b)"
DEFINITION = "def rnn_step(x, h, W_x, W_h, b):"

# What stands before, or instead of, the line of part B; all of it runs in Jupyter.
HARMLESS = {
    "a percent sign that begins a line": "k = (\n        7\n        % 6\n    )\n    assert k == 1",
    "a text with lines like magics": 's = """\n% x.ndim\n! ls\n? help\n"""\n    assert len(s) > 20',
    "a backslash and a percent sign": "k = 7 \\\n    % 4\n    assert k == 3",
    "display": "display(x)",
    "display of a module": "from IPython.display import display\n    display(x)",
    "get_ipython": "get_ipython().run_line_magic('matplotlib', 'inline')",
    "a magic inside": "%matplotlib inline",
    "a shell line inside": "!ls",
    "a line that is timed": "%time k = 3\n    assert k == 3",
    "a pasted line separator": "# a\u2028b\u2029c\x0bd\x0ce",
    "half an emoji": "# \ud83d",
    "an emoji": "# \U0001f600",
}
CELLS = {
    "help": "np.tanh?",
    "help on a line": "k = 3\n?np.tanh\nassert k == 3",
    "the source": "np.tanh??",
    "a shell line's answer": "files = !ls\nassert files == [] or files",
    "a magic's answer": "k = %sx ls",
    "a timed cell": "%%time\nk_timed = 3",
    "what a timed cell defined": "%%time\nk_2 = 3\n",
    "a cell of another language": "%%bash\nls; exit 1",
    "a prompt that was copied": ">>> k = 3\n>>> k\n3",
    "a cell that is indented": "    k = 3\n    k",
    "pip": "%pip install numpy",
    "automatic calls": "%autocall 0",
    "imports": "from IPython import get_ipython\nget_ipython().run_line_magic('pylab', 'inline')",
    "IPython's shell": "import IPython\nIPython.display.clear_output()",
    "a future": "from __future__ import annotations\ndef f(x: Nothing) -> Never: pass",
    "sklearn, which asks for torch": "import sklearn.linear_model",
}


def with_line(submission, line, name="ps1"):
    return submission(name, (STEP, f"{line}\n    {STEP}"))


@pytest.mark.parametrize("name", HARMLESS)
def test_a_line_that_runs_in_jupyter_costs_nothing(submission, graded, name):
    result = graded("ps1", with_line(submission, HARMLESS[name]))
    assert (lost(result), result["notes"]) == ({}, []), sentences(result)


def test_whole_cells_that_run_in_jupyter_cost_nothing(submission, graded):
    notebook = submission("ps1")
    notebook["cells"] += [cell(source) for source in CELLS.values()]
    notebook["cells"].append(cell("assert k_timed == k_2 == 3"))
    result = graded("ps1", notebook)
    assert (result["points"], result["notes"]) == (20, [])


ENCODINGS = {
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-32": lambda text: text.encode("utf-32"),
    "CRLF": lambda text: text.replace("\\n", "\\r\\n").replace("\n", "\r\n").encode(),
    "escapes only": lambda text: json.dumps(json.loads(text), ensure_ascii=True).encode(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_file_may_be_written_as_editors_write_it(submission, graded, name):
    text = json.dumps(with_line(submission, "# ü 李"), ensure_ascii=False, indent=1)
    result = graded("ps1", ENCODINGS[name](text))
    assert (result["points"], result["notes"]) == (20, [])


def no_kernelspec(notebook):
    notebook["metadata"]["kernelspec"] = None
    notebook["metadata"]["language_info"] = None


def no_metadata(notebook):
    del notebook["metadata"]


def cells_without_metadata(notebook):
    for number, each in enumerate(notebook["cells"]):
        if number % 2:
            del each["metadata"]
        else:
            each["metadata"] = None


def odd_marks(notebook):
    for number, each in enumerate(notebook["cells"]):
        each["metadata"] = {"nbgrader": [[], "x", None, 3, {}, {"grade_id": []}][number % 6]}
        each["metadata"]["tags"] = 7


def lists_of_lines(notebook):
    for each in notebook["cells"]:
        each["source"] = source_of(each).splitlines(keepends=True)


@pytest.mark.parametrize(
    "change", [no_kernelspec, no_metadata, cells_without_metadata, odd_marks, lists_of_lines]
)
def test_metadata_may_be_missing_or_odd(submission, graded, change):
    notebook = submission("ps1")
    # The source's given cells and tests, without their names, would run as a student's own.
    notebook["cells"] = [c for c in notebook["cells"] if role(c) in ("solution", "text")]
    change(notebook)
    result = graded("ps1", notebook)
    assert (result["points"], result["notes"]) == (20, [])


IMPORTS = [
    ("from src.equations import gradient_check", "src"),
    ("import src.equations", "src"),
    ("import sklearn_extra", "sklearn_extra"),
    ("import torch", "torch"),
    ("from torch import nn", "torch"),
    ("import numpy as np, jax", "jax"),
    ("from numpy import no_such_thing", "no_such_thing"),
]


@pytest.mark.parametrize(("line", "name"), IMPORTS)
def test_a_library_that_is_missing_costs_its_line(submission, graded, line, name):
    result = graded("ps1", submission("ps1", (DEFINITION, f"{line}\n\n\n{DEFINITION}")))
    assert lost(result) == {}, sentences(result)
    (note,) = result["notes"]
    assert "Line 1 of code cell" in note
    assert "was skipped, since the grader cannot import" in note
    assert name in note


def test_a_library_that_is_missing_inside_a_function_is_named(submission, graded):
    result = graded("ps1", with_line(submission, "import src.equations"))
    assert lost(result) == {"B": 4}
    assert "ModuleNotFoundError" in sentences(result)
    assert "“No module named 'src'”" in sentences(result)


def change(notebook, name, added):
    for each in notebook["cells"]:
        if each["metadata"].get("nbgrader", {}).get("grade_id") == name:
            each["source"] = source_of(each) + added


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("given-imports", "You changed the given cell `given-imports`: the grader runs its own"),
        ("numbers", "You changed the given cell `numbers`: the grader runs its own"),
        ("B", "You changed the check below part B: the grader does not run it"),
    ],
)
def test_an_edited_cell_is_told(submission, graded, name, says):
    notebook = submission("ps1", (STEP, STEP.replace("np.tanh", "T")))
    change(notebook, name, "\nT = np.tanh")
    result = graded("ps1", notebook)
    assert lost(result) == {"B": 4}
    assert says in result["notes"][0]
    assert "“name 'T' is not defined”" in sentences(result)


@pytest.mark.parametrize("name", ["ps1", "ps4"])
def test_a_release_that_was_only_filled_in_has_no_remark(blank, submission, graded, name):
    answers = {
        each["metadata"]["nbgrader"]["grade_id"]: source_of(each)
        for each in submission(name)["cells"]
        if role(each) == "solution"
    }
    notebook = blank(name)
    for each in notebook["cells"]:
        if role(each) == "solution":
            each["source"] = answers[each["metadata"]["nbgrader"]["grade_id"]]
        else:
            each["source"] = source_of(each).replace("'", '"') + "  \n\n"
    result = graded(name, notebook)
    assert (result["points"], result["notes"]) == (20, [])


def test_another_class_and_another_set_are_told(blank, submission, needs_sandbox):
    notebook = submission("ps1")
    notebook["metadata"]["coursework"] = {"seed": 2026, "set": "ps2"}
    change(notebook, "A-answer", "\nh_1 = h_2 = 0.123")
    data = json.dumps(notebook).encode()
    result = grade(Problem("ps1", seed=7), data, Limits())
    assert lost(result) == {"A": 2}
    assert "not ps1 but another set" in result["notes"][0]
    assert "its seed is 2026, that of yours 7" in result["notes"][1]


def test_given_helpers_keep_their_meaning(submission, graded):
    notebook = submission("ps1")
    notebook["cells"].append(cell("def toy_step(x, h):\n    return 7 * h\nnumbers = None"))
    assert lost(graded("ps1", notebook)) == {}
    notebook = submission("ps4")
    own = "class Bag: pass\nDescent = None\ndef run_classifier(*a): return 0\nrun_training = 3"
    notebook["cells"].append(cell(own))
    assert lost(graded("ps4", notebook)) == {}
    # A student's own function of a given name has the student's meaning in the student's code.
    own = "def toy_step(x, h, scale):\n    return scale * h"
    use = f"assert toy_step(x, h, 2) is not None\n    {STEP}"
    notebook = submission("ps1", (STEP, use))
    notebook["cells"].insert(3, cell(own))
    assert lost(graded("ps1", notebook)) == {}


SLOW = "import time\ntime.sleep(1.6)"
DEAF = "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass"
STUBBORN = "while True:\n    try:\n        while True: len('')\n    except BaseException: pass"


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([SLOW] * 5, "was stopped: it took too long (more than 1 s)"),
        ([SLOW] * 12, "were not run: the cells before took longer than the 6 s"),
        (["while True: pass"], "was stopped: it took too long (more than 2 s)"),
        ([STUBBORN], "was stopped: it took too long|did not finish within 2 s"),
        ([DEAF], "was left out: it did not finish within 2 s and could not be interrupted"),
        (["import os\nos._exit(1)"], "was left out: the Python process ended"),
        (["import os\nos._exit(1)", "import ctypes\nctypes.string_at(0)"], "was left out"),
        (["x = bytearray(10 ** 10)"], "MemoryError"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_own_cells_do_not_cost_what_was_earned(submission, graded, cells, says, first):
    notebook = submission("ps1")
    place = 1 if first and len(cells) < 12 else len(notebook["cells"])
    notebook["cells"][place:place] = [cell(source) for source in cells]
    result = graded("ps1", notebook, TIGHT)
    assert lost(result) == {}, sentences(result)
    assert any(each in " ".join(result["notes"]) for each in says.split("|"))


def test_a_loop_costs_its_part_and_the_sum_is_bounded(submission, graded):
    import time

    hang = "return sum(0 for _ in iter(int, 1))"  # for ever, in no memory
    notebook = submission(
        "ps1",
        (STEP, hang),
        ("    gradients = {", f"    {hang}\n    gradients = {{"),
        ("    jacobian = np.eye(len(W_h))", f"    {hang}\n    jacobian = np.eye(len(W_h))"),
    )
    notebook["cells"] += [cell(SLOW)] * 20
    began = time.monotonic()
    result = graded("ps1", notebook, TIGHT)
    assert lost(result) == {"B": 4, "D": 6, "E": 2}, sentences(result)
    assert "gave no answer within 3 s: is there a loop that does not end?" in sentences(result)
    assert time.monotonic() - began < 60
