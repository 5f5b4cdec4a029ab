"""Four real series and twenty related ones, each with the days on which they are forecast.

All are files of pinned packages, read without importing those. Decisions:

* An *origin* is the place of the first value to forecast; everything before it may be read.
* The last `origins` × `spacing` values are the test: an origin every `spacing` values, and a
  forecast of `horizon` ≤ `spacing` values from each, so that no value is forecast twice.
* The `validation` values before those choose and calibrate. What is left is for training.
* Missing values are carried forward: to interpolate would be to read the future.
* Page views are counted in natural logarithms: a holiday has a hundred times the views of a day.

From statsmodels, in the public domain: sunspots (National Geophysical Data Center), CO2 on Mauna
Loa (Keeling and Whorf), the sea's temperature in El Niño's region 1+2 (NOAA). From AutoTS, traffic
on Interstate 94 (Minnesota Department of Transportation, through UCI, CC BY 4.0) and page views of
English Wikipedia (Wikimedia Foundation, CC0).
"""

import csv
import io
import zipfile
from collections.abc import Iterable
from importlib import metadata
from typing import NamedTuple

import numpy as np


class Series(NamedTuple):
    """A series and how it is forecast."""

    name: str
    values: np.ndarray  # (T,)
    period: int  # values in a season
    window: int  # values that a model may look back
    horizon: int  # values that a forecast has
    origins: int  # of the test
    spacing: int  # values from one origin of the test to the next
    validation: int  # values before the test that choose and calibrate

    @property
    def first_test(self) -> int:
        """Place of the first value of the test."""
        return len(self.values) - self.origins * self.spacing

    @property
    def first_validation(self) -> int:
        """Place of the first value of validation, and the number of values of training."""
        return self.first_test - self.validation

    @property
    def train_origins(self) -> np.ndarray:
        """Every origin with a full past and a forecast that ends before validation."""
        first = self.window + self.period
        return np.arange(first, self.first_validation - self.horizon + 1)

    @property
    def validation_origins(self) -> np.ndarray:
        """Every origin of validation whose forecast ends before the test."""
        return np.arange(self.first_validation, self.first_test - self.horizon + 1)

    @property
    def test_origins(self) -> np.ndarray:
        """One origin every `spacing` values."""
        return self.first_test + self.spacing * np.arange(self.origins)


def targets(values: np.ndarray, origins: np.ndarray, horizon: int) -> np.ndarray:
    """The values to forecast, (N, horizon), from each of N origins."""
    return values[origins[:, None] + np.arange(horizon)]


def pasts(values: np.ndarray, origins: np.ndarray, window: int) -> np.ndarray:
    """The `window` values before each of N origins, (N, window).

    Raises:
        ValueError: an origin with fewer values before it.
    """
    if len(origins) and np.min(origins) < window:
        raise ValueError(f"origins need {window} values before them, got one at {np.min(origins)}")
    return values[origins[:, None] - window + np.arange(window)]


def load_series(name: str) -> Series:
    """Read one of the four: "sunspots", "El Niño", "CO2" or "traffic".

    Raises:
        ValueError: another name.
    """
    if name == "sunspots":
        rows = _rows("statsmodels", "sunspots.csv")
        return Series(name, _floats(row["SUNACTIVITY"] for row in rows), 11, 33, 11, 10, 11, 44)
    if name == "El Niño":
        rows = _rows("statsmodels", "elnino.csv")  # a year each: its number, twelve months
        months = [month for row in rows for month in list(row.values())[1:]]
        return Series(name, _floats(months), 12, 48, 12, 20, 12, 120)
    if name == "CO2":
        rows = _rows("statsmodels", "co2.csv")
        return Series(name, _floats(row["co2"] for row in rows), 52, 104, 26, 20, 29, 260)
    if name == "traffic":
        rows = _rows("autots", "traffic_hourly.zip")
        return Series(name, _floats(r["traffic_volume"] for r in rows), 168, 192, 24, 60, 31, 672)
    raise ValueError(f'name must be "sunspots", "El Niño", "CO2" or "traffic", got {name!r}')


def load_pages() -> list[Series]:
    """Read the daily views of 20 pages of English Wikipedia, 2017 to 2024, in logarithms."""
    rows = _rows("autots", "holidays.zip")
    names = [name for name in rows[0] if name.startswith("wiki_") and name != "wiki_all"]
    return [
        Series(
            name.removeprefix("wiki_").replace("_", " "),
            np.log(_floats(row[name] for row in rows)),
            *(7, 28, 7, 30, 13, 182),
        )
        for name in names
    ]


def _rows(package: str, file_name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of an installed package, packed or not."""
    for file in metadata.files(package) or []:
        if file.name == file_name:
            content = file.read_binary()
            if file_name.endswith(".zip"):
                packed = zipfile.ZipFile(io.BytesIO(content))
                content = packed.read(packed.namelist()[0])
            return list(csv.DictReader(io.StringIO(content.decode())))
    raise FileNotFoundError(f"the installed package {package} carries no file {file_name}")


def _floats(texts: Iterable[str]) -> np.ndarray:
    """Numbers of texts; where one is empty, the number before it."""
    values = np.array([float(text) if text else np.nan for text in texts])
    known = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(len(values))))
    return values[known]
