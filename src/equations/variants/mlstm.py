"""The mLSTM: a memory that is a matrix, written and read by keys and queries."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from src.equations.activations import sigmoid
from src.equations.checks import Shape
from src.equations.gradients import Gradients
from src.equations.layer import RecurrentLayer

Four = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # h, C, n, m
LARGEST = 80.0  # exp(80) is finite in float32, and what is divided by it is 0 to any digit


class Projections(NamedTuple):
    """What an mLSTM makes of its inputs: q, k, v, o (..., H), and ĩ, log f (..., 1)."""

    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    output_gate: np.ndarray
    input_gate: np.ndarray
    log_forget: np.ndarray


class MLSTMStep(NamedTuple):
    """One time step with everything that it computed.

    Attributes:
        projections: q, k, v, o, ĩ and log f.
        gates: i′ and f′, each (B, 1), after the stabiliser.
        read: C_t q_t divided by its normaliser, (B, H).
        hidden_state: h_t, (B, H).
        memory: C_t, (B, H, H): rows for values, columns for keys.
        normalizer: n_t, (B, H).
        stabilizer: m_t, (B, 1).
        state: what the next step takes, h_t, C_t, n_t, m_t.
    """

    projections: Projections
    gates: tuple[np.ndarray, np.ndarray]
    read: np.ndarray
    hidden_state: np.ndarray
    memory: np.ndarray
    normalizer: np.ndarray
    stabilizer: np.ndarray

    @property
    def state(self) -> Four:
        return self.hidden_state, self.memory, self.normalizer, self.stabilizer


class MLSTM(RecurrentLayer):
    r"""A layer of mLSTM with one head.

        q_t = W_q x_t + b_q,   k_t = (W_k x_t + b_k) / √H,   v_t = W_v x_t + b_v
        i_t = exp(w_i · x_t + b_i),   f_t = σ(w_f · x_t + b_f),   o_t = σ(W_o x_t + b_o)
        C_t = f_t C_(t−1) + i_t v_t k_tᵀ
        n_t = f_t n_(t−1) + i_t k_t
        h_t = o_t ⊙ C_t q_t / max(|n_t · q_t|, 1)

    The gates i and f are numbers, one for the whole memory. As in the `SLSTM`, C and n are kept
    divided by exp(m); the 1 in the last line then is exp(−m).

    No gate sees h, so that all steps can be computed at once: `parallel`. `forward` is the loop.

    Args:
        parameters: dict of weight_ih (4H, D) and bias (4H,), H rows each for q, k, v, o, and of
            weight_gates (2, D) and bias_gates (2,) for i and f; all float32 or all float64. The
            layer keeps these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Beck et al. 2024, with the sigmoid for f, one of the two that they allow.
    """

    shapes: Mapping[str, Shape] = {
        "weight_ih": ("4H", "D"),
        "bias": ("4H",),
        "weight_gates": (2, "D"),
        "bias_gates": (2,),
    }

    @property
    def state_size(self) -> tuple[int, tuple[int, int], int, int]:
        """The sizes of h, C, n and m."""
        H = self.hidden_size
        return H, (H, H), H, 1

    def project(self, x: np.ndarray) -> Projections:
        """q, k, v, o, ĩ and log f for inputs x (..., D)."""
        p = self.parameters
        q, k, v, a_o = np.split(x @ p["weight_ih"].T + p["bias"], 4, axis=-1)
        a_i, a_f = np.split(x @ p["weight_gates"].T + p["bias_gates"], 2, axis=-1)
        k = k / self.dtype.type(np.sqrt(self.hidden_size))
        return Projections(q, k, v, sigmoid(a_o), a_i, -np.logaddexp(0, -a_f))

    def step(self, x: np.ndarray, state: Four) -> MLSTMStep:
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: h_(t−1) (B, H), which is not read, C_(t−1) (B, H, H), n_(t−1) (B, H), m_(t−1)
                (B, 1).

        Returns:
            MLSTMStep: everything by name.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        _, C, n, m = self.check_step(x, state)
        q, k, v, o, a_i, log_f = projections = self.project(x)
        m_new = np.maximum(log_f + m, a_i)
        i = np.exp(a_i - m_new)
        f = np.exp(log_f + m - m_new)
        C = f[:, :, None] * C + i[:, :, None] * v[:, :, None] * k[:, None, :]
        n = f * n + i * k
        read = _times(C, q) / np.maximum(np.abs(_dot(n, q)), _one(m_new))
        return MLSTMStep(projections, (i, f), read, o * read, C, n, m_new)

    def step_backward(
        self, x: np.ndarray, state: Four, step: MLSTMStep, d_state: Four
    ) -> Gradients:
        r"""The way back through one step.

        With s = n_t · q_t, d = max(|s|, exp(−m_t)) and y = C_t q_t / d:

            ȳ = h̄_t ⊙ o_t,    d̄ = −(ȳ · y) / d,    s̄ = d̄ sign(s) where |s| is the larger, else 0
            C̄_t ← C̄_t + (ȳ/d) q_tᵀ,    n̄_t ← n̄_t + s̄ q_t,    q̄ = C_tᵀ ȳ/d + s̄ n_t
            v̄ = i′ C̄_t k_t,    k̄ = i′ (C̄_tᵀ v_t + n̄_t)
            p = k̄ · k_t,    r = f′ (Σ C̄_t ⊙ C_(t−1) + n̄_t · n_(t−1))
            m̄_t ← m̄_t − d̄ exp(−m_t) where exp(−m_t) is the larger, and − p − r

        p arrives at the exponent of i′, r at that of f′, and m̄_t goes to where m_t came from, as
        in `SLSTM.step_backward`.

        Args:
            x, state: what `step` was given.
            step: what it returned.
            d_state: h̄_t, C̄_t, n̄_t, m̄_t, in the shapes of the state.

        Returns:
            Gradients(x, state, parameters), state a tuple of four.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        (h_before, C_before, n_before, m_before), (d_h, d_C, d_n, d_m) = self.check_step_backward(
            x, state, step, MLSTMStep, d_state
        )
        (q, k, v, o, a_i, log_f), (i, f), read, _, C, n, m = step
        s, one = _dot(n, q), _one(m)
        d = np.maximum(np.abs(s), one)

        d_y = d_h * o
        d_d = -_dot(d_y, read) / d
        by_memory = np.abs(s) > one
        d_s = np.where(by_memory, d_d * np.sign(s), 0)
        d_C = d_C + (d_y / d)[:, :, None] * q[:, None, :]
        d_n = d_n + d_s * q
        d_q = _times(C.transpose(0, 2, 1), d_y / d) + d_s * n
        d_v = i * _times(d_C, k)
        d_k = i * (_times(d_C.transpose(0, 2, 1), v) + d_n)
        p = _dot(d_k, k)
        r = f * ((d_C * C_before).sum(axis=(1, 2))[:, None] + _dot(d_n, n_before))
        d_m = d_m - np.where(by_memory, 0, d_d * one) - p - r
        from_memory = log_f + m_before > a_i
        delta_i = p + np.where(from_memory, 0, d_m)
        d_log_f = r + np.where(from_memory, d_m, 0)  # the same arrives at m_(t−1)

        scaled = d_k / self.dtype.type(np.sqrt(self.hidden_size))
        delta = np.concatenate([d_q, scaled, d_v, d_h * read * o * (1 - o)], axis=1)
        delta_gates = np.concatenate([delta_i, d_log_f * -np.expm1(log_f)], axis=1)
        return Gradients(
            x=delta @ self.parameters["weight_ih"] + delta_gates @ self.parameters["weight_gates"],
            state=(np.zeros_like(h_before), f[:, :, None] * d_C, f * d_n, d_log_f),
            parameters={
                "weight_ih": delta.T @ x,
                "bias": delta.sum(axis=0),
                "weight_gates": delta_gates.T @ x,
                "bias_gates": delta_gates.sum(axis=0),
            },
        )

    def parallel(self, x: np.ndarray) -> np.ndarray:
        r"""What `forward` returns as its outputs, from a state of zeros, without a loop.

            D̃_ts = Σ_(s<r≤t) log f_r + ĩ_s  for s ≤ t, else −∞;    m_t = max_s D̃_ts
            S_ts = (q_t · k_s) exp(D̃_ts − m_t)
            h_t = o_t ⊙ Σ_s S_ts v_s / max(|Σ_s S_ts|, exp(−m_t))

        It is attention in which a gate takes the softmax's place: S is T × T.

        Args:
            x: (B, T, D).

        Returns:
            outputs (B, T, H).

        Raises:
            TypeError, ValueError: x is of another shape or dtype, or not finite.
        """
        x, _ = self.inputs(x, None)
        q, k, v, o, a_i, log_f = self.project(x)
        since_start = log_f[..., 0].cumsum(axis=1)
        D = since_start[:, :, None] - since_start[:, None, :] + a_i.transpose(0, 2, 1)
        T = x.shape[1]
        D = np.where(np.tri(T, dtype=bool), D, -np.inf)  # (B, T, T)
        m = D.max(axis=2, keepdims=True)
        S = (q @ k.transpose(0, 2, 1)) * np.exp(D - m)
        return o * (S @ v) / np.maximum(np.abs(S.sum(axis=2, keepdims=True)), _one(m))


def _times(matrices: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """(B, H, K) by (B, K) to (B, H)."""
    return (matrices @ vectors[:, :, None])[:, :, 0]


def _dot(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """(B, H) by (B, H) to (B, 1)."""
    return (u * v).sum(axis=1, keepdims=True)


def _one(m: np.ndarray) -> np.ndarray:
    """exp(−m), which is 1 as C and n are kept."""
    return np.exp(np.minimum(-m, m.dtype.type(LARGEST)))
