"""The minLSTM: an LSTM without an output gate whose gates and candidate see only the input."""

from collections.abc import Mapping

import numpy as np

from src.equations.activations import sigmoid
from src.equations.checks import Shape
from src.equations.variants.diagonal import DiagonalLayer


class MinLSTM(DiagonalLayer):
    r"""A layer of minimal long short-term memory.

        f_t = σ(W_f x_t + b_f)        f′_t = f_t / (f_t + i_t),   i′_t = i_t / (f_t + i_t)
        i_t = σ(W_i x_t + b_i)        h_t = f′_t ⊙ h_(t−1) + i′_t ⊙ h̃_t
        h̃_t = W_h x_t + b_h

    f′ + i′ = 1: the state is a weighted mean, as in the minGRU.

    Args:
        parameters: dict of weight_ih (3H, D) and bias (3H,), both float32 or both float64; H rows
            each for i, f, h̃. The layer keeps these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Feng et al. 2024.
    """

    shapes: Mapping[str, Shape] = {"weight_ih": ("3H", "D"), "bias": ("3H",)}

    def gates(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """i, f and h̃, each (..., H)."""
        a_i, a_f, h_tilde = np.split(
            x @ self.parameters["weight_ih"].T + self.parameters["bias"], 3, axis=-1
        )
        return sigmoid(a_i), sigmoid(a_f), h_tilde

    def coefficients(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """a = f′ and b = i′ ⊙ h̃."""
        i, f, h_tilde = self.gates(x)
        return f / (f + i), i / (f + i) * h_tilde

    def coefficients_backward(
        self, x: np.ndarray, d_keep: np.ndarray, d_write: np.ndarray
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        r"""With q = ā − b̄ ⊙ h̃, what arrives at f′ = 1 − i′:

        δ_f = q ⊙ f′ i′ (1 − f),   δ_i = −q ⊙ f′ i′ (1 − i),   δ_h = b̄ ⊙ i′
        """
        i, f, h_tilde = self.gates(x)
        keep, new = f / (f + i), i / (f + i)
        q = d_keep - d_write * h_tilde
        delta = np.concatenate(
            [-q * keep * new * (1 - i), q * keep * new * (1 - f), d_write * new], axis=-1
        )
        parameters = {"weight_ih": delta.T @ x, "bias": delta.sum(axis=0)}
        return delta @ self.parameters["weight_ih"], parameters
