"""Yearly sunspot numbers, 1700 to 2008: from 32 years, forecast the next one, or the next eleven.

The data are a file of the pinned package statsmodels, read without importing it (public domain;
from the National Geophysical Data Center). Decisions:

* The split is by time: train on the forecasts of 1732 to 1899, validate on 1900 to 1939, test on
  1940 to 2008. No forecast of one set is trained on a year of a later one.
* Numbers are divided by 100. No constant is estimated from the data, so nothing can leak.
* A forecast is of one year, or of the `HORIZON` years of a span, from the true 32 years before it.
* Of spans, those that would reach across a boundary between two sets are left out.
"""

from importlib import metadata
from typing import NamedTuple

import numpy as np

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
    years, series = _read()
    series = series / SCALE
    inputs = np.lib.stride_tricks.sliding_window_view(series, WINDOW)[:-1]
    whole = Windows(inputs.copy(), series[WINDOW:], years[WINDOW:])
    after = np.searchsorted(whole.years, [FIRST_VALIDATION, FIRST_TEST])
    parts = (np.split(array, after) for array in whole)
    return SunspotData(*map(Windows, *parts))


def _read() -> tuple[np.ndarray, np.ndarray]:
    """The years, as ints, and the number of sunspots of each."""
    for file in metadata.files("statsmodels"):
        if file.name == "sunspots.csv":
            lines = file.read_text().splitlines()[1:]  # below "YEAR","SUNACTIVITY"
            years, series = np.array([line.split(",") for line in lines], dtype=float).T
            return years.astype(int), series
    raise FileNotFoundError("the installed package statsmodels carries no file sunspots.csv")


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


def rmse(forecasts: np.ndarray, windows: Windows) -> float:
    """Return the root of the mean squared error, in sunspots."""
    return float(SCALE * np.sqrt(np.mean((forecasts - windows.targets) ** 2)))


def rmse_by_step(forecasts: np.ndarray, spans: Spans) -> np.ndarray:
    """Return the error of each year ahead, (HORIZON,), in sunspots."""
    return SCALE * np.sqrt(np.mean((forecasts - spans.targets) ** 2, axis=0))
