"""Yearly sunspot numbers, 1700 to 2008: from 32 years, forecast the next one, or the next eleven.

The data come with the pinned package statsmodels (`statsmodels.datasets.sunspots`, public domain;
from the National Geophysical Data Center). Decisions:

* The split is by time: train on the forecasts of 1732 to 1899, validate on 1900 to 1939, test on
  1940 to 2008. No forecast of one set is trained on a year of a later one.
* Numbers are divided by 100. No constant is estimated from the data, so nothing can leak.
* A forecast is of one year, or of the `HORIZON` years of a span, from the true 32 years before it.
* Of spans, those that would reach across a boundary between two sets are left out.
"""

from typing import NamedTuple

import numpy as np
from statsmodels.datasets import sunspots

WINDOW = 32
HORIZON = 11  # about one cycle
SCALE = 100.0
FIRST_VALIDATION, FIRST_TEST = 1900, 1940


class Windows(NamedTuple):
    """N windows of a series, and what comes after each."""

    inputs: np.ndarray  # (N, WINDOW)
    targets: np.ndarray  # (N,)
    years: np.ndarray  # (N,) int, of the targets


class SunspotData(NamedTuple):
    """The three sets, in units of 100 sunspots."""

    train: Windows
    validation: Windows
    test: Windows


def load_sunspots() -> SunspotData:
    """Cut the series into windows, and those into three sets by the year of the target."""
    table = sunspots.load_pandas().data
    series, years = table["SUNACTIVITY"].to_numpy() / SCALE, table["YEAR"].to_numpy(dtype=int)
    inputs = np.lib.stride_tricks.sliding_window_view(series, WINDOW)[:-1]
    whole = Windows(inputs.copy(), series[WINDOW:], years[WINDOW:])
    after = np.searchsorted(whole.years, [FIRST_VALIDATION, FIRST_TEST])
    parts = (np.split(array, after) for array in whole)
    return SunspotData(*map(Windows, *parts))


class Spans(NamedTuple):
    """N windows of a series, and the years that come after each."""

    inputs: np.ndarray  # (N, WINDOW)
    targets: np.ndarray  # (N, HORIZON)
    years: np.ndarray  # (N,) int, of the first targets


class SpanData(NamedTuple):
    """The three sets, in units of 100 sunspots."""

    train: Spans
    validation: Spans
    test: Spans


def load_spans() -> SpanData:
    """Cut windows with the `HORIZON` years after each; a set's targets all lie in its own years."""

    def spans(windows: Windows) -> Spans:
        last = len(windows.targets) - HORIZON + 1
        targets = np.lib.stride_tricks.sliding_window_view(windows.targets, HORIZON)
        return Spans(windows.inputs[:last], targets.copy(), windows.years[:last])

    return SpanData(*map(spans, load_sunspots()))


def repeat_last_year(inputs: np.ndarray, steps: int) -> np.ndarray:
    """Forecast that nothing changes (naive): (N, WINDOW) -> (N, steps)."""
    return np.repeat(inputs[:, -1:], steps, axis=1)


def repeat_last_cycle(inputs: np.ndarray, steps: int, period: int) -> np.ndarray:
    """Forecast each year by the one a period before it (seasonal naive): (N, steps)."""
    return inputs[:, -period + np.arange(steps) % period]


def iterate(train: Windows, order: int, inputs: np.ndarray, steps: int) -> np.ndarray:
    """Forecast step by step with `autoregression`, each forecast read by the next one.

    Args:
        train: windows to fit on.
        order: number of years that it looks back.
        inputs: (N, WINDOW), windows to forecast from.
        steps: how many years.

    Returns:
        (N, steps) forecasts.

    Raises:
        ValueError: an order below 1 or above WINDOW.
    """
    forecasts = []
    for _ in range(steps):
        forecasts.append(autoregression(train, order, inputs))
        inputs = np.column_stack([inputs[:, 1:], forecasts[-1]])
    return np.stack(forecasts, axis=1)


def autoregression(train: Windows, order: int, inputs: np.ndarray) -> np.ndarray:
    """Forecast by a linear function of the last `order` years, fitted by least squares.

    Args:
        train: windows to fit on.
        order: number of years that it looks back.
        inputs: (N, WINDOW), windows to forecast from.

    Returns:
        (N,) forecasts.

    Raises:
        ValueError: an order below 1 or above WINDOW.
    """
    if not 1 <= order <= WINDOW:
        raise ValueError(f"order must be in 1..{WINDOW}, got {order}")

    def features(windows):
        return np.column_stack([windows[:, -order:], np.ones(len(windows))])

    weights = np.linalg.lstsq(features(train.inputs), train.targets, rcond=None)[0]
    return features(inputs) @ weights


def rmse(forecasts: np.ndarray, windows: Windows) -> float:
    """Return the root of the mean squared error, in sunspots."""
    return float(SCALE * np.sqrt(np.mean((forecasts - windows.targets) ** 2)))


def rmse_by_step(forecasts: np.ndarray, spans: Spans) -> np.ndarray:
    """Return the error of each year ahead, (HORIZON,), in sunspots."""
    return SCALE * np.sqrt(np.mean((forecasts - spans.targets) ** 2, axis=0))
