"""The committed results of the experiments on memory: complete, and repeatable in the small."""

import numpy as np
import pytest

from experiments import adding, memory
from src.training.results import load_result

EXPERIMENTS = {"adding": adding, "memory": memory}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_result_holds_every_cell_once(name):
    result, cells = load_result(name), EXPERIMENTS[name].CELLS
    assert result["command"] == f"python -m experiments.{name}"
    assert [run["cell"] for run in result["runs"]] == cells
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert len({cell["seed"] for cell in cells}) >= 5


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_no_run_failed(name):
    assert not [run["cell"]["id"] for run in load_result(name)["runs"] if "failed" in run]


def test_a_small_adding_run_again_agrees():
    stored, again = load_result("adding")["quick"], adding.run(adding.QUICK)
    assert again["solved_at"] == stored["solved_at"]
    assert again["curve"]["error"] == pytest.approx(stored["curve"]["error"], abs=2e-3)


def test_the_gradients_measured_again_are_the_stored_ones():
    result = load_result("memory")
    stored = [result["quick"], *(r for r in result["runs"] if r["cell"]["seed"] == 3)]
    for run in stored:
        again = memory.run(run["cell"])
        assert again["lags"] == run["lags"]
        np.testing.assert_allclose(again["norms"], run["norms"], rtol=1e-2)
