"""The runner of the experiments: nothing is lost, nothing is repeated, cells go side by side."""

import json
import os

import pytest

from experiments import __main__ as experiments
from experiments.shared import runner

CELLS = [{"id": "a", "value": 1}, {"id": "b", "value": 2}]
QUICK = {"id": "quick", "value": 0}


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Start the experiment `toy` in a folder of its own; `--jobs 1` unless told."""
    monkeypatch.setattr(runner, "FINISHED", tmp_path / "finished")
    monkeypatch.setattr(runner, "RESULTS", tmp_path / "results")

    def start(cells, run, *arguments):
        monkeypatch.setattr("sys.argv", ["experiments.toy", *(arguments or ["--jobs", "1"])])
        runner.main("toy", cells, run, QUICK, packages=("numpy", "torch"))
        result = tmp_path / "results" / "toy.json"
        return json.loads(result.read_text()) if result.exists() else None

    return start


def double(cell):
    return {"double": 2 * cell["value"], "process": os.getpid()}


def test_a_finished_run_is_not_repeated(start, tmp_path):
    ran = []

    def run(cell):
        ran.append(cell["id"])
        if cell["id"] == "b" and ran.count("b") == 1:
            raise KeyboardInterrupt
        return {"test": cell["value"]}

    with pytest.raises(KeyboardInterrupt):
        start(CELLS, run)
    assert not (tmp_path / "results").exists()
    start(CELLS, run)
    assert ran == ["quick", "a", "b", "b"]

    start([{"id": "a", "value": 5}, CELLS[1]], run)  # other settings under the same name
    assert ran == ["quick", "a", "b", "b", "a"]


def test_what_stands_in_the_committed_result_is_not_repeated(start, tmp_path):
    first = start(CELLS, double)
    for path in (tmp_path / "finished" / "toy").iterdir():
        path.unlink()
    more = start([*CELLS, {"id": "c", "value": 3}], lambda cell: {"double": 6, "process": 0})
    assert more["runs"][:2] == first["runs"]
    assert [run["process"] for run in more["runs"]][2:] == [0]


def test_another_version_of_a_package_runs_all_again(start, tmp_path, monkeypatch):
    start(CELLS, double)
    for path in (tmp_path / "finished" / "toy").iterdir():
        path.unlink()
    monkeypatch.setattr(runner, "version", lambda package: "0")
    again = start(CELLS, lambda cell: {"double": -1})
    assert [run["double"] for run in again["runs"]] == [-1, -1]


def test_another_version_of_what_no_number_depends_on_runs_nothing(start, tmp_path, monkeypatch):
    first = start(CELLS, double)
    for path in (tmp_path / "finished" / "toy").iterdir():
        path.unlink()
    newer = {"numpy": runner.version("numpy"), "torch": runner.version("torch")}
    monkeypatch.setattr(runner, "version", lambda package: newer[package])  # Django is not asked
    monkeypatch.setattr(runner.platform, "python_version", lambda: "3.99.0")
    again = start(CELLS, lambda cell: {"double": -1})
    assert again["runs"] == first["runs"]
    assert again["versions"]["python"] == "3.99.0"


def test_two_cells_of_one_id_are_refused(start, tmp_path):
    with pytest.raises(ValueError, match="ids must be unique, but these stand twice: quick"):
        start([CELLS[0], {"id": "quick", "value": 7}], double)
    assert not (tmp_path / "results").exists()


def test_cells_run_side_by_side_and_are_gathered_in_their_order(start):
    result = start(CELLS, double, "--jobs", "2")
    assert [run["cell"] for run in result["runs"]] == CELLS
    assert [run["double"] for run in result["runs"]] == [2, 4]
    assert os.getpid() not in {run["process"] for run in result["runs"]}


def test_quick_prints_and_writes_nothing(start, tmp_path, capsys):
    assert start([], double, "--quick") is None
    assert '"double": 0' in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_all_experiments_are_started_and_a_failure_is_told(monkeypatch, capsys):
    started = []

    class Finished:
        returncode = 0

    def note(command, **_):
        started.append(command[1:])
        Finished.returncode = int(command[2] == "experiments.adding")
        return Finished

    monkeypatch.setattr(experiments.subprocess, "run", note)
    assert experiments.main(["--quick"]) == 1
    assert ["-m", "experiments.memory", "--quick"] in started
    assert not [command for command in started if "runner" in command[1]]
    assert "failed: adding" in capsys.readouterr().err
