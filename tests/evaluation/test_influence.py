"""The gradient of a prediction with respect to each earlier character."""

import numpy as np
import pytest
import torch

from src.evaluation.influence import influence
from src.models import initialize_parameters
from src.models.character_model import CharacterModel

IDS = torch.from_numpy(np.random.default_rng(1).integers(0, 5, (2, 7)))


def make(layer):
    return initialize_parameters(CharacterModel(layer, 5, 3, 6), np.random.default_rng(0)).double()


@pytest.mark.parametrize("layer", ["RNN", "LSTM", "GRU"])
def test_it_is_what_finite_differences_find(layer):
    model = make(layer)
    found = influence(model, IDS, 6)
    u, step = model.embedding(IDS[:, :-1]).detach(), 1e-6

    def log_p(u):
        with torch.no_grad():
            outputs, _ = model.recurrent(u)
            return model.output(outputs[:, -1]).log_softmax(1).gather(1, IDS[:, -1:])[:, 0]

    for lag in range(6):
        slopes = []
        for d in range(3):
            shift = torch.zeros_like(u)
            shift[:, 5 - lag, d] = step
            slopes.append((log_p(u + shift) - log_p(u - shift)) / (2 * step))
        torch.testing.assert_close(
            torch.stack(slopes).norm(dim=0), found[:, lag], rtol=1e-5, atol=1e-9
        )


def test_the_model_keeps_no_gradient():
    model = make("GRU")
    influence(model, IDS, 3)
    assert all(p.grad is None for p in model.parameters())


@pytest.mark.parametrize("lags", [0, 7])
def test_more_lags_than_characters(lags):
    with pytest.raises(ValueError, match=r"lags must lie in 1\.\.6"):
        influence(make("RNN"), IDS, lags)
