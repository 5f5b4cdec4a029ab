"""The committed forecasts: complete, repeatable, and what the chapter claims of them."""

from collections import Counter

import numpy as np
import pytest

from experiments import forecast
from src.evaluation.forecast_baselines import iterate, repeat_last_cycle, repeat_last_year
from src.evaluation.metrics import mean_interval
from src.models import Seq2SeqLSTM
from src.results import load_result, load_weights
from src.tasks.sunspots import HORIZON, load_spans, load_sunspots, rmse_by_step
from src.training.forecasting import errors, over_all_steps


@pytest.fixture(scope="module")
def result():
    return load_result("forecast")


def scores(result, reads, measured):
    """Errors over all eleven years of the test, in the order of the seeds."""
    runs = [run for run in result["runs"] if run["cell"]["reads"] == reads]
    return np.array([over_all_steps(run["test"][measured]) for run in runs])


def test_the_result_holds_every_cell_of_the_script(result):
    assert result["command"] == "python -m experiments.forecast"
    assert [run["cell"] for run in result["runs"]] == forecast.CELLS
    assert result["quick"]["cell"] == forecast.QUICK
    assert max(Counter(run["cell"]["id"] for run in result["runs"]).values()) == 1


def test_a_small_cell_run_again_agrees(result):
    stored, again = result["quick"], forecast.run(forecast.QUICK)
    assert again["weights"] == stored["weights"]
    for measured in ("free", "teacher"):
        mine, theirs = (over_all_steps(run["test"][measured]) for run in (again, stored))
        assert mine == pytest.approx(theirs, rel=0.02)


def test_the_committed_weights_score_what_the_result_says(result):
    model = load_weights(Seq2SeqLSTM(1, forecast.HIDDEN_SIZE, 1), forecast.KEPT)
    (run,) = (run for run in result["runs"] if run["cell"] == forecast.cell_to_keep())
    for measured, by_step in errors(model, load_spans().test).items():
        assert by_step == pytest.approx(run["test"][measured], abs=0.02)


def test_all_trainings_have_equal_parameters(result):
    assert len({run["weights"] for run in result["runs"]}) == 1


def test_the_score_with_the_true_values_flatters(result):
    """Where it was trained on them."""
    for reads in ("teacher forcing", "scheduled sampling"):
        free, forced = (scores(result, reads, m) for m in ("free", "teacher"))
        assert (free > 1.5 * forced).all()


def test_neither_other_training_forecasts_better_than_teacher_forcing(result):
    base = scores(result, "teacher forcing", "free")
    assert mean_interval(scores(result, "free running", "free") - base).low > 0
    sampled = mean_interval(scores(result, "scheduled sampling", "free") - base)
    assert sampled.low < 0 < sampled.high


def test_the_linear_model_and_the_last_cycle_are_not_beaten(result):
    data, windows = load_spans(), load_sunspots()

    def error(order, spans):
        forecasts = iterate(windows.train, order, spans.inputs, HORIZON)
        return over_all_steps(rmse_by_step(forecasts, spans))

    order = min(range(1, 33), key=lambda order: error(order, data.validation))
    last_cycle = repeat_last_cycle(data.test.inputs, HORIZON, 11)
    _, low, high = mean_interval(scores(result, "teacher forcing", "free"))
    assert low < error(order, data.test) < high
    assert low < over_all_steps(rmse_by_step(last_cycle, data.test)) < high
    nothing_changes = repeat_last_year(data.test.inputs, HORIZON)
    assert high < over_all_steps(rmse_by_step(nothing_changes, data.test))
