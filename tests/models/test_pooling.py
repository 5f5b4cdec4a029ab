"""AttentionLSTM by its equations, and the classifier that any pooling fits into."""

import numpy as np
import pytest
import torch
from torch import nn

from src.models import AttentionLSTM, PooledClassifier, initialize_parameters
from src.models.sequences import both_ends, lengths_to_mask

B, T, H = 3, 6, 4
LENGTHS = [2, 6, 1]
MASK = lengths_to_mask(LENGTHS, B, T)


def make(dtype=torch.float64):
    return initialize_parameters(AttentionLSTM(H).to(dtype), np.random.default_rng(0))


def draw_outputs(seed=1):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((B, T, H)))


def test_the_equations():
    attention, outputs = make(), draw_outputs()
    w, b = attention.attention.weight[0], attention.attention.bias[0]
    context, weights = attention(outputs, MASK, return_weights=True)
    for row, n in enumerate(LENGTHS):
        h = outputs[row, :n]
        alpha = torch.exp(h @ w + b) / torch.exp(h @ w + b).sum()
        torch.testing.assert_close(weights[row, :n], alpha, rtol=0, atol=1e-14)
        torch.testing.assert_close(
            context[row], sum(a * step for a, step in zip(alpha, h, strict=True))
        )
    assert (weights[~MASK] == 0).all()
    assert torch.equal(context, attention(outputs, MASK))


def test_without_a_mask_all_steps_are_real():
    attention, outputs = make(), draw_outputs()
    everything = torch.ones(B, T, dtype=torch.bool)
    torch.testing.assert_close(attention(outputs), attention(outputs, everything))


def test_gradients():
    """Finite differences, and none for the padding and the bias."""
    attention, outputs = make(), draw_outputs().requires_grad_()
    assert torch.autograd.gradcheck(lambda h: attention(h, MASK), outputs)
    attention(outputs, MASK).square().sum().backward()
    assert (outputs.grad[~MASK] == 0).all()
    assert attention.attention.bias.grad.abs() < 1e-14
    assert attention.attention.weight.grad.abs().min() > 1e-6


def test_equal_scores_give_the_mean():
    attention, outputs = make(), draw_outputs()
    nn.init.zeros_(attention.attention.weight)
    torch.testing.assert_close(attention(outputs), outputs.mean(1))


def test_large_scores_do_not_overflow():
    attention, outputs = make(torch.float32), 1e4 * draw_outputs().float()
    assert torch.isfinite(attention(outputs, MASK)).all()


outputs = torch.zeros(B, T, H, dtype=torch.float64)
BAD_CALLS = {
    "no tensor": ([[0.0]], None, TypeError, "lstm_outputs must be a torch.Tensor, got list"),
    "dtype": (outputs.float(), None, TypeError, "lstm_outputs must have the module's dtype"),
    "rank": (outputs[0], None, ValueError, r"lstm_outputs must have shape .* got \(6, 4\)"),
    "size": (outputs[..., 1:], None, ValueError, r"lstm_outputs must have shape .* got"),
    "empty": (outputs[:0], None, ValueError, r"B, T ≥ 1, got \(0, 6, 4\)"),
    "masked row": (outputs, MASK & (torch.arange(B) != 1)[:, None], ValueError, r"row \(1,\) has"),
    "mask shape": (outputs, MASK[:, 1:], ValueError, r"mask must have a shape"),
    "mask of ints": (outputs, MASK.long(), TypeError, "mask must be a tensor of bool"),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_call(case):
    given, mask, error, message = BAD_CALLS[case]
    with pytest.raises(error, match=message):
        make()(given, mask)


@pytest.mark.parametrize(("size", "error"), [(0, ValueError), (2.0, TypeError)])
def test_bad_hidden_size(size, error):
    with pytest.raises(error, match="hidden_size must be"):
        AttentionLSTM(size)


def test_the_pooled_classifier_is_its_parts():
    model = PooledClassifier(
        nn.Identity(), nn.GRU(5, H, batch_first=True, bidirectional=True), both_ends, 3
    )
    x = torch.from_numpy(np.random.default_rng(2).standard_normal((B, T, 5))).float()
    _, h_n = model.recurrent(x)
    expected = model.output(torch.cat([h_n[0], h_n[1]], 1))
    torch.testing.assert_close(model(x), expected, rtol=0, atol=1e-6)
    with pytest.raises(ValueError, match=r"lengths must lie in 1..T = 6, got 7"):
        model(x, [7, 1, 1])
