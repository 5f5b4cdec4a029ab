"""The long short-term memory: one step, a whole sequence, and back through time."""

from typing import NamedTuple

import numpy as np

from src.equations.activations import sigmoid
from src.equations.checks import (
    check_array,
    check_finite_number,
    check_lengths,
    check_parameters,
)
from src.equations.gradients import Gradients
from src.equations.initialization import uniform_parameters
from src.equations.sequences import (
    batch_first,
    ended_steps,
    initial_state,
    outputs_of,
    state_pair,
    sum_of_outer_products,
    upstream,
)
from src.equations.torch_weights import one_layer

# Inside the loops the gates lie in the order i, f, o, C̃: the three sigmoids are one block.
# The permutation swaps the last two, so it is its own inverse.
SIGMOIDS_FIRST = [0, 1, 3, 2]

# So many steps enter one product for the weights' gradient: more than one, because a large
# product is faster than many small ones; not all T, so that they are still in the cache.
CHUNK = 16


class LSTMStep(NamedTuple):
    """One time step with everything that it computed, each (B, H).

    Attributes:
        input_gate: i_t.
        forget_gate: f_t.
        candidate: C̃_t.
        output_gate: o_t.
        cell_state: C_t.
        hidden_state: h_t.
    """

    input_gate: np.ndarray
    forget_gate: np.ndarray
    candidate: np.ndarray
    output_gate: np.ndarray
    cell_state: np.ndarray
    hidden_state: np.ndarray


class LSTMTape(NamedTuple):
    """What `LSTM.forward` keeps for `LSTM.backward`.

    Attributes:
        columns: (T+1, H+D+1, B), at step t the column [h_(t−1); x_t; 1].
        activations: (T, 5, H, B), at step t: i, f, o, C̃ and tanh(C_t).
        cells: (T+1, H, B), C_0 to C_T.
        ended: bool (T, B), behind the end of the sequence; None if there is no such step.
    """

    columns: np.ndarray
    activations: np.ndarray
    cells: np.ndarray
    ended: np.ndarray | None


class LSTM:
    r"""A layer of long short-term memory with a forget gate.

        i_t = σ(W_i [h_(t−1), x_t] + b_i)        C_t = f_t ⊙ C_(t−1) + i_t ⊙ C̃_t
        f_t = σ(W_f [h_(t−1), x_t] + b_f)        h_t = o_t ⊙ tanh(C_t)
        C̃_t = tanh(W_c [h_(t−1), x_t] + b_c)
        o_t = σ(W_o [h_(t−1), x_t] + b_o)

    Args:
        parameters: dict of weight_ih (4H, D), weight_hh (4H, H) and bias (4H,), all float32
            or all float64; H rows each for i, f, C̃, o, in PyTorch's order. The layer keeps
            these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Hochreiter and Schmidhuber 1997; forget gate: Gers, Schmidhuber and Cummins 2000.
    """

    def __init__(self, parameters):
        self.parameters = check_parameters(parameters, gates=4)

    @classmethod
    def initialize(cls, input_size, hidden_size, *, rng, forget_bias=1.0, dtype=np.float64):
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
        parameters = uniform_parameters(4, input_size, hidden_size, rng, dtype)
        parameters["bias"][hidden_size : 2 * hidden_size] = forget_bias
        return cls(parameters)

    @classmethod
    def from_torch(cls, module):
        """The layer with the weights of a `torch.nn.LSTM` (one layer, one direction).

        Raises:
            TypeError, ValueError: the module is of another kind.
        """
        return cls(one_layer(module, "LSTM"))

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
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        h, C = state_pair("state", state)
        check_array("x", x, ("B", self.input_size), b.dtype)
        check_array("state[0]", h, (len(x), self.hidden_size), b.dtype)
        check_array("state[1]", C, (len(x), self.hidden_size), b.dtype)

        a_i, a_f, a_c, a_o = np.split(x @ W_x.T + h @ W_h.T + b, 4, axis=1)
        i = sigmoid(a_i)
        f = sigmoid(a_f)
        C_tilde = np.tanh(a_c)
        C = f * C + i * C_tilde
        o = sigmoid(a_o)
        h = o * np.tanh(C)
        return LSTMStep(i, f, C_tilde, o, C, h)

    def forward(self, x, state=None, lengths=None):
        r"""Read whole sequences.

        The same equations as `step`, arranged for speed: all four products are one,
        W [h_(t−1); x_t; 1], and so are the four activations, because σ(a) = ½ tanh(½a) + ½.

        Args:
            x: (B, T, D).
            state: the pair h_0, C_0, each (B, H); zero if None.
            lengths: (B,) integers from 1 to T, how many steps each sequence has; all T if
                None. Behind its end a sequence's state is frozen and its outputs are zero.

        Returns:
            outputs (B, T, H); the last state, a pair (h, C) of (B, H); and the tape for
            `backward`.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, not finite, or a
                length lies outside 1 to T.
        """
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        H, D = self.hidden_size, self.input_size
        B, T, _ = check_array("x", x, ("B", "T", D), b.dtype).shape
        ended = ended_steps(check_lengths(lengths, B, T), T)
        h_0, C_0 = state_pair("state", state)

        W = _sigmoids_first(np.concatenate([W_h, W_x, b[:, None]], axis=1))
        W[: 3 * H] *= 0.5
        columns = np.ones((T + 1, H + D + 1, B), b.dtype)
        columns[0, :H] = initial_state("state[0]", h_0, B, H, b.dtype)
        columns[:T, H : H + D] = x.transpose(1, 2, 0)
        cells = np.empty((T + 1, H, B), b.dtype)
        cells[0] = initial_state("state[1]", C_0, B, H, b.dtype)
        activations = np.empty((T, 5, H, B), b.dtype)
        added = np.empty((H, B), b.dtype)

        for t in range(T):
            gates = activations[t, :4]
            np.matmul(W, columns[t], out=gates.reshape(4 * H, B))
            np.tanh(gates, out=gates)
            gates[:3] *= 0.5
            gates[:3] += 0.5
            if ended is not None:  # i = 0, f = 1, o = 0: keep C, let nothing in or out
                gates[:3, :, ended[t]] = np.array([0, 1, 0], b.dtype)[:, None, None]

            i, f, o, C_tilde, tanh_C = activations[t]
            C, h = cells[t + 1], columns[t + 1, :H]
            np.multiply(f, cells[t], out=C)
            np.multiply(i, C_tilde, out=added)
            C += added
            np.tanh(C, out=tanh_C)
            np.multiply(o, tanh_C, out=h)
            if ended is not None:
                np.copyto(h, columns[t, :H], where=ended[t])

        outputs = outputs_of(columns[1:, :H], ended)
        state = columns[T, :H].T.copy(), cells[T].T.copy()
        return outputs, state, LSTMTape(columns, activations, cells, ended)

    def backward(self, tape, d_outputs, d_state=None):
        r"""Back-propagation through time.

        Let D_t = ∂L/∂h_t, the sum of what comes from the output at t and from step t+1, and
        E_t = ∂L/∂C_t, which gets a share from h_t and one along the cell state from t+1:

            E_t ← E_t + D_t ⊙ o_t ⊙ (1 − tanh²(C_t))
            δ_o = D_t ⊙ tanh(C_t) ⊙ o_t (1 − o_t)
            δ_f = E_t ⊙ C_(t−1)   ⊙ f_t (1 − f_t)
            δ_i = E_t ⊙ C̃_t       ⊙ i_t (1 − i_t)
            δ_c = E_t ⊙ i_t       ⊙ (1 − C̃_t²)
            E_(t−1) = E_t ⊙ f_t,   D_(t−1) gets W_hᵀ δ_t,   ∂L/∂x_t = W_xᵀ δ_t,
            ∂L/∂[W_h W_x b] = Σ_t δ_t [h_(t−1); x_t; 1]ᵀ,   δ_t the four stacked.

        Where a sequence has ended i = o = 0 and f = 1, so that all four δ vanish and E passes
        unchanged by the same formulas; D is handed through.

        Args:
            tape: what `forward` returned.
            d_outputs: ∂L/∂outputs, (B, T, H).
            d_state: ∂L/∂(last state), a pair of (B, H), either of them None for zero; both
                zero if None.

        Returns:
            Gradients(x, state, parameters), state a pair.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        W_x, W_h = self.parameters["weight_ih"], self.parameters["weight_hh"]
        H, D = self.hidden_size, self.input_size
        columns, activations, cells, ended = tape
        T, B = len(activations), columns.shape[2]
        d_hidden = upstream(d_outputs, (B, T, H), W_h.dtype, ended)
        d_h, d_C = state_pair("d_state", d_state)

        W_transposed = np.ascontiguousarray(_sigmoids_first(np.concatenate([W_h, W_x], axis=1)).T)
        d_W = np.zeros((4 * H, H + D + 1), W_h.dtype)
        deltas = np.empty((4 * H, CHUNK, B), W_h.dtype)
        d_columns = np.empty((T + 1, H + D, B), W_h.dtype)
        d_columns[T, :H] = initial_state("d_state[0]", d_h, B, H, W_h.dtype)
        E_t = initial_state("d_state[1]", d_C, B, H, W_h.dtype).copy()
        slopes = np.empty((5, H, B), W_h.dtype)
        delta_i, delta_f, delta_o, delta_c, through_tanh = slopes
        delta = slopes[:4].reshape(4 * H, B)

        for t in reversed(range(T)):
            i, f, o, C_tilde, tanh_C = activations[t]
            D_t = d_columns[t + 1, :H]
            D_t += d_hidden[t]

            np.multiply(activations[t], activations[t], out=slopes)
            np.subtract(activations[t, :3], slopes[:3], out=slopes[:3])  # σ′ = σ − σ²
            np.subtract(1, slopes[3:], out=slopes[3:])  # tanh′ = 1 − tanh²

            through_tanh *= o
            through_tanh *= D_t
            E_t += through_tanh
            delta_o *= tanh_C
            delta_o *= D_t
            delta_f *= cells[t]
            delta_f *= E_t
            delta_i *= C_tilde
            delta_i *= E_t
            delta_c *= i
            delta_c *= E_t

            E_t *= f
            np.matmul(W_transposed, delta, out=d_columns[t])
            if ended is not None:
                np.copyto(d_columns[t, :H], D_t, where=ended[t])

            deltas[:, t % CHUNK] = delta
            if t % CHUNK == 0:
                d_W += sum_of_outer_products(deltas, columns[t : min(t + CHUNK, T)])

        d_W = _sigmoids_first(d_W)
        return Gradients(
            x=batch_first(d_columns[:T, H:]),
            state=(d_columns[0, :H].T.copy(), E_t.T.copy()),
            parameters={
                "weight_ih": d_W[:, H : H + D],
                "weight_hh": d_W[:, :H],
                "bias": d_W[:, -1],
            },
        )


def _sigmoids_first(rows):
    """Rows (4H, ·) from the order i, f, C̃, o to i, f, o, C̃ or back: a copy."""
    return rows.reshape(4, -1, rows.shape[1])[SIGMOIDS_FIRST].reshape(rows.shape)
