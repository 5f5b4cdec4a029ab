"""Scores by their equations, and a softmax that the padding does not reach."""

import numpy as np
import pytest
import torch

from src.modules.attention import AdditiveScore, MultiplicativeScore, masked_softmax

B, U, T, Q, K, A = 2, 3, 4, 5, 6, 7


def draw(*shape, seed=0):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def test_the_multiplicative_score_is_its_equation():
    score, q, k = MultiplicativeScore(Q, K).double(), draw(B, U, Q), draw(B, T, K, seed=1)
    e = score(q, k)
    assert e.shape == (B, U, T)
    for b, u, t in np.ndindex(B, U, T):
        torch.testing.assert_close(e[b, u, t], q[b, u] @ (score.key.weight @ k[b, t]))


def test_the_additive_score_is_its_equation():
    score, q, k = AdditiveScore(Q, K, A).double(), draw(B, U, Q), draw(B, T, K, seed=1)
    e = score(q, k)
    assert e.shape == (B, U, T)
    for b, u, t in np.ndindex(B, U, T):
        hidden = torch.tanh(score.query.weight @ q[b, u] + score.key.weight @ k[b, t])
        torch.testing.assert_close(e[b, u, t], score.value.weight[0] @ hidden)


def test_padding_gets_nothing_and_changes_nothing():
    scores = draw(B, T)
    mask = torch.tensor([[True, True, False, False], [True, False, True, True]])
    weights = masked_softmax(scores, mask)
    assert (weights[~mask] == 0).all()
    for row in range(B):
        torch.testing.assert_close(weights[row, mask[row]], scores[row, mask[row]].softmax(-1))
    disturbed = scores.masked_fill(~mask, 1e6)
    assert torch.equal(masked_softmax(disturbed, mask), weights)


def test_no_gradient_reaches_the_padding():
    scores = draw(1, T).requires_grad_()
    mask = torch.tensor([True, True, True, False])
    (masked_softmax(scores, mask)[0] @ draw(T, seed=2)).backward()
    assert scores.grad[0, 3] == 0
    assert (scores.grad[0, :3] != 0).all()
    assert torch.isfinite(scores.grad).all()


def test_without_a_mask_all_steps_are_real():
    scores = draw(B, T)
    assert torch.equal(masked_softmax(scores), scores.softmax(-1))


@pytest.mark.parametrize(
    ("mask", "error", "message"),
    [
        (torch.ones(B, T), TypeError, "bool"),
        ([True] * T, TypeError, "list"),
        (torch.ones(T + 1, dtype=torch.bool), ValueError, "broadcasts"),
        (torch.tensor([[True] * T, [False] * T]), ValueError, r"row \(1,\) has none"),
    ],
)
def test_a_bad_mask_is_named(mask, error, message):
    with pytest.raises(error, match=message):
        masked_softmax(draw(B, T), mask)
