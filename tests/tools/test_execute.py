"""`make execute`: the same file from every run, and never a broken one."""

import os
import signal
import subprocess
import sys
import time

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import execute
from tools.normalise import WIDGET_STATE, WIDGET_VIEW, as_text, normalise, read, write_atomically


def notebook_file(path, *sources):
    path.write_text(as_text(new_notebook(cells=[new_code_cell(source) for source in sources])))
    return path


def only_file(path):
    """No temporary file is left beside it."""
    return [other.name for other in path.parent.iterdir()] == [path.name]


def test_two_runs_give_one_text(tmp_path, capsys):
    file = notebook_file(
        tmp_path / "a.ipynb",
        "print('σ', end=' ', flush=True); print('⊙')",
        "from ipywidgets import HBox, IntSlider; HBox([IntSlider(1), IntSlider(2)])",
        "  \n",
    )
    file.chmod(0o644)
    assert not execute.is_normalised(file)
    assert execute.main([str(file)]) == 0
    first = file.read_text(encoding="utf-8")
    assert execute.main([str(file)]) == 0
    assert file.read_text(encoding="utf-8") == first
    assert execute.is_normalised(file)
    assert execute.main(["--check", str(file)]) == 0
    assert only_file(file)
    assert file.stat().st_mode & 0o777 == 0o644
    assert first.endswith("}\n")
    assert "σ ⊙" in first
    notebook = read(file)
    assert [cell.execution_count for cell in notebook.cells] == [1, 2]
    assert [cell.metadata for cell in notebook.cells] == [{}, {}]
    view = notebook.cells[1].outputs[0].data[WIDGET_VIEW].model_id
    assert notebook.metadata.widgets[WIDGET_STATE].state[view].model_name == "HBoxModel"
    assert "a.ipynb" in capsys.readouterr().out


def test_failing_cell_is_shown_and_others_go_on(tmp_path, capsys):
    bad = notebook_file(tmp_path / "bad.ipynb", "x = 1", "x / 0  # the culprit")
    good = notebook_file(tmp_path / "good.ipynb", "print(2)")
    before = bad.read_bytes()
    assert execute.main([str(bad), str(good)]) == 1
    assert bad.read_bytes() == before
    assert read(good).cells[0].outputs[0].text == "2\n"
    message = capsys.readouterr().err
    assert "x / 0  # the culprit" in message
    assert "ZeroDivisionError" in message
    assert str(bad) in message


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_run_leaves_the_file(tmp_path, sent):
    started = tmp_path / "started"
    folder = tmp_path / "book"
    folder.mkdir()
    file = notebook_file(
        folder / "a.ipynb",
        f"import pathlib; pathlib.Path({str(started)!r}).touch()",
        "import time; time.sleep(60)",
    )
    before = file.read_bytes()
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.execute", str(file)], stdout=-3, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 60
    while not started.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(process.pid, sent)
    errors = process.communicate(timeout=60)[1].decode()
    assert process.returncode != 0
    if sent == signal.SIGINT:
        assert process.returncode == 130
        assert "left as it was" in errors
    assert file.read_bytes() == before
    assert only_file(file)


def test_notebook_runs_in_its_folder(tmp_path):
    (tmp_path / "beside.txt").write_text("here")
    file = notebook_file(tmp_path / "a.ipynb", "print(open('beside.txt').read())")
    assert execute.main([str(file)]) == 0
    assert read(file).cells[0].outputs[0].text == "here\n"


def test_slow_chapter_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(execute, "CHAPTER_SECONDS", 0)
    assert execute.main([str(notebook_file(tmp_path / "a.ipynb", "1"))]) == 0
    assert "above the 0 s of a chapter" in capsys.readouterr().out


def test_writing_that_fails_leaves_the_file(tmp_path, monkeypatch):
    file = tmp_path / "a.ipynb"
    file.write_text("old")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_atomically(file, "new")
    assert file.read_text() == "old"
    assert only_file(file)


# Normalisation, without a kernel.


def with_widgets(names, state_order):
    """A notebook that shows a slider with a layout; one more model is in no output."""
    slider, layout, hidden = names
    state = {
        slider: {"model_name": "Slider", "state": {"layout": f"IPY_MODEL_{layout}", "value": 1}},
        layout: {"model_name": "Layout", "state": {}},
        hidden: {"model_name": "Link", "state": {"source": f"IPY_MODEL_{slider}"}},
    }
    output = new_output("display_data", data={WIDGET_VIEW: {"model_id": slider}})
    notebook = new_notebook(cells=[new_code_cell("s", outputs=[output], execution_count=1)])
    state = {names[index]: state[names[index]] for index in state_order}
    notebook.metadata["widgets"] = {WIDGET_STATE: {"version_major": 2, "state": state}}
    return notebook


def test_widget_names_are_made_the_same():
    first = normalise(with_widgets(("a1", "b2", "c3"), (0, 1, 2)))
    second = normalise(with_widgets(("z9", "y8", "x7"), (2, 1, 0)))
    assert as_text(first) == as_text(second)
    state = first.metadata.widgets[WIDGET_STATE].state
    view = first.cells[0].outputs[0].data[WIDGET_VIEW].model_id
    layout = state[view].state.layout.removeprefix("IPY_MODEL_")
    assert state[layout].model_name == "Layout"
    assert {model.model_name for model in state.values()} == {"Slider", "Layout", "Link"}
    assert as_text(normalise(first)) == as_text(first)


def test_traces_of_machine_and_editor_go():
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# Title", metadata={"editable": True}),
            new_code_cell(
                "f()",
                metadata={
                    "execution": {"iopub.status.busy": "2026-01-01T00:00:00Z"},
                    "mystnb": {"image": {"alt": "A curve."}},
                    "scrolled": False,
                },
            ),
            new_code_cell(" "),
        ],
        metadata={"language_info": {"name": "python", "version": "3.11.9"}, "toc": {}},
    )
    clean = normalise(notebook)
    assert "2026" not in as_text(clean)
    assert "3.11.9" not in as_text(clean)
    assert [cell.metadata for cell in clean.cells] == [
        {},
        {"mystnb": {"image": {"alt": "A curve."}}},
    ]
    assert set(clean.metadata) == {"kernelspec", "language_info"}
    assert len(notebook.cells) == 3  # the argument is left alone


def test_new_cell_leaves_the_names_of_others():
    before = normalise(new_notebook(cells=[new_code_cell("a"), new_code_cell("b")]))
    after = normalise(new_notebook(cells=[new_code_cell(s) for s in ("a", "new", "b", "a")]))
    names = [cell.id for cell in after.cells]
    assert [names[0], names[2]] == [cell.id for cell in before.cells]
    assert len(set(names)) == 4


def test_pieces_of_a_stream_are_joined():
    def stream(text, name="stdout"):
        return new_output("stream", name=name, text=text)

    pieces = [stream("a"), stream("b"), stream("c", "stderr"), stream("d")]
    cell = normalise(new_notebook(cells=[new_code_cell("p", outputs=pieces)])).cells[0]
    assert [(output.name, output.text) for output in cell.outputs] == [
        ("stdout", "ab"),
        ("stderr", "c"),
        ("stdout", "d"),
    ]
