"""The benchmark measures what it says: all contenders compute the same gradients."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
TINY = (3, 2, 4, 5)


@pytest.fixture
def speed(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)  # benchmarks are run from the top, and not installed
    from benchmarks import speed

    return speed


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["LSTM", "RNN", "GRU"])
def test_all_contenders_compute_the_same(speed, kind, dtype):
    contenders = speed.prepare(kind, TINY, dtype)
    expected = contenders.pop("torch.nn")()
    assert expected.shape == (2, 3, 4)
    contenders.pop("products alone", None)
    assert len(contenders) >= 2
    for name, run in contenders.items():
        assert run().dtype == dtype
        tolerance = 1e-5 if dtype == "float32" else 1e-12
        np.testing.assert_allclose(run(), expected, rtol=0, atol=tolerance, err_msg=name)


def test_a_table_of_tiny_cases(speed, capsys):
    found = speed.measure_all(shapes=[TINY], rounds=2, seconds=0)
    assert len(found["cases"]) == 6
    assert json.loads(json.dumps(found))["cases"][0]["shape"] == list(TINY)
    for case in found["cases"]:
        assert case["rounds"] == 2
        assert case["ratio"]["torch.nn"] == 1
        assert min(case["best_ms"].values()) > 0
    table = capsys.readouterr().err
    assert table.count("target") == 4
    assert "products alone" in table


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_counted_in_megabytes(speed):
    """Only the order of magnitude: this process may have held more before than it does now."""
    assert abs(speed.peak_memory("LSTM", "src.equations.fast", TINY, "float64")) < 4000


def test_verdict_is_plain(speed):
    case = {"layer": "LSTM", "shape": (50, 32, 64, 128), "dtype": "float32"}

    def verdict(ratio, products):
        return speed.verdict(
            {**case, "ratio": {"src.equations.fast": ratio, "products alone": products}}
        )

    assert verdict(1.3, 1.0) == "  target 1.3: met"
    assert verdict(1.31, 1.3) == "  target 1.3: missed"
    assert verdict(1.5, 1.31) == "  target 1.3: out of reach"
    assert speed.verdict({**case, "layer": "RNN"}) == ""
    assert speed.target("GRU", (100, 64, 128, 256), "float32") == 1.0
    assert speed.target("GRU", (500, 16, 32, 64), "float64") == 0.8
    assert speed.target("LSTM", (500, 16, 32, 64), "float32") == 2.0


def test_the_stored_result_is_complete(speed):
    result = json.loads(speed.RESULT.read_text())
    for run in result["runs"]:
        measured = {(case["layer"], case["dtype"], *case["shape"]) for case in run["cases"]}
        wanted = {
            (kind, dtype, *shape)
            for kind in speed.CONTENDERS
            for dtype in speed.DTYPES
            for shape in speed.SHAPES
        }
        assert measured == wanted
    assert {"cpu", "numpy", "torch", "torch_capability"} <= result["machine"].keys()
