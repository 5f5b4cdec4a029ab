"""An LSTM with layer normalisation: before each gate, and where the cell state is shown."""

from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from src.equations.activations import sigmoid
from src.equations.checks import Shape
from src.equations.gradients import Gradients
from src.equations.variants.lstm_variant import LSTMVariant, Pair

EPSILON = 1e-5  # under the root, so that equal entries give zeros


class Normalized(NamedTuple):
    """Vectors with mean 0 and variance 1, and what the way back needs.

    Attributes:
        values: v̂ = (v − mean) / s, (..., H).
        scale: s = √(variance + ε), (..., 1).
    """

    values: np.ndarray
    scale: np.ndarray


def normalize(v: np.ndarray) -> Normalized:
    """Subtract the mean over the last axis, and divide by the standard deviation."""
    centred = v - v.mean(axis=-1, keepdims=True)
    scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + v.dtype.type(EPSILON))
    return Normalized(centred / scale, scale)


def normalize_backward(normalized: Normalized, d_values: np.ndarray) -> np.ndarray:
    """∂L/∂v = (v̂̄ − mean(v̂̄) − v̂ mean(v̂̄ ⊙ v̂)) / s, with v̂̄ = ∂L/∂v̂; all (..., H)."""
    values, scale = normalized
    mean = d_values.mean(axis=-1, keepdims=True)
    along = (d_values * values).mean(axis=-1, keepdims=True)
    return (d_values - mean - values * along) / scale


class LayerNormStep(NamedTuple):
    """One time step.

    Attributes:
        gates: i, f, C̃, o, each (B, H).
        before_gates: the pre-activations, normalised, values (B, 4, H).
        shown: the cell state, normalised, values (B, H).
        cell_state: C_t, (B, H), not normalised.
        hidden_state: h_t, (B, H).
        state: what the next step takes, the pair h_t, C_t.
    """

    gates: tuple[np.ndarray, ...]
    before_gates: Normalized
    shown: Normalized
    cell_state: np.ndarray
    hidden_state: np.ndarray

    @property
    def state(self) -> Pair:
        return self.hidden_state, self.cell_state


class LayerNormLSTM(LSTMVariant):
    r"""A layer of long short-term memory with layer normalisation.

        N(v) = (v − mean v) / √(var v + ε), over the H entries of each vector

        i_t = σ(g_i ⊙ N(W_i [h_(t−1), x_t]) + b_i)           and so on for f and o
        C̃_t = tanh(g_c ⊙ N(W_c [h_(t−1), x_t]) + b_c)
        C_t = f_t ⊙ C_(t−1) + i_t ⊙ C̃_t
        h_t = o_t ⊙ tanh(g_s ⊙ N(C_t) + b_s)

    What is kept, C, is not normalised; what is shown of it is.

    Args:
        parameters: dict of weight_ih (4H, D), weight_hh (4H, H), bias (4H,) and gain (4H,), rows in
            the order i, f, C̃, o, and gain_shown (H,), g_s, and bias_shown (H,), b_s; all float32 or
            all float64. The layer keeps these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Ba, Kiros and Hinton 2016, with one normalisation for each gate's sum; theirs has one
    for all rows of W_x x and one for all rows of W_h h.
    """

    blocks = ("i", "f", "c", "o")
    shapes: Mapping[str, Shape] = {
        "weight_ih": ("4H", "D"),
        "weight_hh": ("4H", "H"),
        "bias": ("4H",),
        "gain": ("4H",),
        "gain_shown": ("H",),
        "bias_shown": ("H",),
    }

    @classmethod
    def initialize(
        cls,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        forget_bias: float | None = None,
        dtype: npt.DTypeLike = np.float64,
    ) -> Self:
        """As `LSTMVariant.initialize`, with all gains 1."""
        layer = super().initialize(
            input_size, hidden_size, rng=rng, forget_bias=forget_bias, dtype=dtype
        )
        layer.parameters["gain"][...] = layer.parameters["gain_shown"][...] = 1
        return layer

    def step(self, x: np.ndarray, state: Pair) -> LayerNormStep:
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: the pair h_(t−1), C_(t−1), each (B, H).

        Returns:
            LayerNormStep: the gates, what was normalised, and the new states.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h, C = self.check_step(x, state)
        p, H = self.parameters, self.hidden_size
        product = x @ p["weight_ih"].T + h @ p["weight_hh"].T
        before = normalize(product.reshape(-1, 4, H))
        a = p["gain"].reshape(4, H) * before.values + p["bias"].reshape(4, H)
        i, f, o = (sigmoid(a[:, k]) for k in (0, 1, 3))
        C_tilde = np.tanh(a[:, 2])
        C = f * C + i * C_tilde
        shown = normalize(C)
        h = o * np.tanh(p["gain_shown"] * shown.values + p["bias_shown"])
        return LayerNormStep((i, f, C_tilde, o), before, shown, C, h)

    def step_backward(
        self, x: np.ndarray, state: Pair, step: LayerNormStep, d_state: Pair
    ) -> Gradients:
        r"""The way back through one step: `LSTM.step_backward`, and twice through N.

        With s the argument of the last tanh, δ_s = h̄_t ⊙ o_t ⊙ (1 − tanh²(s)) and N̄ the way back
        through N (`normalize_backward`):

            C̄_t ← C̄_t + N̄(g_s ⊙ δ_s),    ∂L/∂g_s = δ_s ⊙ N(C_t),    ∂L/∂b_s = δ_s
            ∂L/∂g = δ ⊙ N(W [h, x]),       ∂L/∂b = δ,                  δ ← N̄(g ⊙ δ)

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
            x, state, step, LayerNormStep, d_state
        )
        p, H = self.parameters, self.hidden_size
        (i, f, C_tilde, o), before, shown, _, _ = step
        tanh_s = np.tanh(p["gain_shown"] * shown.values + p["bias_shown"])

        delta_s = d_h * o * (1 - tanh_s**2)
        d_C = d_C + normalize_backward(shown, p["gain_shown"] * delta_s)
        delta_o = d_h * tanh_s * o * (1 - o)
        delta_f = d_C * C_before * f * (1 - f)
        delta_i = d_C * C_tilde * i * (1 - i)
        delta_c = d_C * i * (1 - C_tilde**2)

        delta = np.stack([delta_i, delta_f, delta_c, delta_o], axis=1)  # (B, 4, H)
        d_product = normalize_backward(before, p["gain"].reshape(4, H) * delta)
        gradients = self.through_weights(x, h_before, [d_product.reshape(len(x), -1)], d_C * f)
        gradients.parameters.update(
            bias=delta.sum(axis=0).ravel(),
            gain=(delta * before.values).sum(axis=0).ravel(),
            gain_shown=(delta_s * shown.values).sum(axis=0),
            bias_shown=delta_s.sum(axis=0),
        )
        return gradients
