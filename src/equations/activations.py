"""The logistic sigmoid, which turns a pre-activation into a gate."""

import numpy as np
import numpy.typing as npt


def sigmoid(a: npt.ArrayLike) -> np.ndarray:
    r"""Logistic sigmoid σ(a) = 1 / (1 + e^(−a)), elementwise and without overflow.

    The exponential is taken of −|a|, which never exceeds 1. For a < 0 the algebraically
    equal form e^a / (1 + e^a) keeps full relative precision in the tail.

    Args:
        a: real array of any shape.

    Returns:
        Array of a's shape and floating dtype, between 0 and 1. Mathematically the ends are
        never reached; in floating point they are (float32: σ(20) rounds to 1).
    """
    a = np.asarray(a)
    decay = np.exp(-np.abs(a))
    return np.where(a >= 0, 1, decay) / (1 + decay)
