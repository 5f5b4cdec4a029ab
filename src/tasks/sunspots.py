"""Yearly sunspot numbers, 1700 to 2008: from 32 years, forecast the next one.

The data come with the pinned package statsmodels (`statsmodels.datasets.sunspots`, public domain;
from the National Geophysical Data Center). Decisions:

* The split is by time: train on the forecasts of 1732 to 1899, validate on 1900 to 1939, test on
  1940 to 2008. No forecast of one set is trained on a year of a later one.
* Numbers are divided by 100. No constant is estimated from the data, so nothing can leak.
* Every forecast is of one year, from the true 32 years before it.
"""

from typing import NamedTuple

import numpy as np
from statsmodels.datasets import sunspots

WINDOW = 32
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
