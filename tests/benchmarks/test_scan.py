"""The benchmark of the scan times one computation in three ways, and its result is there."""

import json
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def scan(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)  # benchmarks are run from the top, and not installed
    from benchmarks import scan

    return scan


def test_the_three_ways_give_one_gradient(scan):
    ways = scan.prepare(3, 8, 20)
    expected = ways["scan"]()
    for name in ("steps", "loop"):
        np.testing.assert_allclose(ways[name](), expected, rtol=0, atol=1e-4)
    assert np.abs(ways["LSTM"]() - expected).max() > 1e-2


def test_the_stored_result_has_every_case(scan):
    stored = json.loads(scan.RESULT.read_text(encoding="utf-8"))
    assert stored["command"] == "python -m benchmarks.scan"
    found = [(case["size"], case["T"]) for case in stored["cases"]]
    assert found == [(size, T) for size in scan.SIZES for T in scan.LENGTHS]
    for case in stored["cases"]:
        assert set(case["best_ms"]) == {"steps", "loop", "scan", "LSTM"}
        assert min(case["best_ms"].values()) > 0
