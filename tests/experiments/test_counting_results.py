"""The committed counting experiment: complete, tuned as it says, asking what it says."""

import numpy as np
import pytest
import torch

from experiments import counting
from experiments.shared.comparison_tasks import StepReader, weights
from src.results import load_result


def test_the_result_holds_every_cell_once():
    result = load_result("counting")
    assert [run["cell"] for run in result["runs"]] == counting.CELLS
    assert result["quick"]["cell"] == counting.QUICK


def test_a_small_cell_run_again_agrees():
    stored, again = load_result("counting")["quick"], counting.run(counting.QUICK)
    assert again["weights"] == stored["weights"]
    assert again["loss"] == pytest.approx(stored["loss"], rel=0.1)


def test_the_rates_are_those_that_the_grid_chose_on_other_seeds():
    assert counting.chosen_rates(load_result("counting")["runs"]) == counting.LEARNING_RATES
    assert not set(counting.GRID_SEEDS) & set(counting.SEEDS)


def test_the_three_have_about_the_same_number_of_weights():
    counts = [
        weights(StepReader(layer, 2, 2, counting.SIZES[name]))
        for name, layer in counting.LAYERS.items()
    ]
    assert max(counts) / min(counts) < 1.025


def test_what_follows_each_b():
    inputs, follows = counting.strings(np.array([1, 3]))
    assert inputs.argmax(dim=2).tolist() == [[0, 1, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1]]
    assert follows.tolist() == [[-100, 1] + 4 * [-100], 3 * [-100] + [0, 0, 1]]


class CountsTo(torch.nn.Module):
    """Counts rightly up to a limit: it reads a's up, b's down, and forgets what is above."""

    def __init__(self, limit):
        super().__init__()
        self.limit = limit

    def forward(self, inputs):
        seen = inputs[..., 0].cumsum(1).clamp(max=self.limit) - inputs[..., 1].cumsum(1)
        end = (seen == 0).float()
        return torch.stack([1 - end, end], dim=2)


@pytest.mark.parametrize("limit", [0, 1, 40, 300, 1000])
def test_the_reach_is_how_far_a_network_counts(limit):
    assert counting.reach(CountsTo(limit)) == min(limit, counting.ASKED)
