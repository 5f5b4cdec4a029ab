"""What a letter does to the answer: each measure against the model itself."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import log_softmax

from src.evaluation.attribution import (
    erasure_effect,
    gradient_effect,
    rank_correlations,
    removal_effect,
)
from src.models import AttentionLSTM, PooledClassifier, initialize_parameters

B, T = 3, 5


@pytest.fixture
def model():
    lstm = nn.LSTM(4, 6, batch_first=True, bidirectional=True)
    model = PooledClassifier(nn.Embedding(9, 4), lstm, AttentionLSTM(12), 3).double().eval()
    return initialize_parameters(model, np.random.default_rng(0))


@pytest.fixture
def tokens():
    return torch.from_numpy(np.random.default_rng(1).integers(1, 9, size=(B, T)))


def test_removal_is_the_shorter_word(model, tokens):
    effects = removal_effect(model, tokens)
    with torch.no_grad():
        for b, t in np.ndindex(B, T):
            before = log_softmax(model(tokens[b : b + 1]), 1)[0]
            shorter = torch.cat([tokens[b, :t], tokens[b, t + 1 :]])
            after = log_softmax(model(shorter[None]), 1)[0]
            k = before.argmax()
            torch.testing.assert_close(effects[b, t], before[k] - after[k])


def test_erasure_renormalises_the_other_weights(model, tokens):
    effects = erasure_effect(model, tokens)
    with torch.no_grad():
        outputs, _ = model.recurrent(model.read(tokens))
        _, weights = model.pool(outputs, return_weights=True)
        before = log_softmax(model(tokens), 1)
        for b, t in np.ndindex(B, T):
            others = weights[b].clone()
            others[t] = 0
            after = log_softmax(model.output(others / others.sum() @ outputs[b]), 0)
            k = before[b].argmax()
            torch.testing.assert_close(effects[b, t], before[b, k] - after[k])


def test_gradient_is_the_slope_of_the_answer(model, tokens):
    norms = gradient_effect(model, tokens)
    assert norms.shape == (B, T)
    tokens = torch.arange(1, T + 1)[None]  # five different letters: a letter has a row of its own
    k = model(tokens).argmax()
    model.zero_grad()
    log_softmax(model(tokens), 1)[0, k].backward()
    torch.testing.assert_close(
        gradient_effect(model, tokens)[0], model.read.weight.grad[1 : T + 1].norm(dim=1)
    )


def test_rank_correlations():
    first = np.array([[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4], [1, 1, 1, 1]])
    second = np.array([[1, 10, 11, 99], [4, 3, 2, 1], [2, 1, 4, 3], [1, 2, 3, 4]])
    found = rank_correlations(first, second)
    np.testing.assert_allclose(found[:3], [1, -1, 0.6])
    assert np.isnan(found[3])
