"""Two LSTMs with a gate less: nothing can be forgotten, or nothing can be hidden."""

from collections.abc import Mapping

import numpy as np

from src.equations.activations import sigmoid
from src.equations.checks import Shape
from src.equations.gradients import Gradients
from src.equations.variants.lstm_variant import LSTMVariant, Pair, VariantStep

THREE_BLOCKS: Mapping[str, Shape] = {
    "weight_ih": ("3H", "D"),
    "weight_hh": ("3H", "H"),
    "bias": ("3H",),
}


class NoForgetGateLSTM(LSTMVariant):
    r"""A layer of long short-term memory that adds and never forgets.

        i_t = σ(W_i [h_(t−1), x_t] + b_i)        C_t = C_(t−1) + i_t ⊙ C̃_t
        C̃_t = tanh(W_c [h_(t−1), x_t] + b_c)     h_t = o_t ⊙ tanh(C_t)
        o_t = σ(W_o [h_(t−1), x_t] + b_o)

    The cell of 1997 (`src.equations.history.lstm1997`) in today's form: a gate for each unit, and
    the ranges of tanh.

    Args:
        parameters: dict of weight_ih (3H, D), weight_hh (3H, H) and bias (3H,), all float32 or all
            float64; H rows each for i, C̃, o. The layer keeps these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Greff et al. 2017, their variant NFG.
    """

    blocks = ("i", "c", "o")
    shapes = THREE_BLOCKS

    def step(self, x: np.ndarray, state: Pair) -> VariantStep:
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: the pair h_(t−1), C_(t−1), each (B, H).

        Returns:
            VariantStep: i, C̃ and o as its gates, and the new states.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h, C = self.check_step(x, state)
        a_i, a_c, a_o = self.pre_activations(x, h)
        i = sigmoid(a_i)
        C_tilde = np.tanh(a_c)
        C = C + i * C_tilde
        o = sigmoid(a_o)
        h = o * np.tanh(C)
        return VariantStep((i, C_tilde, o), C, h)

    def step_backward(
        self, x: np.ndarray, state: Pair, step: VariantStep, d_state: Pair
    ) -> Gradients:
        """The way back through one step: `LSTM.step_backward` with f = 1 and without δ_f.

        Args:
            x, state: what `step` was given.
            step: what it returned.
            d_state: the pair h̄_t, C̄_t, each (B, H).

        Returns:
            Gradients(x, state, parameters), state a pair.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        (h_before, _), (d_h, d_C) = self.check_step_backward(x, state, step, VariantStep, d_state)
        (i, C_tilde, o), C, _ = step
        tanh_C = np.tanh(C)

        d_C = d_C + d_h * o * (1 - tanh_C**2)
        delta_o = d_h * tanh_C * o * (1 - o)
        delta_i = d_C * C_tilde * i * (1 - i)
        delta_c = d_C * i * (1 - C_tilde**2)
        return self.through_weights(x, h_before, [delta_i, delta_c, delta_o], d_C)


class NoOutputGateLSTM(LSTMVariant):
    r"""A layer of long short-term memory that always shows what it holds.

        i_t = σ(W_i [h_(t−1), x_t] + b_i)        C_t = f_t ⊙ C_(t−1) + i_t ⊙ C̃_t
        f_t = σ(W_f [h_(t−1), x_t] + b_f)        h_t = tanh(C_t)
        C̃_t = tanh(W_c [h_(t−1), x_t] + b_c)

    Args:
        parameters: dict of weight_ih (3H, D), weight_hh (3H, H) and bias (3H,), all float32 or all
            float64; H rows each for i, f, C̃. The layer keeps these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Greff et al. 2017, their variant NOG.
    """

    blocks = ("i", "f", "c")
    shapes = THREE_BLOCKS

    def step(self, x: np.ndarray, state: Pair) -> VariantStep:
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: the pair h_(t−1), C_(t−1), each (B, H).

        Returns:
            VariantStep: i, f and C̃ as its gates, and the new states.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h, C = self.check_step(x, state)
        a_i, a_f, a_c = self.pre_activations(x, h)
        i = sigmoid(a_i)
        f = sigmoid(a_f)
        C_tilde = np.tanh(a_c)
        C = f * C + i * C_tilde
        h = np.tanh(C)
        return VariantStep((i, f, C_tilde), C, h)

    def step_backward(
        self, x: np.ndarray, state: Pair, step: VariantStep, d_state: Pair
    ) -> Gradients:
        """The way back through one step: `LSTM.step_backward` with o = 1 and without δ_o.

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
        (i, f, C_tilde), _, h = step

        d_C = d_C + d_h * (1 - h**2)
        delta_f = d_C * C_before * f * (1 - f)
        delta_i = d_C * C_tilde * i * (1 - i)
        delta_c = d_C * i * (1 - C_tilde**2)
        return self.through_weights(x, h_before, [delta_i, delta_f, delta_c], d_C * f)
