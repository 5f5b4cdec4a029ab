"""Recurrent weights and biases that decide how long a memory lasts."""

import numpy as np
import pytest

from src.equations import sigmoid
from src.equations.initialization import (
    chrono_bias,
    orthogonal,
    spectral_radius,
    with_spectral_radius,
)


@pytest.mark.parametrize("size", [1, 2, 64])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-13), (np.float32, 1e-5)])
def test_an_orthogonal_matrix_keeps_every_length(size, dtype, tolerance):
    q = orthogonal(size, rng=np.random.default_rng(size), dtype=dtype)
    assert q.dtype == dtype
    np.testing.assert_allclose(q.T @ q, np.eye(size), rtol=0, atol=tolerance)
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(q)), 1, rtol=0, atol=tolerance)


def test_every_orthogonal_matrix_is_as_likely_as_its_mirror_image():
    rng = np.random.default_rng(0)
    many = np.array([orthogonal(3, rng=rng) for _ in range(2000)])
    assert np.abs(many.mean(axis=0)).max() < 0.05
    assert abs(np.mean(np.linalg.det(many) > 0) - 0.5) < 0.05


def test_the_spectral_radius_is_the_largest_eigenvalue_not_the_largest_singular_value():
    assert spectral_radius(np.array([[0.5, 9.0], [0.0, -0.8]])) == pytest.approx(0.8)
    rotation = np.array([[0.0, -2.0], [2.0, 0.0]])  # complex eigenvalues, ±2i
    assert spectral_radius(rotation) == pytest.approx(2.0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_scaling_to_a_radius(dtype):
    matrix = np.random.default_rng(1).normal(size=(20, 20)).astype(dtype)
    scaled = with_spectral_radius(matrix, 1.5)
    assert scaled.dtype == dtype
    assert spectral_radius(scaled) == pytest.approx(1.5, rel=1e-5)
    ratio = scaled / matrix
    np.testing.assert_allclose(ratio, ratio[0, 0], rtol=1e-5)


def test_what_has_no_radius_is_refused():
    with pytest.raises(ValueError, match="no eigenvalue but 0"):
        with_spectral_radius(np.array([[0.0, 1.0], [0.0, 0.0]]), 1.0)
    with pytest.raises(ValueError, match="radius must be positive, got 0"):
        with_spectral_radius(np.eye(2), 0)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_chrono_biases_follow_the_paper(dtype):
    H, longest = 5000, 100
    bias = chrono_bias(H, longest, rng=np.random.default_rng(2), dtype=dtype)
    i, f, g, o = bias.reshape(4, H)
    assert bias.dtype == dtype
    np.testing.assert_array_equal(i, -f)
    assert not np.any([g, o])
    steps = np.exp(f.astype(np.float64))  # uniform between 1 and 99
    assert steps.min() >= 1 - 1e-6
    assert steps.max() <= 99.001
    assert steps.mean() == pytest.approx(50, rel=0.03)
    np.testing.assert_allclose(1 / (1 - sigmoid(f)), 1 + steps, rtol=1e-3)


def test_chrono_refuses_what_has_no_memory():
    with pytest.raises(ValueError, match="longest must be above 2, got 2"):
        chrono_bias(4, 2, rng=np.random.default_rng(0))
    with pytest.raises(TypeError, match="Generator"):
        chrono_bias(4, 10, rng=0)
