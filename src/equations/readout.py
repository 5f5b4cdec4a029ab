"""What turns hidden states into answers: one linear map, the same at every step."""

from typing import Self

import numpy as np
import numpy.typing as npt

from src.equations.checks import (
    Shape,
    check_finite,
    check_finite_number,
    check_float_array,
    check_parameters,
    check_shape,
    check_sizes,
)


class Linear:
    r"""A linear readout.

        y = W h + b

    The keys of its parameters are not those of a recurrent layer, so that
    `layer.parameters | readout.parameters` is one dict for an optimiser.

    Args:
        parameters: dict of weight_out = W (K, H) and bias_out = b (K,), both float32 or both
            float64. The readout keeps these very arrays.

    Attributes:
        parameters: that dict.
        input_size: H.
        output_size: K.
        dtype: float32 or float64.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.
    """

    def __init__(self, parameters: dict[str, np.ndarray]) -> None:
        shapes: dict[str, Shape] = {"weight_out": ("K", "H"), "bias_out": ("K",)}
        self.parameters, sizes = check_parameters(parameters, shapes)
        self.input_size, self.output_size = sizes["H"], sizes["K"]
        self.dtype = self.parameters["weight_out"].dtype

    @classmethod
    def initialize(
        cls,
        input_size: int,
        output_size: int,
        *,
        rng: np.random.Generator,
        bound: float | None = None,
        dtype: npt.DTypeLike = np.float64,
    ) -> Self:
        """A readout with weights from U(−bound, bound) and biases of zero.

        Args:
            input_size: H.
            output_size: K.
            rng: numpy.random.Generator that the weights are drawn from.
            bound: 1/√H if None.
            dtype: float32 or float64.

        Raises:
            TypeError, ValueError: an argument is not as stated.
        """
        check_sizes(rng=rng, dtype=dtype, input_size=input_size, output_size=output_size)
        limit = 1 / np.sqrt(input_size) if bound is None else bound
        check_finite_number("bound", limit)
        weight = rng.uniform(-limit, limit, (output_size, input_size)).astype(dtype)
        return cls({"weight_out": weight, "bias_out": np.zeros(output_size, dtype)})

    def forward(self, h: np.ndarray) -> np.ndarray:
        """Read hidden states.

        Args:
            h: (..., H), any axes before the last: a batch, or a batch and its steps.

        Returns:
            y, (..., K).

        Raises:
            TypeError, ValueError: h is of another shape or dtype, or not finite.
        """
        self._check("h", h, (*np.shape(h)[:-1], self.input_size))
        return h @ self.parameters["weight_out"].T + self.parameters["bias_out"]

    def backward(self, h: np.ndarray, d_y: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        r"""The way back.

            ∂L/∂h = Wᵀ ∂L/∂y,      ∂L/∂W = Σ ∂L/∂y hᵀ,      ∂L/∂b = Σ ∂L/∂y

        The sums run over all axes but the last.

        Args:
            h: what `forward` was given.
            d_y: ∂L/∂y, (..., K).

        Returns:
            ∂L/∂h, (..., H), and a dict of the gradients of the parameters.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        self._check("h", h, (*np.shape(h)[:-1], self.input_size))
        self._check("d_y", d_y, (*np.shape(h)[:-1], self.output_size))
        delta, read = d_y.reshape(-1, self.output_size), h.reshape(-1, self.input_size)
        gradients = {"weight_out": delta.T @ read, "bias_out": delta.sum(axis=0)}
        return d_y @ self.parameters["weight_out"], gradients

    def _check(self, name: str, value: np.ndarray, shape: Shape) -> None:
        check_float_array(name, value, self.dtype)
        check_finite(name, check_shape(name, value, shape, self.dtype))
