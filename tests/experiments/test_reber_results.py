"""The committed results on embedded Reber strings: complete, and repeatable in the small."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from experiments import reber
from src.results import RESULTS, load_result


def test_the_result_holds_every_cell_once():
    assert [run["cell"] for run in load_result("reber")["runs"]] == reber.CELLS


def test_a_small_run_again_agrees():
    stored, again = load_result("reber")["quick"], reber.run(reber.QUICK)
    assert again["weights"] == stored["weights"]
    assert again["curve"]["loss"] == pytest.approx(stored["curve"]["loss"], abs=0.02)


@pytest.mark.parametrize("model", ["GRU-before", "GRU-after"])
def test_the_beginning_of_a_gru_run_again_agrees(model):
    runs = {run["cell"]["id"]: run for run in load_result("reber")["runs"]}
    stored = runs[f"{model.lower()}-1024-0"]
    again = reber.run(stored["cell"] | {"updates": 50})
    assert again["weights"] == stored["weights"]
    assert again["curve"]["loss"] == pytest.approx(stored["curve"]["loss"][:2], abs=0.02)


@pytest.mark.parametrize("model", reber.STORED)
def test_the_weights_of_all_ten_seeds_are_stored(model):
    weights = load_file(RESULTS / f"{reber.STORED[model]}.safetensors")
    assert {name.split("/")[0] for name in weights} == {str(seed) for seed in range(10)}
    assert all(np.isfinite(array).all() for array in weights.values())
