"""Check a hand-made gradient against finite differences."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np

Arrays: TypeAlias = Mapping[str, np.ndarray]
Loss: TypeAlias = Callable[[dict[str, np.ndarray]], float]


class GradientCheck(NamedTuple):
    """The verdict of `gradient_check`.

    Attributes:
        passed: every error is at most the tolerance.
        errors: dict, for each array the largest deviation (see `gradient_check`).
    """

    passed: bool
    errors: dict[str, float]


def numerical_gradient(loss: Loss, point: Arrays, step: float = 1e-3) -> dict[str, np.ndarray]:
    r"""The gradient of loss at point by central differences of fourth order.

        ∂L/∂p ≈ [ 8 (L(p + s) − L(p − s)) − (L(p + 2s) − L(p − 2s)) ] / (12 s)

    The error of truncation is of order s⁴, that of rounding of order 10⁻¹⁶/s: at s = 10⁻³
    both lie near 10⁻¹², where the usual two-point formula stops near 10⁻¹⁰.
    Cost: four evaluations of the loss for each entry.

    Args:
        loss: function of a dict of arrays, which returns a number. It must read the arrays
            that it is given: a loss that ignores its argument has a zero gradient.
        point: dict of float64 arrays. It is not changed.
        step: s, in the unit of the entries.

    Returns:
        Dict of arrays with the keys and shapes of point.

    Raises:
        TypeError: an array of point is not float64 (float32 differences are all rounding).
    """
    for name, value in point.items():
        if getattr(value, "dtype", None) != np.float64:
            raise TypeError(
                f"point[{name!r}] must be a float64 array, "
                f"got {getattr(value, 'dtype', type(value).__name__)}"
            )
    moved = {name: value.copy() for name, value in point.items()}
    gradient = {name: np.zeros_like(value) for name, value in point.items()}
    for name, value in moved.items():
        for index in np.ndindex(value.shape):
            here = value[index]
            losses = {}
            for steps in (-2, -1, 1, 2):
                value[index] = here + steps * step
                losses[steps] = float(loss(moved))
            value[index] = here
            near, far = losses[1] - losses[-1], losses[2] - losses[-2]
            gradient[name][index] = (8 * near - far) / (12 * step)
    return gradient


def gradient_check(
    loss: Loss, point: Arrays, gradient: Arrays, *, step: float = 1e-3, tolerance: float = 1e-9
) -> GradientCheck:
    r"""Compare a hand-made gradient with finite differences, array by array.

    The error of an array is max |hand − numerical| / max(1, max |numerical|): absolute where
    gradients are small, relative where they are large.

    Args:
        loss: function of a dict of arrays, which returns a number.
        point: dict of float64 arrays at which to compare. It is not changed.
        gradient: dict of the hand-made gradients, with the keys and shapes of point.
        step: step of the differences, see `numerical_gradient`.
        tolerance: largest error that passes.

    Returns:
        GradientCheck(passed, errors).

    Raises:
        TypeError: an array of point is not float64.
        ValueError: gradient and point differ in keys or shapes.
    """
    if gradient.keys() != point.keys():
        raise ValueError(
            f"gradient must have the keys of point, {sorted(point)}, got {sorted(gradient)}"
        )
    for name, value in point.items():
        if np.shape(gradient[name]) != np.shape(value):
            raise ValueError(
                f"gradient[{name!r}] must have shape {np.shape(value)}, "
                f"got {np.shape(gradient[name])}"
            )
    numerical = numerical_gradient(loss, point, step)
    errors = {}
    for name, expected in numerical.items():
        scale = max(1.0, np.abs(expected).max(initial=0.0))
        errors[name] = float(np.abs(gradient[name] - expected).max(initial=0.0) / scale)
    return GradientCheck(all(error <= tolerance for error in errors.values()), errors)
