"""The committed results of the experiments on memory: complete, and repeatable in the small."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from experiments import adding, memory
from src.equations import LSTM
from src.results import RESULTS, load_result
from src.tasks.adding import adding_modern

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
    untrained = [r for r in load_result("memory")["runs"] if "length" not in r["cell"]]
    for run in untrained:
        # That of radius 1.5 explodes, and so does the difference between two processors.
        if run["cell"]["seed"] == 3 and run["cell"]["model"] != "RNN radius 1.5":
            again = memory.run(run["cell"])
            assert again["lags"] == run["lags"]
            np.testing.assert_allclose(again["norms"], run["norms"], rtol=1e-2)


def test_a_small_run_trained_and_measured_again_agrees():
    stored, again = load_result("memory")["quick"], memory.run(memory.QUICK)
    assert again["solved_at"] == stored["solved_at"]
    assert again["error"] == pytest.approx(stored["error"], abs=2e-3)
    np.testing.assert_allclose(again["norms"][:20], stored["norms"][:20], rtol=0.1)
    for when in ("before", "after"):
        assert again[when]["gates"]["by_unit"] == pytest.approx(
            stored[when]["gates"]["by_unit"], abs=0.01
        )
        for name, sizes in stored[when]["paths"].items():
            np.testing.assert_allclose(again[when]["paths"][name], sizes, rtol=0.1, atol=1e-12)


def test_the_direct_path_is_the_whole_jacobian_of_one_step_and_no_more():
    """∂C_t/∂C_(t−1) = diag(f_t) at a fixed h_(t−1); over two steps and more, there are detours."""
    for run in load_result("memory")["runs"]:
        if run["cell"]["model"].startswith("LSTM") and "length" in run["cell"]:
            for when in ("before", "after"):
                paths = run[when]["paths"]
                assert paths["difference"][0] < 1e-12 * paths["whole"][0]
                assert paths["difference"][1] > 0.01 * paths["whole"][1]


def test_the_stored_weights_are_those_of_the_stored_run():
    """They carry the sum in one unit, on sequences that they were not trained on."""
    weights = load_file(RESULTS / "memory.safetensors")
    layer = memory.in_dtype(LSTM(weights), np.float64)
    x, sums, _ = adding_modern(np.random.default_rng(77), 64, memory.LENGTH)
    kept, _ = memory.gates_that_keep(layer, x)
    keeper = np.log(kept).mean(axis=(0, 1)).argmax()
    _, (_, cells), _ = layer.forward(x)
    assert abs(np.corrcoef(cells[:, keeper], sums)[0, 1]) > 0.95
    (stored,) = [r for r in load_result("memory")["runs"] if r["cell"] == memory.STORED]
    by_unit = stored["after"]["gates"]["by_unit"]
    assert np.sort(np.exp(np.log(kept).mean(axis=(0, 1)))) == pytest.approx(by_unit, abs=0.05)
