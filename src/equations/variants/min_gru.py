"""The minGRU: a GRU without a reset gate whose update gate and candidate see only the input."""

from collections.abc import Mapping

import numpy as np

from src.equations.activations import sigmoid
from src.equations.checks import Shape
from src.equations.variants.diagonal import DiagonalLayer


class MinGRU(DiagonalLayer):
    r"""A layer of minimal gated recurrent units.

        z_t = σ(W_z x_t + b_z)        h_t = (1 − z_t) ⊙ h_(t−1) + z_t ⊙ h̃_t
        h̃_t = W_h x_t + b_h

    Args:
        parameters: dict of weight_ih (2H, D) and bias (2H,), both float32 or both float64; H rows
            each for z, h̃. The layer keeps these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Feng et al. 2024.
    """

    shapes: Mapping[str, Shape] = {"weight_ih": ("2H", "D"), "bias": ("2H",)}
    lowest = 0.0  # where the range of a = 1 − z begins

    def gates(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """z and h̃, each (..., H)."""
        a_z, h_tilde = np.split(
            x @ self.parameters["weight_ih"].T + self.parameters["bias"], 2, axis=-1
        )
        return sigmoid(a_z), h_tilde

    def coefficients(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """a = 1 − z and b = z ⊙ h̃."""
        z, h_tilde = self.gates(x)
        return 1 - (1 - self.dtype.type(self.lowest)) * z, z * h_tilde

    def coefficients_backward(
        self, x: np.ndarray, d_keep: np.ndarray, d_write: np.ndarray
    ) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """δ_z = (b̄ ⊙ h̃ − ā) ⊙ z (1 − z),   δ_h = b̄ ⊙ z."""
        z, h_tilde = self.gates(x)
        d_z = d_write * h_tilde - (1 - self.dtype.type(self.lowest)) * d_keep
        delta = np.concatenate([d_z * z * (1 - z), d_write * z], axis=-1)
        parameters = {"weight_ih": delta.T @ x, "bias": delta.sum(axis=0)}
        return delta @ self.parameters["weight_ih"], parameters


class SignedMinGRU(MinGRU):
    r"""A minGRU whose state may change its sign.

        h_t = (1 − 2 z_t) ⊙ h_(t−1) + z_t ⊙ h̃_t

    What the state is multiplied by lies between −1 and 1, no longer between 0 and 1. Arguments are
    those of `MinGRU`.

    Source: the change is that of Grazzi et al. 2025, who make it in other cells of this kind.
    """

    lowest = -1.0
