"""The committed comparison of LSTM and GRU: complete, fair by its own rules, and repeatable."""

import numpy as np
import pytest
import torch

from experiments import (
    comparison,
    comparison_bias,
    comparison_grid,
    comparison_speed,
    learning_curves,
)
from experiments.shared.comparison_tasks import TASKS, weights
from src.results import load_result

EXPERIMENTS = {
    "comparison": comparison,
    "comparison_bias": comparison_bias,
    "comparison_grid": comparison_grid,
    "comparison_speed": comparison_speed,
    "learning_curves": learning_curves,
}


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_result_holds_every_cell_once(name):
    result, cells = load_result(name), EXPERIMENTS[name].CELLS
    assert result["command"] == f"python -m experiments.{name}"
    assert [run["cell"] for run in result["runs"]] == cells
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert result["quick"]["cell"] == EXPERIMENTS[name].QUICK


@pytest.mark.parametrize(
    "name", ["comparison", "comparison_bias", "comparison_grid", "learning_curves"]
)
def test_a_small_cell_run_again_agrees(name):
    stored, again = load_result(name)["quick"], EXPERIMENTS[name].run(EXPERIMENTS[name].QUICK)
    assert again["weights"] == stored["weights"]
    assert again["validation"] == pytest.approx(stored["validation"], rel=0.1)
    assert again["curve"]["score"][0] == pytest.approx(stored["curve"]["score"][0], rel=0.01)


def test_memory_and_operations_counted_again_are_the_stored_ones():
    stored = load_result("comparison_speed")["quick"]
    again = comparison_speed.run(comparison_speed.QUICK)
    for name in ("LSTM", "GRU", "GRU same units"):
        for what in ("hidden_size", "weights", "bytes", "nodes"):
            assert again[name][what] == stored[name][what], (name, what)
        assert 0 < again[name]["cpu_ms"] <= again[name]["cpu_ms_median"]


@pytest.mark.parametrize("name", TASKS)
def test_both_models_have_the_same_number_of_weights(name):
    task = TASKS[name]
    lstm, gru = (weights(task.model(model, task.sizes[model])) for model in ("LSTM", "GRU"))
    assert abs(gru / lstm - 1) < 0.01


@pytest.mark.parametrize("name", TASKS)
def test_runs_of_one_seed_see_the_same_batches(name):
    def first_inputs(seed):
        batches = TASKS[name].problem(np.random.default_rng([seed, 1])).batches
        return [next(batches)[0].tolist() for _ in range(2)]

    assert first_inputs(0) == first_inputs(0)
    assert first_inputs(0) != first_inputs(1)


def test_each_model_is_trained_at_the_rate_that_the_grid_chose_for_it():
    chosen = comparison_grid.chosen_rates(load_result("comparison_grid")["runs"])
    for (task, model), rate in comparison.LEARNING_RATES.items():
        assert chosen[task, model, TASKS[task].updates] == rate
    for task, updates in comparison_grid.GRU_AT_EQUAL_TIME.items():
        of_the_grid = chosen.get((task, "GRU", updates), comparison.LEARNING_RATES[task, "GRU"])
        assert comparison.AT_EQUAL_TIME[task] == of_the_grid


def test_the_grid_uses_other_seeds():
    for experiment in (comparison, learning_curves):
        tuned = {cell["seed"] for cell in [*comparison_grid.CELLS, *learning_curves.GRID]}
        compared = [cell for cell in experiment.CELLS if cell not in learning_curves.GRID]
        assert not tuned & {cell.get("seed") for cell in compared}


def test_equal_time_is_the_time_that_was_measured():
    ms = {run["cell"]["id"]: run for run in load_result("comparison_speed")["runs"]}
    for task, updates in comparison_grid.GRU_AT_EQUAL_TIME.items():
        measured = ms[f"{task}-float32"]
        ratio = measured["LSTM"]["cpu_ms"] / measured["GRU"]["cpu_ms"]
        assert updates == pytest.approx(TASKS[task].updates * ratio, rel=0.1)


def test_the_learning_curves_take_the_rates_of_their_grids():
    chosen = learning_curves.chosen_rates(load_result("learning_curves")["runs"])
    assert chosen == learning_curves.LEARNING_RATES


def test_each_bias_is_trained_at_the_rate_that_its_grid_chose():
    result = load_result("comparison_bias")["runs"]
    assert comparison_bias.chosen_rates(result) == comparison_bias.LEARNING_RATES


def test_a_run_with_another_bias_differs_from_the_comparison_in_the_bias_alone():
    """Same task, seed, rate and sizes; the forget gates hold on, and nothing else is changed."""
    model = TASKS["adding"].model("LSTM", 37)
    before = {name: value.clone() for name, value in model.named_parameters()}
    comparison_bias.set_bias(model.recurrent, "chrono", np.random.default_rng(0))
    changed = {n for n, v in model.named_parameters() if not torch.equal(v, before[n])}
    assert changed == {"recurrent.bias_ih_l0", "recurrent.bias_hh_l0"}
    total = model.recurrent.bias_ih_l0 + model.recurrent.bias_hh_l0
    kept = torch.sigmoid(total[37:74])  # forget gates, each with a memory of 1 to 200 steps
    assert kept.min() >= 0.5
    assert kept.max() <= 1 - 1 / 200 + 1e-6
    torch.testing.assert_close(total[:37], -total[37:74])  # i
    torch.testing.assert_close(
        total[74:], (before["recurrent.bias_ih_l0"] + before["recurrent.bias_hh_l0"])[74:]
    )


def test_the_gru_holds_on_where_pytorch_keeps():
    gru = TASKS["adding"].model("GRU", 43).recurrent
    comparison_bias.set_bias(gru, "chrono", np.random.default_rng(0))
    with torch.no_grad():
        for weight in (gru.weight_ih_l0, gru.weight_hh_l0):
            weight[43:86] = 0  # z reads nothing, so that the bias alone decides
        start = torch.full((1, 1, 43), 0.5)
        _, end = gru(torch.zeros(1, 50, 2), start)
        factor = torch.sigmoid(gru.bias_ih_l0[43:86]) ** 50
    assert (factor > 0.5).any()
    assert ((end - start).abs()[0, 0] <= 1.5 * (1 - factor) + 1e-6).all()
