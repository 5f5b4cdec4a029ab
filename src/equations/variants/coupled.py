"""An LSTM with one gate for forgetting and writing: what is written is what was forgotten."""

from collections.abc import Mapping

import numpy as np

from src.equations.activations import sigmoid
from src.equations.checks import Shape
from src.equations.gradients import Gradients
from src.equations.variants.lstm_variant import LSTMVariant, Pair, VariantStep


class CoupledLSTM(LSTMVariant):
    r"""A layer of long short-term memory whose input gate is 1 − f.

        f_t = σ(W_f [h_(t−1), x_t] + b_f)        C_t = f_t ⊙ C_(t−1) + (1 − f_t) ⊙ C̃_t
        C̃_t = tanh(W_c [h_(t−1), x_t] + b_c)     h_t = o_t ⊙ tanh(C_t)
        o_t = σ(W_o [h_(t−1), x_t] + b_o)

    The cell state is a weighted mean of candidates, and lies between −1 and 1 if it begins there:
    the GRU's update, with an output gate.

    Args:
        parameters: dict of weight_ih (3H, D), weight_hh (3H, H) and bias (3H,), all float32 or all
            float64; H rows each for f, C̃, o. The layer keeps these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Greff et al. 2017, their variant CIFG.
    """

    blocks = ("f", "c", "o")
    shapes: Mapping[str, Shape] = {
        "weight_ih": ("3H", "D"),
        "weight_hh": ("3H", "H"),
        "bias": ("3H",),
    }

    def step(self, x: np.ndarray, state: Pair) -> VariantStep:
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: the pair h_(t−1), C_(t−1), each (B, H).

        Returns:
            VariantStep: f, C̃ and o as its gates, and the new states.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h, C = self.check_step(x, state)
        a_f, a_c, a_o = self.pre_activations(x, h)
        f = sigmoid(a_f)
        C_tilde = np.tanh(a_c)
        C = f * C + (1 - f) * C_tilde
        o = sigmoid(a_o)
        h = o * np.tanh(C)
        return VariantStep((f, C_tilde, o), C, h)

    def step_backward(
        self, x: np.ndarray, state: Pair, step: VariantStep, d_state: Pair
    ) -> Gradients:
        r"""The way back through one step; as in `LSTM.step_backward`, but for the one gate.

            δ_f = C̄_t ⊙ (C_(t−1) − C̃_t) ⊙ f_t (1 − f_t)
            δ_c = C̄_t ⊙ (1 − f_t) ⊙ (1 − C̃_t²)

        Args:
            x, state: what `step` was given.
            step: what it returned.
            d_state: the pair h̄_t, C̄_t, each (B, H).

        Returns:
            Gradients(x, state, parameters), state a pair.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        (h_before, C_before), (d_h, d_C) = self.check_step_backward(
            x, state, step, VariantStep, d_state
        )
        (f, C_tilde, o), C, _ = step
        tanh_C = np.tanh(C)

        d_C = d_C + d_h * o * (1 - tanh_C**2)
        delta_o = d_h * tanh_C * o * (1 - o)
        delta_f = d_C * (C_before - C_tilde) * f * (1 - f)
        delta_c = d_C * (1 - f) * (1 - C_tilde**2)
        return self.through_weights(x, h_before, [delta_f, delta_c, delta_o], d_C * f)
