from copy import deepcopy

import numpy as np
import pytest

from src.equations import gradient_check, numerical_gradient


@pytest.fixture
def point():
    rng = np.random.default_rng(0)
    return {"a": rng.standard_normal((3, 2)), "b": rng.standard_normal(4)}


def loss(point):
    return np.sum(np.sin(point["a"])) + np.prod(point["b"]) + 0.1 * np.sum(point["a"]) ** 2


def gradient_at(point):
    a, b = point["a"], point["b"]
    return {"a": np.cos(a) + 0.2 * np.sum(a), "b": np.prod(b) / b}


def test_numerical_gradient_has_eleven_digits(point):
    numerical, exact = numerical_gradient(loss, point), gradient_at(point)
    assert numerical.keys() == exact.keys()
    for name in exact:
        np.testing.assert_allclose(numerical[name], exact[name], rtol=0, atol=1e-11)


def test_the_right_gradient_passes(point):
    check = gradient_check(loss, point, gradient_at(point))
    assert check.passed
    assert max(check.errors.values()) < 1e-10


@pytest.mark.parametrize("name", ["a", "b"])
@pytest.mark.parametrize(
    "wrong", [lambda g: -g, lambda g: 0 * g, lambda g: g[::-1], lambda g: g + 2e-9]
)
def test_a_wrong_gradient_fails_and_is_named(point, name, wrong):
    gradient = gradient_at(point)
    gradient[name] = wrong(gradient[name])
    check = gradient_check(loss, point, gradient)
    assert not check.passed
    assert check.errors[name] > 1e-9
    assert all(error < 1e-10 for other, error in check.errors.items() if other != name)


def test_nan_fails(point):
    gradient = gradient_at(point)
    gradient["b"][0] = np.nan
    assert not gradient_check(loss, point, gradient).passed


def test_large_gradients_are_compared_relatively():
    point, gradient = {"p": np.array([3.0])}, {"p": np.array([6e9 + 1])}
    check = gradient_check(lambda point: 1e9 * point["p"][0] ** 2, point, gradient, tolerance=1e-8)
    assert check.passed
    assert check.errors["p"] == pytest.approx(1 / 6e9, rel=0.01)


def test_tolerance_is_that_of_the_caller(point):
    gradient = gradient_at(point)
    gradient["a"] += 1e-6
    assert not gradient_check(loss, point, gradient, tolerance=1e-7).passed
    assert gradient_check(loss, point, gradient, tolerance=1e-5).passed


def test_the_point_is_not_changed_even_if_the_loss_fails(point):
    before = deepcopy(point)
    gradient_check(loss, point, gradient_at(point))
    np.testing.assert_equal(point, before)

    def broken(_):
        raise RuntimeError("broken loss")

    with pytest.raises(RuntimeError, match="broken loss"):
        numerical_gradient(broken, point)
    np.testing.assert_equal(point, before)


@pytest.mark.parametrize(
    ("value", "came"),
    [(np.zeros(2, np.float32), "float32"), (np.zeros(2, int), "int64"), ([0.0, 0.0], "list")],
)
def test_only_float64_will_do(value, came):
    with pytest.raises(TypeError, match=rf"point\['p'\] must be a float64 array, got {came}"):
        gradient_check(lambda point: 0.0, {"p": value}, {"p": np.zeros(2)})


def test_other_keys_or_shapes_are_named(point):
    gradient = gradient_at(point)
    with pytest.raises(ValueError, match=r"keys of point, \['a', 'b'\], got \['a'\]"):
        gradient_check(loss, point, {"a": gradient["a"]})
    with pytest.raises(ValueError, match=r"gradient\['b'\] must have shape \(4,\), got \(1, 4\)"):
        gradient_check(loss, point, {**gradient, "b": gradient["b"][None]})
