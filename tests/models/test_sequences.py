"""Length handling: padded sequences read and pooled as if each stood alone."""

import numpy as np
import pytest
import torch
from torch import nn

from src.models.sequences import (
    both_ends,
    last_step,
    lengths_to_mask,
    masked_mean,
    run_recurrent,
)

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


LENGTHS = [2, 6, 1]
MASK = torch.tensor([[1, 1, 0, 0, 0, 0], [1] * 6, [1, 0, 0, 0, 0, 0]], dtype=torch.bool)
POOLINGS = [last_step, both_ends, masked_mean]


def draw_outputs():
    return torch.from_numpy(np.random.default_rng(3).standard_normal((B, T, 2 * H)))


@pytest.mark.parametrize("dtype", [torch.int64, torch.int32, torch.uint8])
def test_lengths_to_mask(dtype):
    assert torch.equal(lengths_to_mask(torch.tensor(LENGTHS, dtype=dtype), B, T), MASK)
    assert torch.equal(lengths_to_mask(np.array(LENGTHS), B, T), MASK)


@pytest.mark.parametrize(
    ("pool", "of_one"),
    [
        (last_step, lambda h: h[-1]),
        (both_ends, lambda h: torch.cat([h[-1, :H], h[0, H:]])),
        (masked_mean, lambda h: h.mean(0)),
    ],
)
def test_pooling_is_that_of_each_sequence_alone(pool, of_one):
    outputs = draw_outputs()
    expected = torch.stack([of_one(row[:n]) for row, n in zip(outputs, LENGTHS, strict=True)])
    torch.testing.assert_close(pool(outputs, MASK), expected, rtol=0, atol=1e-14)
    whole = torch.stack([of_one(row) for row in outputs])
    torch.testing.assert_close(pool(outputs), whole, rtol=0, atol=1e-14)
    torch.testing.assert_close(pool(outputs, torch.ones_like(MASK)), whole, rtol=0, atol=1e-14)


@pytest.mark.parametrize("pool", POOLINGS)
def test_padding_gets_no_gradient(pool):
    outputs = draw_outputs().requires_grad_()
    pool(outputs, MASK).square().sum().backward()
    assert (outputs.grad[~MASK] == 0).all()
    assert (outputs.grad[MASK] != 0).any()


BAD_MASKS = {
    "not bool": (MASK.long(), TypeError, "mask must be a tensor of bool.* got torch.int64"),
    "lengths": (LENGTHS, TypeError, "mask must be a tensor of bool.* got list"),
    "shape": (MASK[:, 1:], ValueError, r"mask must have shape \(B, T\) = \(3, 6\), got \(3, 5\)"),
    "empty row": (MASK & (torch.arange(B) < 2)[:, None], ValueError, "but row 2 is not"),
    "padding first": (MASK.flip(1), ValueError, "from the first step .* row 0 is not"),
    "a hole": (MASK & (torch.arange(T) != 3), ValueError, "but row 1 is not"),
}


@pytest.mark.parametrize("case", BAD_MASKS)
@pytest.mark.parametrize("pool", POOLINGS)
def test_bad_mask(pool, case):
    mask, error, message = BAD_MASKS[case]
    with pytest.raises(error, match=message):
        pool(draw_outputs(), mask)


def test_bad_lengths_of_a_mask():
    with pytest.raises(ValueError, match=r"lengths must lie in 1..T = 6, got 0 for sequence 1"):
        lengths_to_mask([2, 0, 1], B, T)
