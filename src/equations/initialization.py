"""Initial weights of one layer, drawn from a NumPy generator."""

import numpy as np

from src.equations.checks import check_sizes


def uniform_parameters(gates, input_size, hidden_size, rng, dtype):
    r"""Weights drawn from U(−1/√H, 1/√H), as PyTorch draws them, and biases of zero.

    Args:
        gates: how many H-row blocks each matrix stacks: 1 for an RNN, 4 for an LSTM.
        input_size: D.
        hidden_size: H.
        rng: numpy.random.Generator. The numbers are drawn in float64 and then rounded to
            dtype, so that both dtypes start from the same weights.
        dtype: float32 or float64.

    Returns:
        Dict of weight_ih (gates·H, D), weight_hh (gates·H, H) and bias (gates·H,).

    Raises:
        TypeError, ValueError: an argument is not as stated.
    """
    check_sizes(input_size, hidden_size, rng, dtype)
    bound = 1 / np.sqrt(hidden_size)
    rows = gates * hidden_size
    return {
        "weight_ih": rng.uniform(-bound, bound, (rows, input_size)).astype(dtype),
        "weight_hh": rng.uniform(-bound, bound, (rows, hidden_size)).astype(dtype),
        "bias": np.zeros(rows, dtype),
    }
