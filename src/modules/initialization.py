"""Initial weights from a NumPy generator, so that a run starts from the same numbers on any CPU."""

from typing import Any

import numpy as np
import torch
from torch import Tensor


def draw_uniform(parameter: Tensor, bound: float, rng: np.random.Generator) -> None:
    """Fill a parameter with U(-bound, bound), drawn in float64 and rounded to its dtype.

    Args:
        parameter: tensor of any shape.
        bound: the largest magnitude, ≥ 0.
        rng: `numpy.random.Generator`.

    Raises:
        TypeError: if rng is no `numpy.random.Generator`.
    """
    check_rng(rng)
    copy_array(parameter, rng.uniform(-bound, bound, size=tuple(parameter.shape)))


def draw_normal(parameter: Tensor, rng: np.random.Generator) -> None:
    """Fill a parameter with N(0, 1); arguments and errors as in `draw_uniform`."""
    check_rng(rng)
    copy_array(parameter, rng.standard_normal(size=tuple(parameter.shape)))


def set_forget_bias(lstm: Any, forget_bias: float) -> None:
    """Set the total bias of every forget gate of an LSTM, ours or `nn.LSTM`.

    PyTorch's cell adds two biases: the first becomes `forget_bias`, the second zero, so that the
    gate opens σ(forget_bias) at zero input. Jozefowicz et al. (2015) recommend 1.

    Args:
        lstm: module with parameters `bias_ih_l*`, `bias_hh_l*` (4H,) in the order i, f, g, o.
        forget_bias: the bias.

    Raises:
        ValueError: if the module has no such biases.
    """
    H = lstm.hidden_size
    biases = {name: b for name, b in lstm.named_parameters() if name.startswith("bias_")}
    if not biases or any(b.shape != (4 * H,) for b in biases.values()):
        raise ValueError(f"forget_bias needs an LSTM with biases, got {lstm}")
    with torch.no_grad():
        for name, bias in biases.items():
            bias[H : 2 * H] = forget_bias if name.startswith("bias_ih") else 0


def copy_array(parameter: Tensor, array: np.ndarray) -> None:
    """Copy a NumPy array into a parameter of the same shape, whatever its dtype and device."""
    with torch.no_grad():
        parameter.copy_(torch.as_tensor(array))


def check_rng(rng: np.random.Generator) -> None:
    """Raise TypeError unless rng is a `numpy.random.Generator`."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
