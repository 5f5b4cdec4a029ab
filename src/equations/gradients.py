"""What a backward pass returns, and how to limit its size."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np


class Gradients(NamedTuple):
    """The gradient of a scalar loss with respect to everything that a forward pass read.

    Attributes:
        x: (B, T, D), with respect to the inputs; zero behind the end of a sequence.
        state: with respect to the initial state, in the state's own form: (B, H) for an RNN,
            a pair of (B, H) for an LSTM.
        parameters: dict with the keys and shapes of the model's `parameters`.
    """

    x: np.ndarray
    state: Any
    parameters: dict[str, np.ndarray]


def clip_by_global_norm(
    gradients: Mapping[str, np.ndarray], max_norm: float
) -> tuple[dict[str, np.ndarray], float]:
    r"""Scale all gradients by one factor so that their joint norm is at most max_norm.

        ĝ = g · min(1, max_norm / ‖g‖),  ‖g‖² = Σ over all arrays and entries of g².

    One factor for all: the direction of the step stays as it was (Pascanu, Mikolov and
    Bengio 2013, algorithm 1).

    Args:
        gradients: dict of arrays of any shapes.
        max_norm: positive number.

    Returns:
        (clipped, norm): a dict of new arrays, and the norm before clipping as a float.

    Raises:
        ValueError: max_norm is not positive, or a gradient holds NaN or infinity (scaling
            would spread it to every parameter).
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm must be positive, got {max_norm}")
    norm = float(np.sqrt(sum(np.sum(np.square(g, dtype=np.float64)) for g in gradients.values())))
    if not np.isfinite(norm):
        broken = [name for name, g in gradients.items() if not np.isfinite(g).all()]
        raise ValueError(f"gradients must be finite, but {broken or 'their norm'} is not")
    factor = min(1.0, max_norm / norm) if norm > 0 else 1.0
    return {name: g * g.dtype.type(factor) for name, g in gradients.items()}, norm
