"""The plain recurrent network: one step, and the way back through it."""

from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np

from src.equations.checks import Shape
from src.equations.gradients import Gradients
from src.equations.layer import RecurrentLayer
from src.equations.torch_weights import one_layer


class RNNStep(NamedTuple):
    """One time step.

    Attributes:
        hidden_state: h_t, (B, H).
        state: what the next step takes, h_t.
    """

    hidden_state: np.ndarray

    @property
    def state(self) -> np.ndarray:
        return self.hidden_state


class RNN(RecurrentLayer):
    r"""A plain (Elman) recurrent layer.

        h_t = tanh(W_x x_t + W_h h_(t−1) + b)

    `forward` and `backward`, the loops over `step` and `step_backward`, are those of every
    `RecurrentLayer`.

    Args:
        parameters: dict of weight_ih = W_x (H, D), weight_hh = W_h (H, H) and bias = b (H,),
            all float32 or all float64. The layer keeps these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Elman 1990; backward pass: Werbos 1990.
    """

    shapes: Mapping[str, Shape] = {"weight_ih": ("H", "D"), "weight_hh": ("H", "H"), "bias": ("H",)}

    @classmethod
    def from_torch(cls, module: object) -> Self:
        """The layer with the weights of a `torch.nn.RNN` (tanh, one layer, one direction).

        Raises:
            TypeError, ValueError: the module is of another kind.
        """
        return cls(one_layer(module, "RNN"))

    def step(self, x: np.ndarray, state: np.ndarray) -> RNNStep:
        """One time step, written as the equation is.

        Args:
            x: (B, D).
            state: h_(t−1), (B, H).

        Returns:
            RNNStep: the new state by name.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h = self.check_step(x, state)
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))

        h = np.tanh(x @ W_x.T + h @ W_h.T + b)
        return RNNStep(h)

    def step_backward(
        self, x: np.ndarray, state: np.ndarray, step: RNNStep, d_state: np.ndarray
    ) -> Gradients:
        r"""The way back through one step.

        With h̄_t = ∂L/∂h_t and δ_t = ∂L/∂a_t, a_t the argument of the tanh:

            δ_t = h̄_t ⊙ (1 − h_t²)
            ∂L/∂x_t = W_xᵀ δ_t,      h̄_(t−1) = W_hᵀ δ_t
            ∂L/∂W_x = δ_t x_tᵀ,      ∂L/∂W_h = δ_t h_(t−1)ᵀ,      ∂L/∂b = δ_t

        Args:
            x, state: what `step` was given.
            step: what it returned.
            d_state: h̄_t, (B, H): all that arrives at h_t, from its output and from step t+1.

        Returns:
            Gradients(x, state, parameters).

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h_before, d_h = self.check_step_backward(x, state, step, RNNStep, d_state)
        W_x, W_h = self.parameters["weight_ih"], self.parameters["weight_hh"]
        h = step.hidden_state

        delta = d_h * (1 - h**2)
        return Gradients(
            x=delta @ W_x,
            state=delta @ W_h,
            parameters={
                "weight_ih": delta.T @ x,
                "weight_hh": delta.T @ h_before,
                "bias": delta.sum(axis=0),
            },
        )
