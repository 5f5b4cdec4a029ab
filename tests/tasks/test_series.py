"""The real series: what is read, and that no model is shown what it is to forecast."""

import numpy as np
import pytest

from src.tasks.series import load_pages, load_series, pasts, targets

NAMES = ["sunspots", "El Niño", "CO2", "traffic"]


@pytest.mark.parametrize(
    ("name", "size", "first", "last"),
    [
        ("sunspots", 309, 5.0, 2.9),
        ("El Niño", 61 * 12, 23.11, 22.07),
        ("CO2", 2284, 316.1, 371.5),
        ("traffic", 2 * 365 * 24, 1195.0, 954.0),
    ],
)
def test_the_file_is_read_from_its_first_to_its_last_value(name, size, first, last):
    values = load_series(name).values
    assert values.shape == (size,)
    assert (values[0], values[-1]) == (first, last)
    assert np.isfinite(values).all()


def test_a_missing_week_repeats_the_week_before():
    values = load_series("CO2").values
    assert values[5:14].tolist() == [316.9, 316.9, 317.5, *[317.9] * 6]


def test_there_are_twenty_pages_in_logarithms():
    pages = load_pages()
    assert len(pages) == len({page.name for page in pages}) == 20
    assert {len(page.values) for page in pages} == {2869}
    queen = next(page for page in pages if page.name == "Elizabeth II")
    assert np.exp(queen.values.max()) == pytest.approx(10_312_180)  # on the day of her death
    assert all((page.values > 0).all() and (page.values < 20).all() for page in pages)


@pytest.mark.parametrize(
    "series", [*map(load_series, NAMES), load_pages()[0]], ids=lambda s: s.name
)
def test_training_validation_and_test_share_no_target(series):
    parts = [series.train_origins, series.validation_origins, series.test_origins]
    used = [set((part[:, None] + np.arange(series.horizon)).ravel().tolist()) for part in parts]
    assert not used[0] & used[1]
    assert not used[1] & used[2]
    assert max(used[0]) < series.first_validation <= min(used[1])
    assert max(used[1]) < series.first_test <= min(used[2])
    assert max(used[2]) < len(series.values)


@pytest.mark.parametrize(
    "series", [*map(load_series, NAMES), load_pages()[0]], ids=lambda s: s.name
)
def test_the_test_has_ten_origins_or_more_and_forecasts_no_value_twice(series):
    assert len(series.test_origins) >= 10
    assert np.diff(series.test_origins).min() >= series.horizon
    assert series.horizon <= series.period  # a season ago is always known


def test_windows_end_where_the_forecast_begins():
    values = np.arange(20.0)
    origins = np.array([5, 9])
    assert pasts(values, origins, 3).tolist() == [[2, 3, 4], [6, 7, 8]]
    assert targets(values, origins, 2).tolist() == [[5, 6], [9, 10]]


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"name must be .* got 'sunspot'"):
        load_series("sunspot")
    with pytest.raises(ValueError, match="origins need 3 values before them, got one at 2"):
        pasts(np.arange(9.0), np.array([2, 5]), 3)
