"""The long short-term memory arranged for speed: a whole sequence, and back through time."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from src.equations.fast.layout import (
    batch_first,
    batch_last,
    chunks_from_the_end,
    ended_steps,
    outputs_of,
    sum_of_outer_products,
)
from src.equations.gradients import Gradients
from src.equations.lstm import LSTM, Pair
from src.equations.states import first_state

# In the forward loop the gates lie in the order i, f, o, C̃: the three sigmoids are one block.
SIGMOIDS_FIRST = [0, 1, 3, 2]


class FastLSTMTape(NamedTuple):
    """What `FastLSTM.forward` keeps for `FastLSTM.backward`.

    Attributes:
        columns: (T+1, H+D+1, B), at step t the column [h_(t−1); x_t; 1].
        activations: (T, 5, H, B), at step t: i, f, o, C̃ and tanh(C_t).
        cells: (T+1, H, B), C_0 to C_T.
        running: bool (B, T), the steps that lie before the end of their sequence.
        layer: the layer in words, so that no other takes this tape.
    """

    columns: np.ndarray
    activations: np.ndarray
    cells: np.ndarray
    running: np.ndarray
    layer: str


class FastLSTM(LSTM):
    """`LSTM`, with the same contract and another arrangement inside `forward` and `backward`."""

    def forward(
        self, x: np.ndarray, state: Pair | None = None, lengths: npt.ArrayLike | None = None
    ) -> tuple[np.ndarray, Pair, FastLSTMTape]:
        r"""Read whole sequences, as `LSTM.forward` does.

        The equations of `LSTM.step`: all four products are one, W [h_(t−1); x_t; 1], and so are
        the four activations, because σ(a) = ½ tanh(½a) + ½.
        """
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        H, D = self.hidden_size, self.input_size
        x, running = self.inputs(x, lengths)
        B, T, _ = x.shape
        ended = ended_steps(running)
        h_0, C_0 = first_state("state", state, self.state_size, B, self.dtype)

        W = _sigmoids_first(np.concatenate([W_h, W_x, b[:, None]], axis=1))
        W[: 3 * H] *= 0.5
        columns = np.ones((T + 1, H + D + 1, B), b.dtype)
        columns[0, :H] = h_0.T
        columns[:T, H : H + D] = x.transpose(1, 2, 0)
        cells = np.empty((T + 1, H, B), b.dtype)
        cells[0] = C_0.T
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
        return outputs, state, FastLSTMTape(columns, activations, cells, running, repr(self))

    def backward(
        self, tape: FastLSTMTape, d_outputs: np.ndarray, d_state: Pair | None = None
    ) -> Gradients:
        r"""Back-propagation through time, as `LSTM.backward` does.

        The equations of `LSTM.step_backward`. What does not depend on later steps is computed for
        a chunk of steps at once: the factors between h̄, C̄ and the four δ. Where a sequence has
        ended i = o = 0 and f = 1, so that all four vanish and C̄ passes unchanged by the same
        formulas; h̄ is handed through.
        """
        W_x, W_h = self.parameters["weight_ih"], self.parameters["weight_hh"]
        H, D = self.hidden_size, self.input_size
        columns, activations, cells, running, _ = self.check_tape(tape, FastLSTMTape)
        B, T = running.shape
        ended = ended_steps(running)
        d_hidden = batch_last(self.upstream(d_outputs, running))
        last_d_h, last_d_C = first_state("d_state", d_state, self.state_size, B, self.dtype)

        W_transposed = np.concatenate([W_h.T, W_x.T])
        d_W = np.zeros((4 * H, H + D + 1), W_h.dtype)
        d_columns = np.empty((T + 1, H + D, B), W_h.dtype)
        d_columns[T, :H] = last_d_h.T
        d_C = last_d_C.T.copy()
        added = np.empty((H, B), W_h.dtype)

        for chunk in chunks_from_the_end(T):
            i, f, o, C_tilde, tanh_C = activations[chunk].swapaxes(0, 1)
            into_C = o * (1 - tanh_C**2)
            deltas = np.empty((len(i), 4, H, B), W_h.dtype)  # the factors at first, then the δ
            np.multiply(C_tilde, i * (1 - i), out=deltas[:, 0])
            np.multiply(cells[chunk], f * (1 - f), out=deltas[:, 1])
            np.multiply(i, 1 - C_tilde**2, out=deltas[:, 2])
            np.multiply(tanh_C, o * (1 - o), out=deltas[:, 3])

            stacked = deltas.reshape(-1, 4 * H, B)
            for k in reversed(range(len(i))):
                t, delta = chunk.start + k, deltas[k]
                d_h = d_columns[t + 1, :H]
                d_h += d_hidden[t]
                np.multiply(d_h, into_C[k], out=added)
                d_C += added
                delta[:3] *= d_C
                delta[3] *= d_h
                d_C *= f[k]
                np.matmul(W_transposed, stacked[k], out=d_columns[t])
                if ended is not None:
                    np.copyto(d_columns[t, :H], d_h, where=ended[t])
            d_W += sum_of_outer_products(stacked, columns[chunk])

        return Gradients(
            x=batch_first(d_columns[:T, H:]),
            state=(d_columns[0, :H].T.copy(), d_C.T.copy()),
            parameters={
                "weight_ih": d_W[:, H : H + D],
                "weight_hh": d_W[:, :H],
                "bias": d_W[:, -1],
            },
        )


def _sigmoids_first(rows: np.ndarray) -> np.ndarray:
    """Rows (4H, ·) from the order i, f, C̃, o to i, f, o, C̃: a copy."""
    return rows.reshape(4, -1, rows.shape[1])[SIGMOIDS_FIRST].reshape(rows.shape)
