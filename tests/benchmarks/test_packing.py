"""The benchmark of packing times the same sequences three times, and its result is there."""

import json
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def packing(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)  # benchmarks are run from the top, and not installed
    from benchmarks import packing

    return packing


def test_all_ways_read_the_same_steps(packing):
    for data in ("words", "vowels"):
        steps = packing.lengths_of(data, 2).sum()
        assert {run() for run in packing.prepare("GRU", data, 2).values()} == {steps}


def test_a_small_case(packing):
    case = packing.measure("GRU", "vowels", 2, rounds=2)
    assert case["ratio"]["padded"] == 1
    assert case["batches"] == [2, 32]
    assert 0 < case["padding"] < 1
    assert min(case["best_ms"].values()) > 0


def test_the_stored_result(packing):
    stored = json.loads(packing.RESULT.read_text())
    assert stored["command"] == "python -m benchmarks.packing"
    assert len(stored["cases"]) == 4
    for case in stored["cases"]:
        lengths = packing.lengths_of(case["data"], case["batches"][0])
        share = 1 - lengths.sum() / (lengths.max(1) * lengths.shape[1]).sum()
        assert case["padding"] == pytest.approx(np.round(share, 3))
