"""The long short-term memory: one step, and the way back through it."""

from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from src.equations.activations import sigmoid
from src.equations.checks import Shape, check_finite_number
from src.equations.gradients import Gradients
from src.equations.initialization import uniform_parameters
from src.equations.layer import RecurrentLayer
from src.equations.torch_weights import one_layer

Pair = tuple[np.ndarray, np.ndarray]  # h and C, each (B, H)


class LSTMStep(NamedTuple):
    """One time step with everything that it computed, each (B, H).

    Attributes:
        input_gate: i_t.
        forget_gate: f_t.
        candidate: C̃_t.
        output_gate: o_t.
        cell_state: C_t.
        hidden_state: h_t.
        state: what the next step takes, the pair h_t, C_t.
    """

    input_gate: np.ndarray
    forget_gate: np.ndarray
    candidate: np.ndarray
    output_gate: np.ndarray
    cell_state: np.ndarray
    hidden_state: np.ndarray

    @property
    def state(self) -> Pair:
        return self.hidden_state, self.cell_state


class LSTM(RecurrentLayer):
    r"""A layer of long short-term memory with a forget gate.

        i_t = σ(W_i [h_(t−1), x_t] + b_i)        C_t = f_t ⊙ C_(t−1) + i_t ⊙ C̃_t
        f_t = σ(W_f [h_(t−1), x_t] + b_f)        h_t = o_t ⊙ tanh(C_t)
        C̃_t = tanh(W_c [h_(t−1), x_t] + b_c)
        o_t = σ(W_o [h_(t−1), x_t] + b_o)

    `forward` and `backward`, the loops over `step` and `step_backward`, are those of every
    `RecurrentLayer`. `src.equations.fast.FastLSTM` is the same layer, arranged for speed.

    Args:
        parameters: dict of weight_ih (4H, D), weight_hh (4H, H) and bias (4H,), all float32
            or all float64; H rows each for i, f, C̃, o, in PyTorch's order. The layer keeps
            these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Hochreiter and Schmidhuber 1997; forget gate: Gers, Schmidhuber and Cummins 2000.
    """

    shapes: Mapping[str, Shape] = {
        "weight_ih": ("4H", "D"),
        "weight_hh": ("4H", "H"),
        "bias": ("4H",),
    }

    @classmethod
    def initialize(
        cls,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        forget_bias: float = 1.0,
        dtype: npt.DTypeLike = np.float64,
    ) -> Self:
        """A layer with weights from U(−1/√H, 1/√H) and biases of zero but for one.

        Args:
            input_size: D.
            hidden_size: H.
            rng: numpy.random.Generator that the weights are drawn from.
            forget_bias: b_f, the same for all units; 1 as Jozefowicz et al. 2015 advise.
            dtype: float32 or float64.

        Raises:
            TypeError, ValueError: an argument is not as stated.
        """
        check_finite_number("forget_bias", forget_bias)
        parameters = uniform_parameters(cls.shapes, input_size, hidden_size, rng, dtype)
        parameters["bias"][hidden_size : 2 * hidden_size] = forget_bias
        return cls(parameters)

    @classmethod
    def from_torch(cls, module: object) -> Self:
        """The layer with the weights of a `torch.nn.LSTM` (one layer, one direction).

        Raises:
            TypeError, ValueError: the module is of another kind.
        """
        return cls(one_layer(module, "LSTM"))

    @property
    def state_size(self) -> tuple[int, int]:
        """The sizes of h and C, both H."""
        return self.hidden_size, self.hidden_size

    def step(self, x: np.ndarray, state: Pair) -> LSTMStep:
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: the pair h_(t−1), C_(t−1), each (B, H).

        Returns:
            LSTMStep: the gates, the candidate and the new states by name.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h, C = self.check_step(x, state)
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))

        a_i, a_f, a_c, a_o = np.split(x @ W_x.T + h @ W_h.T + b, 4, axis=1)
        i = sigmoid(a_i)
        f = sigmoid(a_f)
        C_tilde = np.tanh(a_c)
        C = f * C + i * C_tilde
        o = sigmoid(a_o)
        h = o * np.tanh(C)
        return LSTMStep(i, f, C_tilde, o, C, h)

    def step_backward(self, x: np.ndarray, state: Pair, step: LSTMStep, d_state: Pair) -> Gradients:
        r"""The way back through one step.

        With h̄_t = ∂L/∂h_t, C̄_t = ∂L/∂C_t and δ = ∂L/∂a, a what goes into a gate's σ or tanh:

            C̄_t ← C̄_t + h̄_t ⊙ o_t ⊙ (1 − tanh²(C_t))
            δ_o = h̄_t ⊙ tanh(C_t) ⊙ o_t (1 − o_t)
            δ_f = C̄_t ⊙ C_(t−1)   ⊙ f_t (1 − f_t)
            δ_i = C̄_t ⊙ C̃_t       ⊙ i_t (1 − i_t)
            δ_c = C̄_t ⊙ i_t       ⊙ (1 − C̃_t²)

        and with the four stacked in one δ_t:

            ∂L/∂x_t = W_xᵀ δ_t,      h̄_(t−1) = W_hᵀ δ_t,      C̄_(t−1) = C̄_t ⊙ f_t
            ∂L/∂W_x = δ_t x_tᵀ,      ∂L/∂W_h = δ_t h_(t−1)ᵀ,  ∂L/∂b = δ_t

        Args:
            x, state: what `step` was given.
            step: what it returned.
            d_state: the pair h̄_t, C̄_t, each (B, H): all that arrives at h_t and C_t, from the
                output and from step t+1, but not yet what arrives at C_t through h_t.

        Returns:
            Gradients(x, state, parameters), state a pair.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        (h_before, C_before), (d_h, d_C) = self.check_step_backward(
            x, state, step, LSTMStep, d_state
        )
        W_x, W_h = self.parameters["weight_ih"], self.parameters["weight_hh"]
        i, f, C_tilde, o, C, _ = step
        tanh_C = np.tanh(C)

        d_C = d_C + d_h * o * (1 - tanh_C**2)
        delta_o = d_h * tanh_C * o * (1 - o)
        delta_f = d_C * C_before * f * (1 - f)
        delta_i = d_C * C_tilde * i * (1 - i)
        delta_c = d_C * i * (1 - C_tilde**2)

        delta = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1)
        return Gradients(
            x=delta @ W_x,
            state=(delta @ W_h, d_C * f),
            parameters={
                "weight_ih": delta.T @ x,
                "weight_hh": delta.T @ h_before,
                "bias": delta.sum(axis=0),
            },
        )
