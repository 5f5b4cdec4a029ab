"""How much does a letter matter to a classifier's answer? Three measures, each (B, T).

For B words of the same length and the class k that the model answers, each measure says of every
letter how much log p_k depends on it. The model is a `PooledClassifier` of tokens, in evaluation
mode.
"""

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor
from torch.nn.functional import log_softmax

from src.models.pooling import PooledClassifier


@torch.no_grad()
def removal_effect(model: PooledClassifier, tokens: Tensor) -> Tensor:
    """Cut the letter out of the word: by how much does log p_k fall? T ≥ 2."""
    B, T = tokens.shape
    before, answers = log_softmax(model(tokens), 1).max(1)
    shorter = torch.stack(
        [torch.cat([tokens[:, :t], tokens[:, t + 1 :]], 1) for t in range(T)], 1
    )  # (B, T, T-1)
    after = log_softmax(model(shorter.flatten(0, 1)), 1).unflatten(0, (B, T))
    return before[:, None] - after.gather(2, answers[:, None, None].expand(B, T, 1)).squeeze(2)


@torch.no_grad()
def erasure_effect(model: PooledClassifier, tokens: Tensor) -> Tensor:
    """Hide the step from the pooling alone: by how much does log p_k fall? T ≥ 2.

    The recurrent layer has read the letter all the same; the other steps' weights grow so that
    their sum is 1 again.
    """
    B, T = tokens.shape
    before, answers = log_softmax(model(tokens), 1).max(1)
    outputs, _ = model.recurrent(model.read(tokens))
    effects = []
    for t in range(T):
        mask = torch.ones(B, T, dtype=torch.bool)
        mask[:, t] = False
        after = log_softmax(model.output(model.pool(outputs, mask)), 1)
        effects.append(before - after.gather(1, answers[:, None]).squeeze(1))
    return torch.stack(effects, 1)


def gradient_effect(model: PooledClassifier, tokens: Tensor) -> Tensor:
    """The norm of the gradient of log p_k with respect to the letter's embedding."""
    embedded = model.read(tokens).detach().requires_grad_()
    outputs, _ = model.recurrent(embedded)
    largest = log_softmax(model.output(model.pool(outputs, None)), 1).max(1).values
    (gradient,) = torch.autograd.grad(largest.sum(), embedded)
    return gradient.norm(dim=2)


def rank_correlations(first: Tensor, second: Tensor) -> np.ndarray:
    """Spearman's correlation, row by row: (B, T) and (B, T) → (B,), NaN where a row is constant."""
    a, b = (rankdata(np.asarray(rows), axis=1) for rows in (first, second))
    a, b = (rows - rows.mean(1, keepdims=True) for rows in (a, b))
    with np.errstate(invalid="ignore"):
        return (a * b).sum(1) / np.sqrt((a**2).sum(1) * (b**2).sum(1))
