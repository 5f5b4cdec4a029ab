"""The sLSTM: exponential gates, a state that normalises, and one that keeps them in range."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from src.equations.activations import sigmoid
from src.equations.checks import Shape
from src.equations.gradients import Gradients
from src.equations.layer import RecurrentLayer

Four = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # h, c, n, m, each (B, H)


class SLSTMStep(NamedTuple):
    """One time step with everything that it computed, each (B, H).

    Attributes:
        input_gate: i′_t, after the stabiliser, in (0, 1].
        forget_gate: f′_t, after the stabiliser, in [0, 1].
        candidate: z_t.
        output_gate: o_t.
        log_forget: log f_t.
        from_memory: bool, where m_t came from m_(t−1) and not from the input gate.
        hidden_state, cell_state, normalizer, stabilizer: h_t, c_t, n_t, m_t.
        state: what the next step takes, h_t, c_t, n_t, m_t.
    """

    input_gate: np.ndarray
    forget_gate: np.ndarray
    candidate: np.ndarray
    output_gate: np.ndarray
    log_forget: np.ndarray
    from_memory: np.ndarray
    hidden_state: np.ndarray
    cell_state: np.ndarray
    normalizer: np.ndarray
    stabilizer: np.ndarray

    @property
    def state(self) -> Four:
        return self.hidden_state, self.cell_state, self.normalizer, self.stabilizer


class SLSTM(RecurrentLayer):
    r"""A layer of sLSTM with one unit a head.

        ĩ_t = W_i [h_(t−1), x_t] + b_i     i_t = exp(ĩ_t)      c_t = f_t ⊙ c_(t−1) + i_t ⊙ z_t
        f_t = σ(W_f [h_(t−1), x_t] + b_f)                      n_t = f_t ⊙ n_(t−1) + i_t
        z_t = tanh(W_z [h_(t−1), x_t] + b_z)                   h_t = o_t ⊙ c_t / n_t
        o_t = σ(W_o [h_(t−1), x_t] + b_o)

    c / n is a weighted mean of all candidates so far, and an input gate without a ceiling can
    outweigh them all. exp overflows; c and n are therefore kept divided by exp(m), which cancels
    in c / n:

        m_t = max(log f_t + m_(t−1), ĩ_t)
        i′_t = exp(ĩ_t − m_t),     f′_t = exp(log f_t + m_(t−1) − m_t)

    and i′, f′ stand where i, f stand above. Where n is 0 nothing has been read: m_t is ĩ_t there.

    Args:
        parameters: dict of weight_ih (4H, D), weight_hh (4H, H) and bias (4H,), all float32 or all
            float64; H rows each for i, f, z, o. The layer keeps these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Beck et al. 2024, with the sigmoid for f, one of the two that they allow.
    """

    shapes: Mapping[str, Shape] = {
        "weight_ih": ("4H", "D"),
        "weight_hh": ("4H", "H"),
        "bias": ("4H",),
    }

    @property
    def state_size(self) -> tuple[int, int, int, int]:
        """The sizes of h, c, n and m, all H."""
        return (self.hidden_size,) * 4

    def step(self, x: np.ndarray, state: Four) -> SLSTMStep:
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: h_(t−1), c_(t−1), n_(t−1), m_(t−1), each (B, H).

        Returns:
            SLSTMStep: the gates, the candidate and the new states by name.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h, c, n, m = self.check_step(x, state)
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        a_i, a_f, a_z, a_o = np.split(x @ W_x.T + h @ W_h.T + b, 4, axis=1)
        log_f = -np.logaddexp(0, -a_f)  # log σ(a_f)
        from_memory = (n != 0) & (log_f + m > a_i)
        m_new = np.where(from_memory, log_f + m, a_i)

        i = np.exp(a_i - m_new)
        f = np.where(n != 0, np.exp(np.minimum(log_f + m - m_new, 0)), 0)
        z = np.tanh(a_z)
        o = sigmoid(a_o)
        c = f * c + i * z
        n = f * n + i
        h = o * c / n
        return SLSTMStep(i, f, z, o, log_f, from_memory, h, c, n, m_new)

    def step_backward(
        self, x: np.ndarray, state: Four, step: SLSTMStep, d_state: Four
    ) -> Gradients:
        r"""The way back through one step.

            δ_o = h̄_t ⊙ c_t/n_t ⊙ o_t (1 − o_t)
            c̄_t ← c̄_t + h̄_t ⊙ o_t / n_t
            n̄_t ← n̄_t − h̄_t ⊙ o_t ⊙ c_t / n_t²
            δ_z = c̄_t ⊙ i′_t ⊙ (1 − z_t²)
            p = (c̄_t ⊙ z_t + n̄_t) ⊙ i′_t                  what arrives at the exponent of i′
            q = (c̄_t ⊙ c_(t−1) + n̄_t ⊙ n_(t−1)) ⊙ f′_t     and at that of f′
            m̄_t ← m̄_t − p − q

        m̄_t goes to where m_t came from, to ĩ_t or to log f_t + m_(t−1); p goes to ĩ_t, and q to
        log f_t + m_(t−1). At last ∂ log f/∂a_f = 1 − f, c̄_(t−1) = c̄_t ⊙ f′_t, n̄_(t−1) = n̄_t ⊙ f′_t.

        Args:
            x, state: what `step` was given.
            step: what it returned.
            d_state: h̄_t, c̄_t, n̄_t, m̄_t, each (B, H).

        Returns:
            Gradients(x, state, parameters), state a tuple of four.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        (h_before, c_before, n_before, _), (d_h, d_c, d_n, d_m) = self.check_step_backward(
            x, state, step, SLSTMStep, d_state
        )
        i, f, z, o, log_f, from_memory, _, c, n, _ = step

        delta_o = d_h * c / n * o * (1 - o)
        d_c = d_c + d_h * o / n
        d_n = d_n - d_h * o * c / n**2
        delta_z = d_c * i * (1 - z**2)
        p = (d_c * z + d_n) * i
        q = (d_c * c_before + d_n * n_before) * f
        d_m = d_m - p - q
        delta_i = p + np.where(from_memory, 0, d_m)
        d_log_f = q + np.where(from_memory, d_m, 0)  # the same arrives at m_(t−1)
        delta_f = d_log_f * -np.expm1(log_f)

        delta = np.concatenate([delta_i, delta_f, delta_z, delta_o], axis=1)
        return Gradients(
            x=delta @ self.parameters["weight_ih"],
            state=(delta @ self.parameters["weight_hh"], d_c * f, d_n * f, d_log_f),
            parameters={
                "weight_ih": delta.T @ x,
                "weight_hh": delta.T @ h_before,
                "bias": delta.sum(axis=0),
            },
        )
