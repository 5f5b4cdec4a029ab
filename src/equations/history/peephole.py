"""An LSTM whose gates look at the cell state itself: peephole connections."""

from collections.abc import Mapping

import numpy as np

from src.equations.activations import sigmoid
from src.equations.checks import Shape
from src.equations.gradients import Gradients
from src.equations.lstm import LSTM, LSTMStep, Pair


class PeepholeLSTM(LSTM):
    r"""A layer of long short-term memory with peephole connections.

        i_t = σ(W_i [h_(t−1), x_t] + p_i ⊙ C_(t−1) + b_i)
        f_t = σ(W_f [h_(t−1), x_t] + p_f ⊙ C_(t−1) + b_f)
        C̃_t = tanh(W_c [h_(t−1), x_t] + b_c)
        C_t = f_t ⊙ C_(t−1) + i_t ⊙ C̃_t
        o_t = σ(W_o [h_(t−1), x_t] + p_o ⊙ C_t + b_o)
        h_t = o_t ⊙ tanh(C_t)

    Each gate sees its own unit's cell state: the input and the forget gate the old one, the output
    gate the new one.

    Args:
        parameters: dict of weight_ih (4H, D), weight_hh (4H, H), bias (4H,), the rows in the order
            i, f, C̃, o, and weight_peephole (3, H), p_i, p_f and p_o; all float32 or all float64.
            The layer keeps these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Gers, Schraudolph and Schmidhuber 2002. They send no gradient back through the
    peepholes; `step_backward` does, so that `backward` is back-propagation through time in full.
    """

    shapes: Mapping[str, Shape] = {**LSTM.shapes, "weight_peephole": (3, "H")}

    @classmethod
    def from_torch(cls, module: object) -> "PeepholeLSTM":
        """PyTorch has no peepholes.

        Raises:
            TypeError: always.
        """
        raise TypeError("torch.nn has no LSTM with peepholes: use LSTM.from_torch")

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
        p_i, p_f, p_o = self.parameters["weight_peephole"]

        a_i, a_f, a_c, a_o = np.split(x @ W_x.T + h @ W_h.T + b, 4, axis=1)
        i = sigmoid(a_i + p_i * C)
        f = sigmoid(a_f + p_f * C)
        C_tilde = np.tanh(a_c)
        C = f * C + i * C_tilde
        o = sigmoid(a_o + p_o * C)
        h = o * np.tanh(C)
        return LSTMStep(i, f, C_tilde, o, C, h)

    def step_backward(self, x: np.ndarray, state: Pair, step: LSTMStep, d_state: Pair) -> Gradients:
        r"""The way back through one step.

        As in `LSTM.step_backward`, with three more paths, one through each peephole:

            C̄_t ← C̄_t + h̄_t ⊙ o_t ⊙ (1 − tanh²(C_t)) + p_o ⊙ δ_o
            C̄_(t−1) = C̄_t ⊙ f_t + p_i ⊙ δ_i + p_f ⊙ δ_f
            ∂L/∂p_i = δ_i ⊙ C_(t−1),   ∂L/∂p_f = δ_f ⊙ C_(t−1),   ∂L/∂p_o = δ_o ⊙ C_t

        Args:
            x, state: what `step` was given.
            step: what it returned.
            d_state: the pair h̄_t, C̄_t, each (B, H).

        Returns:
            Gradients(x, state, parameters), state a pair.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype.
        """
        (h_before, C_before), (d_h, d_C) = self.check_step_backward(
            x, state, step, LSTMStep, d_state
        )
        W_x, W_h = self.parameters["weight_ih"], self.parameters["weight_hh"]
        p_i, p_f, p_o = self.parameters["weight_peephole"]
        i, f, C_tilde, o, C, _ = step
        tanh_C = np.tanh(C)

        delta_o = d_h * tanh_C * o * (1 - o)
        d_C = d_C + d_h * o * (1 - tanh_C**2) + p_o * delta_o
        delta_f = d_C * C_before * f * (1 - f)
        delta_i = d_C * C_tilde * i * (1 - i)
        delta_c = d_C * i * (1 - C_tilde**2)

        delta = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1)
        d_p = [delta_i * C_before, delta_f * C_before, delta_o * C]
        return Gradients(
            x=delta @ W_x,
            state=(delta @ W_h, d_C * f + p_i * delta_i + p_f * delta_f),
            parameters={
                "weight_ih": delta.T @ x,
                "weight_hh": delta.T @ h_before,
                "bias": delta.sum(axis=0),
                "weight_peephole": np.sum(d_p, axis=1),
            },
        )
