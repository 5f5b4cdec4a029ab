"""The committed forecasts of real series: complete, repeatable, and as the chapter says."""

import numpy as np
import pytest

from experiments import forecast_series
from experiments.forecast_series import CELLS, CHOSEN, PERIODS, QUICK, opponents
from src.evaluation.metrics import mean_interval
from src.results import load_result
from src.tasks.series import load_series

LEVEL = 1 - 0.05 / 7  # seven comparisons


@pytest.fixture(scope="module")
def result():
    return load_result("forecast_series")


def runs_of(result, series, model, **wanted):
    wanted = {"series": series, "model": model} | wanted
    found = [run for run in result["runs"] if wanted.items() <= run["cell"].items()]
    return sorted(found, key=lambda run: run["cell"]["seed"])


def by_origin(result, series, model, **wanted):
    """MASE for each origin, averaged over seeds and pages."""
    lag = CHOSEN[series, model]
    found = np.array([run["mase"] for run in runs_of(result, series, model, lag=lag, **wanted)])
    assert len(found) == 5
    return found.mean(axis=tuple(range(found.ndim - 1)))


def autoregression(result, series):
    (run,) = runs_of(result, series, "opponents")
    found = np.array(run["autoregression"]["mase"])
    return found.mean(axis=0) if found.ndim == 2 else found


def test_the_result_holds_every_cell_once(result):
    assert result["command"] == "python -m experiments.forecast_series"
    assert [run["cell"] for run in result["runs"]] == CELLS
    assert result["quick"]["cell"] == QUICK


def test_a_small_run_again_agrees(result):
    again = forecast_series.run(QUICK)
    for name in ("mase", "pinball", "coverage"):
        stored = np.mean(result["quick"][name])
        assert np.mean(again[name]) == pytest.approx(stored, rel=0.02)


@pytest.mark.parametrize("name", ["sunspots", "CO2"])
def test_the_opponents_again_agree(result, name):
    (stored,) = runs_of(result, name, "opponents")
    for which, found in opponents(load_series(name)).items():
        assert found["kind"] == stored[which]["kind"]
        np.testing.assert_allclose(found["mase"], stored[which]["mase"], rtol=0.02, atol=0.02)


def test_two_seeds_chose_on_validation_what_the_script_says(result):
    for (series, model), lag in CHOSEN.items():
        kinds = [{"fitted": "global"}, {"fitted": "local"}] if series == "pages" else [{}]
        for kind in kinds:
            scores = {
                one: np.mean(
                    [
                        run["validation"]["mase"]
                        for run in runs_of(result, series, model, lag=one, **kind)
                        if run["cell"]["seed"] < 2
                    ]
                )
                for one in (0, PERIODS.get(series, 7))
            }
            assert min(scores, key=scores.get) == lag


@pytest.mark.parametrize("series", PERIODS)
def test_on_no_single_series_is_the_gru_better_than_the_autoregression(result, series):
    difference = by_origin(result, series, "gru") - autoregression(result, series)
    _, low, high = mean_interval(difference, LEVEL)
    assert low < 0 < high


def test_one_gru_for_all_pages_is_better_than_its_three_rivals(result):
    one = by_origin(result, "pages", "gru", fitted="global")
    rivals = [
        autoregression(result, "pages"),
        by_origin(result, "pages", "gru", fitted="local"),
        by_origin(result, "pages", "linear", fitted="global"),
    ]
    for rival in rivals:
        assert mean_interval(one - rival, LEVEL).high < 0


@pytest.mark.parametrize("series", ["sunspots", "El Niño"])
def test_shuffled_windows_flatter_the_same_forecasts(result, series):
    error = {
        how: np.mean([run["mase"] for run in runs_of(result, series, "gru", windows=how)], axis=1)
        for how in ("shuffled", "by time")
    }
    assert mean_interval(error["by time"] - error["shuffled"]).low > 0


def test_the_scale_of_the_future_halves_an_error_that_windows_of_their_own_do_not_have(result):
    error = {
        what: np.array(
            [np.mean(run["mase"]) for run in runs_of(result, "CO2", "gru", scaled_by=what)]
        )
        for what in ("all", "train")
    }
    assert (error["all"] < 0.75 * error["train"]).all()
    assert (by_origin(result, "CO2", "gru").mean() < 0.3 * error["all"]).all()
