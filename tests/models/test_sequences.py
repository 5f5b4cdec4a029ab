"""run_recurrent: padded sequences read as if each stood alone."""

import numpy as np
import pytest
import torch
from torch import nn

from src.models.sequences import run_recurrent

B, T, D, H = 3, 6, 4, 5


@pytest.mark.parametrize("module_class", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("lengths", [[2, 5, 3], [4, 4, 4], [6, 6, 6]])
def test_equal_to_each_sequence_alone(module_class, lengths):
    module = module_class(D, H, num_layers=2, batch_first=True, bidirectional=True).double()
    rng = np.random.default_rng(0)
    x = torch.from_numpy(rng.standard_normal((B, T, D)))
    states = tuple(torch.from_numpy(rng.standard_normal((4, B, H))) for _ in range(2))
    state = states if module_class is nn.LSTM else states[0]

    def of_one(state, b):
        if isinstance(state, tuple):
            return tuple(part[:, b : b + 1].contiguous() for part in state)
        return state[:, b : b + 1].contiguous()

    outputs, final = run_recurrent(module, x, torch.tensor(lengths), state)
    assert outputs.shape == (B, T, 2 * H)
    for b, n in enumerate(lengths):
        expected, expected_final = module(x[b : b + 1, :n], of_one(state, b))
        torch.testing.assert_close(outputs[b : b + 1, :n], expected, rtol=0, atol=1e-10)
        torch.testing.assert_close(of_one(final, b), expected_final, rtol=0, atol=1e-10)
        assert (outputs[b, n:] == 0).all()


def test_without_lengths_it_is_the_module():
    module = nn.GRU(D, H, batch_first=True)
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((B, T, D))).float()
    torch.testing.assert_close(run_recurrent(module, x), module(x), rtol=0, atol=0)


@pytest.mark.parametrize("lengths", [[0, 1, 2], [7, 1, 2], [1, 2]])
def test_bad_lengths(lengths):
    with pytest.raises(ValueError, match="lengths must"):
        run_recurrent(nn.GRU(D, H, batch_first=True), torch.zeros(B, T, D), lengths)
