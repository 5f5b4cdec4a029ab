"""The plain recurrent network: one step, a whole sequence, and back through time."""

from typing import NamedTuple

import numpy as np

from src.equations.checks import check_array, check_lengths, check_parameters
from src.equations.gradients import Gradients
from src.equations.initialization import uniform_parameters
from src.equations.sequences import (
    batch_first,
    ended_steps,
    initial_state,
    outputs_of,
    upstream,
)
from src.equations.torch_weights import one_layer


class RNNTape(NamedTuple):
    """What `RNN.forward` keeps for `RNN.backward`.

    Attributes:
        columns: (T+1, H+D+1, B), at step t the column [h_(t−1); x_t; 1].
        ended: bool (T, B), behind the end of the sequence; None if there is no such step.
    """

    columns: np.ndarray
    ended: np.ndarray | None


class RNN:
    r"""A plain (Elman) recurrent layer.

        h_t = tanh(W_x x_t + W_h h_(t−1) + b)

    Args:
        parameters: dict of weight_ih = W_x (H, D), weight_hh = W_h (H, H) and bias = b (H,),
            all float32 or all float64. The layer keeps these very arrays.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Elman 1990; backward pass: Werbos 1990.
    """

    def __init__(self, parameters):
        self.parameters = check_parameters(parameters, gates=1)

    @classmethod
    def initialize(cls, input_size, hidden_size, *, rng, dtype=np.float64):
        """A layer with weights from U(−1/√H, 1/√H) and biases of zero.

        Args:
            input_size: D.
            hidden_size: H.
            rng: numpy.random.Generator that the weights are drawn from.
            dtype: float32 or float64.

        Raises:
            TypeError, ValueError: an argument is not as stated.
        """
        return cls(uniform_parameters(1, input_size, hidden_size, rng, dtype))

    @classmethod
    def from_torch(cls, module):
        """The layer with the weights of a `torch.nn.RNN` (tanh, one layer, one direction).

        Raises:
            TypeError, ValueError: the module is of another kind.
        """
        return cls(one_layer(module, "RNN_TANH"))

    @property
    def input_size(self):
        """D."""
        return self.parameters["weight_ih"].shape[1]

    @property
    def hidden_size(self):
        """H."""
        return self.parameters["weight_hh"].shape[1]

    def step(self, x, state):
        """One time step, written as the equation is.

        Args:
            x: (B, D).
            state: h_(t−1), (B, H).

        Returns:
            h_t, (B, H).

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        check_array("x", x, ("B", self.input_size), b.dtype)
        check_array("state", state, (len(x), self.hidden_size), b.dtype)
        return np.tanh(x @ W_x.T + state @ W_h.T + b)

    def forward(self, x, state=None, lengths=None):
        """Read whole sequences.

        Both products are one: [W_h  W_x  b] times the column [h_(t−1); x_t; 1].

        Args:
            x: (B, T, D).
            state: h_0, (B, H); zero if None.
            lengths: (B,) integers from 1 to T, how many steps each sequence has; all T if
                None. Behind its end a sequence's state is frozen and its outputs are zero.

        Returns:
            outputs (B, T, H); the last state (B, H); and the tape for `backward`.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, not finite, or a
                length lies outside 1 to T.
        """
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        H, D = self.hidden_size, self.input_size
        B, T, _ = check_array("x", x, ("B", "T", D), b.dtype).shape
        ended = ended_steps(check_lengths(lengths, B, T), T)

        W = np.concatenate([W_h, W_x, b[:, None]], axis=1)
        columns = np.ones((T + 1, H + D + 1, B), b.dtype)
        columns[0, :H] = initial_state("state", state, B, H, b.dtype)
        columns[:T, H : H + D] = x.transpose(1, 2, 0)
        for t in range(T):
            h = columns[t + 1, :H]
            np.tanh(W @ columns[t], out=h)
            if ended is not None:
                np.copyto(h, columns[t, :H], where=ended[t])

        outputs = outputs_of(columns[1:, :H], ended)
        return outputs, columns[T, :H].T.copy(), RNNTape(columns, ended)

    def backward(self, tape, d_outputs, d_state=None):
        r"""Back-propagation through time.

        With δ_t = ∂L/∂a_t, a_t the argument of the tanh at step t, and D_t = ∂L/∂h_t the sum
        of what comes from the output at t and from step t+1:

            δ_t = D_t ⊙ (1 − h_t²),   D_(t−1) gets W_hᵀ δ_t,   ∂L/∂x_t = W_xᵀ δ_t,
            ∂L/∂W_h = Σ_t δ_t h_(t−1)ᵀ,   ∂L/∂W_x = Σ_t δ_t x_tᵀ,   ∂L/∂b = Σ_t δ_t.

        Args:
            tape: what `forward` returned.
            d_outputs: ∂L/∂outputs, (B, T, H).
            d_state: ∂L/∂(last state), (B, H); zero if None.

        Returns:
            Gradients(x, state, parameters).

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        W_x, W_h = self.parameters["weight_ih"], self.parameters["weight_hh"]
        H, D = self.hidden_size, self.input_size
        columns, ended = tape
        T, B = len(columns) - 1, columns.shape[2]
        d_hidden = upstream(d_outputs, (B, T, H), W_h.dtype, ended)

        W_transposed = np.ascontiguousarray(np.concatenate([W_h, W_x], axis=1).T)
        deltas = np.empty((T, H, B), W_h.dtype)
        d_columns = np.empty((T + 1, H + D, B), W_h.dtype)
        d_columns[T, :H] = initial_state("d_state", d_state, B, H, W_h.dtype)
        for t in reversed(range(T)):
            h, delta, D_t = columns[t + 1, :H], deltas[t], d_columns[t + 1, :H]
            D_t += d_hidden[t]
            np.multiply(h, h, out=delta)
            np.subtract(1, delta, out=delta)
            delta *= D_t
            if ended is not None:
                delta *= ~ended[t]
            np.matmul(W_transposed, delta, out=d_columns[t])
            if ended is not None:
                np.copyto(d_columns[t, :H], D_t, where=ended[t])

        d_W = np.tensordot(deltas, columns[:T], axes=([0, 2], [0, 2]))
        return Gradients(
            x=batch_first(d_columns[:T, H:]),
            state=d_columns[0, :H].T.copy(),
            parameters={
                "weight_ih": d_W[:, H : H + D],
                "weight_hh": d_W[:, :H],
                "bias": d_W[:, -1],
            },
        )
