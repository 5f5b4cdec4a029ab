"""Training on the quantile loss: scaling that can be undone, no look ahead, quantiles that fit."""

import numpy as np
import pytest
import torch

from src.evaluation.forecasts import pinball
from src.models import initialize_parameters
from src.models.quantile_forecaster import GRUForecaster, LinearForecaster
from src.training.quantiles import (
    examples,
    fit_quantiles,
    forecast_quantiles,
    join,
    quantile_loss,
)


@pytest.fixture
def values():
    return np.random.default_rng(0).normal(size=80).cumsum() + 50


@pytest.mark.parametrize("lag", [0, 6])
@pytest.mark.parametrize("scaled_by", [None, (40.0, 3.0)])
def test_scaled_targets_come_back_as_values(values, lag, scaled_by):
    origins = np.array([20, 33, 70])
    cut = examples(values, origins, 8, 4, lag, scaled_by)
    back = cut.unscale(cut.targets[..., None])[..., 0]
    np.testing.assert_allclose(back, values[origins[:, None] + np.arange(4)])


@pytest.mark.parametrize("lag", [0, 6])
def test_what_is_read_does_not_change_with_the_future(values, lag):
    changed = values.copy()
    changed[33:] += 1000
    one, other = (examples(v, np.array([33]), 8, 4, lag) for v in (values, changed))
    np.testing.assert_array_equal(one.inputs, other.inputs)
    np.testing.assert_array_equal(one.base, other.base)
    np.testing.assert_array_equal(one.scale, other.scale)
    assert not np.allclose(one.targets, other.targets)


def test_every_window_has_mean_0_and_deviation_1_of_its_own(values):
    cut = examples(values, np.array([20, 40, 60]), 8, 4)
    np.testing.assert_allclose(cut.inputs.mean(1), 0, atol=1e-12)
    np.testing.assert_allclose(cut.inputs.std(1), 1)


def test_a_constant_window_is_left_as_it_is():
    cut = examples(np.full(40, 7.0), np.array([20]), 8, 4)
    assert np.isfinite(cut.inputs).all()
    assert cut.unscale(np.zeros((1, 4, 1))).ravel().tolist() == [7, 7, 7, 7]


def test_the_loss_is_that_of_the_evaluation():
    rng = np.random.default_rng(1)
    y, quantiles = rng.normal(size=(5, 4)), rng.normal(size=(5, 4, 3))
    mine = quantile_loss(torch.from_numpy(quantiles), torch.from_numpy(y)).item()
    assert mine == pytest.approx(pinball(y, quantiles, (0.1, 0.5, 0.9)).mean())


def test_the_trained_quantiles_hold_the_shares_they_are_named_after():
    """Noise that nothing can forecast: the quantiles of the noise are the best answer."""
    noise = np.random.default_rng(2).exponential(size=4000)
    origins = np.arange(20, 3990)
    cut = examples(noise, origins, 4, 1, scaled_by=(0.0, 1.0))
    model = initialize_parameters(LinearForecaster(4, 1), np.random.default_rng(3))
    fit_quantiles(model, cut, cut, updates=400, batch_size=128, rng=np.random.default_rng(4))
    below = (noise[origins][:, None] < forecast_quantiles(model, cut)[:, 0]).mean(0)
    assert below == pytest.approx([0.1, 0.5, 0.9], abs=0.03)


def test_a_gru_learns_a_wave_and_its_quantiles_rise():
    torch.set_num_threads(1)
    wave = np.sin(2 * np.pi * np.arange(200) / 9)
    train, test = (examples(wave, np.arange(a, b), 18, 4) for a, b in [(20, 120), (130, 190)])
    model = initialize_parameters(GRUForecaster(8, 4), np.random.default_rng(5))
    before = np.abs(
        forecast_quantiles(model, test)[..., 1] - test.unscale(test.targets[..., None])[..., 0]
    )
    fit_quantiles(model, train, test, updates=150, batch_size=32, rng=np.random.default_rng(6))
    quantiles = forecast_quantiles(model, test)
    after = np.abs(quantiles[..., 1] - test.unscale(test.targets[..., None])[..., 0])
    assert after.mean() < 0.3 * before.mean()
    assert (np.diff(quantiles, axis=-1) >= 0).all()


def test_joined_series_keep_their_own_scales(values):
    parts = [examples(v, np.array([20, 40]), 8, 4) for v in (values, 1000 * values)]
    both = join(parts)
    assert both.inputs.shape == (4, 8)
    np.testing.assert_allclose(both.inputs[:2], both.inputs[2:])
    np.testing.assert_allclose(1000 * both.scale[:2], both.scale[2:])


def test_a_lag_below_the_horizon_is_refused(values):
    with pytest.raises(ValueError, match="lag must be 0 or at least the horizon 4, got 3"):
        examples(values, np.array([30]), 8, 4, lag=3)
