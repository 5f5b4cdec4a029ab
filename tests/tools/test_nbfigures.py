"""The notebook check can fail: each kind of change that a reader would see turns it red.

Most cases are cells of one notebook. It is executed with the one source and checked with the
other, so that a single kernel serves all of them.
"""

import base64
import io
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_notebook

from src.figures import apply_style
from tools.execute import run
from tools.nbfigures import (
    BLOCK,
    BLOCK_LIMIT,
    WHOLE_LIMIT,
    difference,
    difference_picture,
    pixels,
    resolved_model,
)
from tools.normalise import as_text

IMPORTS = """
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import IntSlider
from IPython.display import display
from src.figures import start_chapter

start_chapter()
x = np.linspace(0, 1, 9)

def draw(scale=1, title="Loss of the cell", markers=9):
    figure, axes = plt.subplots(figsize=(3, 2))
    axes.plot(x, scale * np.exp(-3 * x), "o", markevery=slice(0, markers))
    axes.set(title=title, ylim=(0, 1.1), xlim=(-0.1, 1.1))
    plt.show()
"""

# name: (source when it was stored, source now, whether the check must pass)
CASES = {
    "imports": (IMPORTS, IMPORTS, True),
    "same text": ("print(0.388)", "print(0.388)", True),
    "another digit": ("print(0.388)", "print(0.389)", False),
    "another result": ("x[0]", "x[1]", False),
    "no text": ("print(0.388)", "pass", False),
    "new text": ("pass", "print(0.388)", False),
    "same figure": ("draw()", "draw()", True),
    "data off by 1e-7": ("draw()", "draw(scale=1 + 1e-7)", True),
    "curve 5 % higher": ("draw()", "draw(scale=1.05)", False),
    "another letter": ("draw()", "draw(title='Loss of the call')", False),
    "a marker fewer": ("draw()", "draw(markers=8)", False),
    "a figure fewer": ("draw(); draw()", "draw()", False),
    "no figure": ("draw()", "pass", False),
    "a figure more": ("draw()", "draw(); draw()", False),
    "another order": ("draw(); print(1)", "print(1); draw()", False),
    "text around": ("print(1); draw(); print(2)", "print(1); draw(); print(2)", True),
    "same widget": ("IntSlider(3)", "IntSlider(3)", True),
    "another widget": ("display(IntSlider(3))", "display(IntSlider(4))", False),
    "another hint": (
        "display(IntSlider(3, style={'handle_color': 'red'}))",
        "display(IntSlider(3, style={'handle_color': 'blue'}))",
        False,
    ),
    "never executed": ("y = 1", "y = 1", False),
    "never executed, with output": ("print(1)", "print(1)", False),
}


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """The folder of the check, and for each case whether it passed, and its message."""
    folder = tmp_path_factory.mktemp("notebook")
    stored = run(new_notebook(cells=[new_code_cell(old) for old, _, _ in CASES.values()]), folder)
    for cell, (name, (_, now, _)) in zip(stored.cells, CASES.items(), strict=True):
        cell.source = now
        if name.startswith("never"):
            cell.execution_count, cell.outputs = None, []
    (folder / "cases.ipynb").write_text(as_text(stored), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "cases.ipynb", "--rootdir", "."]
    command += ["-p", "tools.nbfigures", "-p", "no:cacheprovider", "--junitxml", "report.xml"]
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    cases = ElementTree.parse(folder / "report.xml").iter("testcase")
    failures = [case.find("failure") for case in cases]
    assert len(failures) == len(CASES), process.stdout
    messages = [None if failure is None else failure.text for failure in failures]
    return folder, dict(zip(CASES, messages, strict=True)), process.stdout


@pytest.mark.parametrize("name", CASES)
def test_change_is_seen(checked, name):
    message = checked[1][name]
    assert (message is None) == CASES[name][2], message


def test_differing_figures_are_written_and_named(checked):
    folder, messages, _ = checked
    number = list(CASES).index("curve 5 % higher")
    files = sorted(file.name for file in (folder / "_build/nbfigures/cases").glob("*.png"))
    mine = [f"cell-{number}-figure-1-{kind}.png" for kind in ("difference", "fresh", "stored")]
    assert [file for file in files if file.startswith(f"cell-{number}-")] == mine
    assert f"cell-{number}-figure-1-*.png" in messages["curve 5 % higher"]
    same = list(CASES).index("same figure")
    assert not [file for file in files if file.startswith(f"cell-{same}-")]


def test_seconds_are_reported(checked):
    assert "chapter seconds (budget 90)" in checked[2]


def test_notebook_above_its_time_fails(tmp_path):
    cells = [new_code_cell(source) for source in ("import time", *3 * ["time.sleep(0.4)"])]
    notebook = new_notebook(cells=cells)
    (tmp_path / "slow.ipynb").write_text(as_text(run(notebook, tmp_path)), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--nbval", "slow.ipynb", "--rootdir", "."]
    command += ["-p", "tools.nbfigures", "-p", "no:cacheprovider", "--chapter-seconds"]
    for limit, code in (("30", 0), ("1", 1)):
        process = subprocess.run([*command, limit], cwd=tmp_path, capture_output=True, check=False)
        assert process.returncode == code, process.stdout.decode()
    assert b"taken longer than 1 seconds" in process.stdout


# The comparison itself, on a figure of the house's size with three curves and a title.


def figure(scale=1.0, title="How fast a memory fades", missing=None, marker=3):
    """(height, width, 3) of a drawing; `missing` leaves out one of its small markers."""
    apply_style()
    x = np.linspace(0, 10, 30)
    drawing = Figure()
    axes = drawing.add_subplot(title=title, xlabel="lag", ylabel="gradient", ylim=(0, 1.05))
    axes.plot(x, scale * np.exp(-x / 3), "-", color="#0072B2", lw=2)
    axes.plot(x, scale * np.sin(x) ** 2, "--", color="#D55E00", lw=2)
    shown = [index for index in range(30) if index != missing]
    axes.plot(x[shown], 0.5 + 0.4 * np.cos(x[shown]), "o", color="#5B5B5B", ms=marker)
    encoded = io.BytesIO()
    FigureCanvasAgg(drawing).print_png(encoded)
    return pixels(base64.b64encode(encoded.getvalue()).decode())


@pytest.fixture(scope="module")
def plain():
    return figure()


def test_same_figure_is_the_same(plain):
    assert difference(plain, figure()).whole == 0


@pytest.mark.parametrize("scale", [1 + 1e-7, 1 + 1e-6, 1 + 1e-5])
def test_small_change_of_the_data_is_not_seen(plain, scale):
    assert not difference(plain, figure(scale=scale)).visible


@pytest.mark.parametrize("scale", [1 + 1e-3, 1.05, 0.95])
def test_larger_change_of_the_data_is_seen(plain, scale):
    assert difference(plain, figure(scale=scale)).visible


@pytest.mark.parametrize(
    "title",
    [
        "How fast a memory fades.",
        "How fast a memcry fades",
        "How fast a memory fadas",
        "How fast a mem0ry fades",
        "How fast a rnemory fades",
    ],
)
def test_changed_letter_is_seen(plain, title):
    assert difference(plain, figure(title=title)).visible


@pytest.mark.parametrize("missing", range(0, 30, 5))
def test_one_missing_marker_is_seen_and_found(plain, missing):
    found = difference(plain, figure(missing=missing))
    assert found.visible
    picture = difference_picture(plain, figure(missing=missing))
    red = (picture[..., 0] - picture[..., 1]) > 40
    x, y = found.corner
    assert red[y : y + BLOCK, x : x + BLOCK].any()


def test_only_the_worst_block_sees_a_pale_dot(plain):
    """Why the mean over the whole picture is not enough."""
    dotted = plain.copy()
    dotted[2:5, 400:403] -= 60
    found = difference(plain, dotted)
    assert found.whole < WHOLE_LIMIT
    assert found.block > BLOCK_LIMIT


def test_transparent_and_white_background_are_the_same():
    encoded = []
    for background in ("white", "none"):
        drawing = Figure(figsize=(2, 1), facecolor=background)
        buffer = io.BytesIO()
        FigureCanvasAgg(drawing).print_png(buffer)
        encoded.append(pixels(base64.b64encode(buffer.getvalue()).decode()))
    assert difference(*encoded).whole == 0


def test_widget_state_is_compared_without_its_names():
    first = {"a": {"value": 3, "layout": "IPY_MODEL_b"}, "b": {"width": "1em"}}
    second = {"q": {"value": 3, "layout": "IPY_MODEL_p"}, "p": {"width": "1em"}}
    assert resolved_model(first, "a") == resolved_model(second, "q")
    second["p"]["width"] = "2em"
    assert resolved_model(first, "a") != resolved_model(second, "q")
