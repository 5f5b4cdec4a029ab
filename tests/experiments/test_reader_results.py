"""The readers' committed weights score what their results say, and a short run repeats."""

import numpy as np
import pytest
import torch

from experiments import reader
from src.results import load_result, load_weights
from src.tasks.stress import load_stress


@pytest.mark.parametrize("number", range(len(reader.CELLS)))
def test_the_committed_weights_score_what_the_result_says(number):
    run, cell = load_result("reader")["runs"][number], reader.CELLS[number]
    test = load_stress().test
    model = load_weights(reader.Reader(cell["kind"]), reader.NAMES[cell["kind"]])
    assert run["cell"] == cell
    assert reader.accuracy(model, test) == pytest.approx(run["test_accuracy"], abs=1e-3)
    assert run["majority_accuracy"] == np.mean(test.labels == 0)


def test_a_short_run_again_agrees():
    torch.set_num_threads(1)
    stored, again = load_result("reader")["quick"], reader.run(reader.QUICK)
    assert again["test_accuracy"] == pytest.approx(stored["test_accuracy"], abs=0.02)
