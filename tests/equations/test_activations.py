import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.equations import sigmoid


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_warning_and_no_nan_at_either_end(dtype):
    a = np.array([-np.inf, -1e30, -1000, 0, 1000, 1e30, np.inf], dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        gate = sigmoid(a)
    np.testing.assert_array_equal(gate, [0, 0, 0, 0.5, 1, 1, 1])
    assert gate.dtype == dtype


@pytest.mark.parametrize("a", [-30.0, -100.0, -700.0])
def test_the_lower_tail_is_exact(a):
    """σ(a) = e^a (1 − e^a + …): far from zero its digits are those of e^a."""
    assert sigmoid(a) == pytest.approx(np.exp(a), rel=1e-12, abs=0)


@given(st.floats(-40, 40))
def test_symmetry_and_tanh(a):
    assert sigmoid(a) + sigmoid(-a) == pytest.approx(1, abs=1e-15)
    assert sigmoid(a) == pytest.approx(0.5 * np.tanh(0.5 * a) + 0.5, abs=1e-15)


def test_float32_saturates_above_but_not_below():
    assert sigmoid(np.float32(20)) == 1
    assert 0 < sigmoid(np.float32(-20)) < 3e-9


def test_any_shape_and_integers():
    assert sigmoid(np.zeros((2, 0, 3))).shape == (2, 0, 3)
    assert sigmoid(0) == 0.5
    assert sigmoid([[0, 0]]).shape == (1, 2)
