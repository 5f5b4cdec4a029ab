"""An LSTM whose gates look at the cell state itself: peephole connections."""

import numpy as np

from src.equations.activations import sigmoid
from src.equations.checks import check_array, check_parameters
from src.equations.gradients import Gradients
from src.equations.initialization import uniform_parameters
from src.equations.lstm import LSTMStep
from src.equations.sequences import state_pair


class PeepholeLSTM:
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
    peepholes; `backward` does, it is back-propagation through time in full.
    """

    def __init__(self, parameters):
        if not isinstance(parameters, dict) or "weight_peephole" not in parameters:
            raise ValueError("parameters must be a dict with the key weight_peephole, (3, H)")
        others = {key: p for key, p in parameters.items() if key != "weight_peephole"}
        self.parameters = check_parameters(others, gates=4)
        H = others["weight_hh"].shape[1]
        p = check_array(
            "weight_peephole", parameters["weight_peephole"], (3, H), others["bias"].dtype
        )
        self.parameters["weight_peephole"] = p

    @classmethod
    def initialize(cls, input_size, hidden_size, *, rng, forget_bias=1.0, dtype=np.float64):
        """A layer with weights, peepholes too, from U(−1/√H, 1/√H); biases 0 but for b_f.

        Args:
            input_size: D.
            hidden_size: H.
            rng: numpy.random.Generator that the weights are drawn from.
            forget_bias: b_f, the same for all units.
            dtype: float32 or float64.

        Raises:
            TypeError, ValueError: an argument is not as stated.
        """
        parameters = uniform_parameters(4, input_size, hidden_size, rng, dtype)
        parameters["bias"][hidden_size : 2 * hidden_size] = forget_bias
        bound = 1 / np.sqrt(hidden_size)
        peepholes = rng.uniform(-bound, bound, (3, hidden_size)).astype(dtype)
        return cls(parameters | {"weight_peephole": peepholes})

    @property
    def input_size(self):
        """D."""
        return self.parameters["weight_ih"].shape[1]

    @property
    def hidden_size(self):
        """H."""
        return self.parameters["weight_hh"].shape[1]

    def step(self, x, state):
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: the pair h_(t−1), C_(t−1), each (B, H).

        Returns:
            LSTMStep: the gates, the candidate and the new states by name.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        W_x, b = self.parameters["weight_ih"], self.parameters["bias"]
        h, C = state_pair("state", state)
        check_array("x", x, ("B", self.input_size), b.dtype)
        check_array("state[0]", h, (len(x), self.hidden_size), b.dtype)
        check_array("state[1]", C, (len(x), self.hidden_size), b.dtype)
        return self._step(x @ W_x.T, h, C)

    def _step(self, from_x, h, C):
        p_i, p_f, p_o = self.parameters["weight_peephole"]
        a = from_x + h @ self.parameters["weight_hh"].T + self.parameters["bias"]
        a_i, a_f, a_c, a_o = np.split(a, 4, axis=1)
        i = sigmoid(a_i + p_i * C)
        f = sigmoid(a_f + p_f * C)
        C_tilde = np.tanh(a_c)
        C = f * C + i * C_tilde
        o = sigmoid(a_o + p_o * C)
        h = o * np.tanh(C)
        return LSTMStep(i, f, C_tilde, o, C, h)

    def forward(self, x, state=None):
        """Read whole sequences.

        Args:
            x: (B, T, D).
            state: the pair h_0, C_0, each (B, H); zero if None.

        Returns:
            outputs h (B, T, H); the last state, a pair (h, C); and the tape for `backward`: x, the
            states h_0 to h_T and C_0 to C_T, and the T steps.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        W_x, H = self.parameters["weight_ih"], self.hidden_size
        B, T, _ = check_array("x", x, ("B", "T", self.input_size), W_x.dtype).shape
        zeros = np.zeros((B, H), W_x.dtype)
        h, C = (zeros, zeros) if state is None else state_pair("state", state)
        check_array("state[0]", h, (B, H), W_x.dtype)
        check_array("state[1]", C, (B, H), W_x.dtype)

        from_x = x @ W_x.T
        hs, Cs, steps = [h], [C], []
        for t in range(T):
            steps.append(self._step(from_x[:, t], hs[t], Cs[t]))
            hs.append(steps[t].hidden_state)
            Cs.append(steps[t].cell_state)
        return np.stack(hs[1:], axis=1), (hs[T], Cs[T]), (x, hs, Cs, steps)

    def backward(self, tape, d_outputs, d_state=None):
        r"""Back-propagation through time.

        As in `LSTM.backward`, with three more paths, one through each peephole:

            E_t ← E_t + D_t ⊙ o_t ⊙ (1 − tanh²(C_t)) + p_o ⊙ δ_o
            E_(t−1) = E_t ⊙ f_t + p_i ⊙ δ_i + p_f ⊙ δ_f
            ∂L/∂p_i = Σ_t δ_i ⊙ C_(t−1),   ∂L/∂p_f = Σ_t δ_f ⊙ C_(t−1),   ∂L/∂p_o = Σ_t δ_o ⊙ C_t

        Args:
            tape: what `forward` returned.
            d_outputs: ∂L/∂outputs, (B, T, H).
            d_state: ∂L/∂(last state), a pair of (B, H); zero if None.

        Returns:
            Gradients(x, state, parameters), state a pair.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        W_x, W_h = self.parameters["weight_ih"], self.parameters["weight_hh"]
        p_i, p_f, p_o = self.parameters["weight_peephole"]
        x, hs, Cs, steps = tape
        H, (B, T, _) = self.hidden_size, x.shape
        check_array("d_outputs", d_outputs, (B, T, H), W_h.dtype)
        zeros = np.zeros((B, H), W_h.dtype)
        d_h, E = (zeros, zeros) if d_state is None else state_pair("d_state", d_state)
        check_array("d_state[0]", d_h, (B, H), W_h.dtype)
        check_array("d_state[1]", E, (B, H), W_h.dtype)

        deltas = np.empty((B, T, 4 * H), W_h.dtype)
        d_p = np.zeros((3, H), W_h.dtype)
        for t in reversed(range(T)):
            i, f, C_tilde, o, C, _ = steps[t]
            D = d_h + d_outputs[:, t]
            delta_o = D * np.tanh(C) * o * (1 - o)
            E = E + D * o * (1 - np.tanh(C) ** 2) + p_o * delta_o
            delta_i = E * C_tilde * i * (1 - i)
            delta_f = E * Cs[t] * f * (1 - f)
            delta_c = E * i * (1 - C_tilde**2)
            E = E * f + p_i * delta_i + p_f * delta_f

            deltas[:, t] = np.concatenate([delta_i, delta_f, delta_c, delta_o], axis=1)
            d_h = deltas[:, t] @ W_h
            d_p += [
                (delta * c).sum(0)
                for delta, c in zip((delta_i, delta_f, delta_o), (Cs[t], Cs[t], C), strict=True)
            ]

        return Gradients(
            x=deltas @ W_x,
            state=(d_h, E),
            parameters={
                "weight_ih": np.tensordot(deltas, x, axes=([0, 1], [0, 1])),
                "weight_hh": np.tensordot(deltas, np.stack(hs[:T], axis=1), axes=([0, 1], [0, 1])),
                "bias": deltas.sum(axis=(0, 1)),
                "weight_peephole": d_p,
            },
        )
