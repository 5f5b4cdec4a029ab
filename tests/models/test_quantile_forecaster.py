"""Forecasters of quantiles: shapes, and that they are the equations they claim to be."""

import numpy as np
import pytest
import torch

from src.equations import GRU
from src.models import initialize_parameters
from src.models.quantile_forecaster import GRUForecaster, LinearForecaster


def test_a_gru_forecaster_is_a_linear_map_of_the_last_state():
    model = initialize_parameters(GRUForecaster(5, 4, 3), np.random.default_rng(0)).double()
    x = np.random.default_rng(1).normal(size=(2, 7))
    _, h = GRU.from_torch(model.gru).forward(x[..., None])[:2]
    flat = h @ model.output.weight.detach().numpy().T + model.output.bias.detach().numpy()
    quantiles = model(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(quantiles, flat.reshape(2, 4, 3), atol=1e-12)


def test_a_linear_forecaster_is_linear_in_every_value():
    model = LinearForecaster(7, 4, 3)
    x, y = torch.randn(2, 2, 7)
    with torch.no_grad():
        zero = model(torch.zeros(2, 7))
        torch.testing.assert_close(model(x + y) - zero, model(x) + model(y) - 2 * zero)
    assert model(x).shape == (2, 4, 3)


@pytest.mark.parametrize("model", [GRUForecaster, LinearForecaster])
def test_sizes_are_checked(model):
    with pytest.raises(ValueError, match="horizon"):
        model(4, 0)
