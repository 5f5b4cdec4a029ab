"""The committed result of `experiments.saturation`: complete, repeatable, as the chapter says."""

import numpy as np
import pytest

from experiments import saturation
from src.equations import RNN
from src.results import load_result


def test_the_result_holds_every_cell_once():
    result = load_result("saturation")
    assert result["command"] == "python -m experiments.saturation"
    assert [run["cell"] for run in result["runs"]] == saturation.CELLS


def test_a_small_run_again_agrees():
    stored, again = load_result("saturation")["quick"], saturation.run(saturation.QUICK)
    for name in ("spectral_radius", "median_slope", "factor_with_slopes", "factor_without_slopes"):
        assert again[name] == pytest.approx(stored[name], rel=1e-2)


def test_untrained_networks_measured_again_are_the_stored_ones():
    for run in load_result("saturation")["runs"]:
        if run["cell"]["updates"] == 0 and run["cell"]["seed"] == 3:
            assert saturation.run(run["cell"]) == pytest.approx(
                {name: value for name, value in run.items() if name not in ("cell", "cpu_seconds")},
                rel=1e-3,
            )


def test_training_turns_the_cause_around_in_every_network():
    """Before it the slopes hardly matter; after it the matrix alone would explode."""
    for run in load_result("saturation")["runs"]:
        if run["cell"]["updates"] == 0:
            assert run["factor_with_slopes"] > 0.95 * run["factor_without_slopes"]
            assert run["median_slope"] > 0.95
        if run["cell"]["updates"] >= 800:
            assert run["factor_without_slopes"] > 3
            assert run["factor_with_slopes"] < 0.95
            assert run["median_slope"] < 0.03


def test_the_factor_is_that_of_the_product_of_jacobians():
    rng = np.random.default_rng(0)
    layer = RNN.initialize(2, 5, rng=rng)
    x = rng.standard_normal((1, 7, 2))
    outputs, _, _ = layer.forward(x)
    W_h = layer.parameters["weight_hh"]
    product = np.eye(5)
    for h in outputs[0]:
        product = np.diag(1 - h**2) @ W_h @ product
    size = np.linalg.norm(product) / np.sqrt(5)
    slopes = saturation.slopes_of(layer, x)
    np.testing.assert_allclose(slopes[:, 0], 1 - outputs[0] ** 2, rtol=1e-9)
    assert saturation.factor_per_step(slopes[:, 0], W_h) == pytest.approx(size ** (1 / 7))


def test_slopes_keep_their_digits_where_the_state_rounds_to_one():
    layer = RNN(
        {"weight_ih": np.array([[30.0]]), "weight_hh": np.zeros((1, 1)), "bias": np.zeros(1)}
    )
    (slope,) = saturation.slopes_of(layer, np.ones((1, 1, 1))).ravel()
    assert slope == pytest.approx(4 * np.exp(-60), rel=1e-9)
