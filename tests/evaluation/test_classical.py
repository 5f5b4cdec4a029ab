"""The opponents that need no network, against statsmodels and against series they must solve."""

import numpy as np
import pytest
from statsmodels.tsa.ar_model import AutoReg, ar_select_order
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from src.evaluation.classical import TRENDS, Autoregression, Smoothing, naive, seasonal_naive


@pytest.fixture(scope="module")
def wave():
    """A noisy season of 6 on a slope."""
    t = np.arange(120)
    return 0.1 * t + 3 * np.sin(2 * np.pi * t / 6) + np.random.default_rng(0).normal(size=120)


def test_naive_and_seasonal_naive_repeat():
    values = np.arange(10.0)
    assert naive(values, np.array([4, 7]), 3).tolist() == [[3, 3, 3], [6, 6, 6]]
    assert seasonal_naive(values, np.array([4, 7]), 5, 3).tolist() == [
        [1, 2, 3, 1, 2],
        [4, 5, 6, 4, 5],
    ]


def test_the_order_is_that_of_statsmodels_and_so_are_the_forecasts(wave):
    train = wave[:100]
    mine = Autoregression.fit(train, 12)
    selected = ar_select_order(train, 12, ic="aic").ar_lags
    assert mine.order == max(selected)
    fitted = AutoReg(train, mine.order, hold_back=12).fit()
    np.testing.assert_allclose(mine.bias, fitted.params[0], rtol=1e-6)
    np.testing.assert_allclose(mine.weights, fitted.params[1:], rtol=1e-6)
    ahead = fitted.predict(100, 104)
    np.testing.assert_allclose(mine.forecast(train, np.array([100]), 5)[0], ahead, rtol=1e-6)


def test_an_autoregression_finds_the_order_that_made_the_series():
    rng, values = np.random.default_rng(1), [0.0, 0.0]
    for _ in range(3000):
        values.append(2 + 1.2 * values[-1] - 0.6 * values[-2] + rng.normal())
    found = Autoregression.fit(np.array(values), 8)
    assert 2 <= found.order <= 4
    assert found.weights[:2] == pytest.approx([1.2, -0.6], abs=0.08)


@pytest.mark.parametrize("trend", TRENDS)
@pytest.mark.parametrize("season", [False, True])
def test_smoothing_forecasts_as_statsmodels_does(wave, trend, season):
    mine = Smoothing.fit(wave[:100], 6, trend, season)
    theirs = ExponentialSmoothing(
        wave[:100],
        trend=None if trend == "none" else "add",
        damped_trend=trend == "damped",
        seasonal="add" if season else None,
        seasonal_periods=6 if season else None,
        initialization_method="heuristic",
    ).fit()
    ahead = mine.forecast(wave[:100], np.array([100]), 6)[0]
    np.testing.assert_allclose(ahead[:5], theirs.forecast(5), atol=1e-8)
    # For the sixth step, a whole season ahead, its forecast takes the season's value before last.
    damped = sum(mine.phi**h for h in range(1, 7))
    states = theirs.level[-1], theirs.trend[-1], theirs.season[-1]
    level, slope, place = (np.nan_to_num(state) for state in states)
    np.testing.assert_allclose(ahead[5], level + damped * slope + place, atol=1e-8)


@pytest.mark.parametrize("model", ["autoregression", "smoothing"])
def test_a_forecast_reads_nothing_after_its_origin(wave, model):
    if model == "autoregression":
        fitted = Autoregression.fit(wave[:80], 12)
    else:
        fitted = Smoothing.fit(wave[:80], 6, "plain", True)
    changed = wave.copy()
    changed[95:] += 100
    origins = np.array([90, 95, 100])
    before, after = (fitted.forecast(values, origins, 4) for values in (wave, changed))
    np.testing.assert_array_equal(before[:2], after[:2])
    assert not np.allclose(before[2], after[2])


def test_the_order_of_origins_is_kept(wave):
    fitted = Smoothing.fit(wave[:80], 6, "plain", True)
    forwards = fitted.forecast(wave, np.array([90, 100]), 4)
    backwards = fitted.forecast(wave, np.array([100, 90]), 4)
    np.testing.assert_array_equal(forwards, backwards[::-1])


def test_bad_input_is_named(wave):
    with pytest.raises(ValueError, match="max_order 60 needs 123 values or more"):
        Autoregression.fit(wave, 60)
    with pytest.raises(ValueError, match="trend must be one of none, plain, damped, got 'add'"):
        Smoothing.fit(wave, 6, "add", True)
