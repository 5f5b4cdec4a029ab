"""Sunspots: nothing of the future in a window, and a linear baseline that finds a linear law."""

import numpy as np
import pytest

from src.evaluation.forecast_baselines import (
    autoregression,
    iterate,
    repeat_last_cycle,
    repeat_last_year,
)
from src.tasks.sunspots import (
    HORIZON,
    SCALE,
    WINDOW,
    Spans,
    Windows,
    load_spans,
    load_sunspots,
    rmse,
    rmse_by_step,
)


def test_the_sets_follow_each_other_in_time():
    train, validation, test = load_sunspots()
    assert [(part.years[0], part.years[-1]) for part in (train, validation, test)] == [
        (1732, 1899),
        (1900, 1939),
        (1940, 2008),
    ]
    years = np.concatenate([train.years, validation.years, test.years])
    assert np.array_equal(np.diff(years), np.ones(len(years) - 1))


def test_a_window_holds_the_years_before_its_target():
    for part in load_sunspots():
        assert part.inputs.shape == (len(part.targets), WINDOW)
        np.testing.assert_array_equal(part.inputs[1:, -1], part.targets[:-1])
        np.testing.assert_array_equal(part.inputs[1:, :-1], part.inputs[:-1, 1:])


def test_the_numbers_are_those_of_the_years():
    _, _, test = load_sunspots()
    assert test.targets[test.years == 1957] * SCALE == pytest.approx(190.2)  # a known maximum


def test_autoregression_finds_a_linear_law():
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(60, WINDOW))
    targets = 0.3 + 1.4 * inputs[:, -1] - 0.7 * inputs[:, -2]
    train = Windows(inputs[:50], targets[:50], np.arange(50))
    test = Windows(inputs[50:], targets[50:], np.arange(10))
    assert rmse(autoregression(train, 2, test.inputs), test) < 1e-10
    assert rmse(autoregression(train, 1, test.inputs), test) > 10


@pytest.mark.parametrize("order", [0, WINDOW + 1])
def test_an_order_outside_the_window_is_told(order):
    train = load_sunspots().train
    with pytest.raises(ValueError, match=rf"order must be in 1..{WINDOW}, got {order}"):
        autoregression(train, order, train.inputs)


def test_rmse_is_in_sunspots():
    windows = Windows(np.zeros((2, WINDOW)), np.array([0.5, 1.0]), np.array([1, 2]))
    assert rmse(np.array([0.5, 0.9]), windows) == pytest.approx(10 / np.sqrt(2))


def test_spans_hold_the_years_after_their_window_and_stay_within_their_set():
    for spans, windows in zip(load_spans(), load_sunspots(), strict=True):
        assert spans.targets.shape == (len(windows.targets) - HORIZON + 1, HORIZON)
        assert spans.years[-1] + HORIZON - 1 == windows.years[-1]
        for step in range(HORIZON):
            n = len(spans.years)
            np.testing.assert_array_equal(spans.targets[:, step], windows.targets[step : step + n])
        np.testing.assert_array_equal(spans.inputs, windows.inputs[: len(spans.inputs)])


def test_the_naive_forecasts_repeat_the_past():
    inputs = np.arange(2 * WINDOW, dtype=float).reshape(2, WINDOW)
    last = inputs[:, -1]
    np.testing.assert_array_equal(repeat_last_year(inputs, 3), np.stack([last] * 3, axis=1))
    expected = np.stack([last - 1, last, last - 1], axis=1)
    np.testing.assert_array_equal(repeat_last_cycle(inputs, 3, 2), expected)


def test_iterating_continues_a_linear_law():
    rng = np.random.default_rng(0)
    wave = np.sin(0.6 * np.arange(200) + rng.uniform(0, 6))  # x_t = 2 cos(0.6) x_{t-1} - x_{t-2}
    windows = np.lib.stride_tricks.sliding_window_view(wave, WINDOW + 5)
    train = Windows(windows[:80, :WINDOW], windows[:80, WINDOW], np.arange(80))
    forecasts = iterate(train, 2, windows[100:, :WINDOW], 5)
    np.testing.assert_allclose(forecasts, windows[100:, WINDOW:], atol=1e-9)


def test_rmse_by_step_is_in_sunspots():
    spans = Spans(np.zeros((2, WINDOW)), np.array([[0.0, 0.5], [0.0, 1.0]]), np.arange(2))
    assert rmse_by_step(np.zeros((2, 2)), spans) == pytest.approx([0, 100 * np.sqrt(0.625)])
