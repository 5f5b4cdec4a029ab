"""The gated recurrent unit arranged for speed: a whole sequence, and back through time."""

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
from src.equations.gru import GRU
from src.equations.states import first_state


class FastGRUTape(NamedTuple):
    """What `FastGRU.forward` keeps for `FastGRU.backward`.

    Attributes:
        columns: (T+1, H+D+1, B), at step t the column [h_(t−1); x_t; 1].
        activations: (T, 4, H, B), at step t: r, z, m and h̃, where m is what the reset gate
            acts upon: r ⊙ h_(t−1) before the product, W_hn h_(t−1) + b_hn after it.
        running: bool (B, T), the steps that lie before the end of their sequence.
        layer: the layer in words, so that no other takes this tape.
    """

    columns: np.ndarray
    activations: np.ndarray
    running: np.ndarray
    layer: str


class FastGRU(GRU):
    """`GRU`, with the same contract and another arrangement inside `forward` and `backward`."""

    def forward(
        self, x: np.ndarray, state: np.ndarray | None = None, lengths: npt.ArrayLike | None = None
    ) -> tuple[np.ndarray, np.ndarray, FastGRUTape]:
        r"""Read whole sequences, as `GRU.forward` does.

        The equations of `GRU.step`: both gates are one product, W [h_(t−1); x_t; 1], and one tanh,
        because σ(a) = ½ tanh(½a) + ½; the candidate's share of x is computed for all steps at once.
        """
        H, D = self.hidden_size, self.input_size
        W, W_candidate, W_hn, b_hn = self._matrices()
        x, running = self.inputs(x, lengths)
        B, T, _ = x.shape
        ended = ended_steps(running)

        W *= 0.5
        columns = np.ones((T + 1, H + D + 1, B), self.dtype)
        columns[0, :H] = first_state("state", state, H, B, self.dtype).T
        columns[:T, H : H + D] = x.transpose(1, 2, 0)
        candidate_of_x = W_candidate @ columns[:T, H:]  # (T, H, B)
        activations = np.empty((T, 4, H, B), self.dtype)

        for t in range(T):
            r, z, m, h_tilde = activations[t]
            previous, h = columns[t, :H], columns[t + 1, :H]
            gates = activations[t, :2]
            np.matmul(W, columns[t], out=gates.reshape(2 * H, B))
            np.tanh(gates, out=gates)
            gates *= 0.5
            gates += 0.5
            if ended is not None:
                z[:, ended[t]] = 0  # keep the state

            if self.reset_after:
                np.matmul(W_hn, previous, out=m)
                m += b_hn
                np.multiply(r, m, out=h_tilde)
            else:
                np.multiply(r, previous, out=m)
                np.matmul(W_hn, m, out=h_tilde)
            h_tilde += candidate_of_x[t]
            np.tanh(h_tilde, out=h_tilde)
            np.subtract(h_tilde, previous, out=h)
            h *= z
            h += previous

        outputs = outputs_of(columns[1:, :H], ended)
        tape = FastGRUTape(columns, activations, running, repr(self))
        return outputs, columns[T, :H].T.copy(), tape

    def backward(
        self, tape: FastGRUTape, d_outputs: np.ndarray, d_state: np.ndarray | None = None
    ) -> Gradients:
        r"""Back-propagation through time, as `GRU.backward` does.

        The equations of `GRU.step_backward`. What does not depend on later steps is computed for a
        chunk of steps at once: the factors between h̄ and the δ. Where a sequence has ended z = 0,
        so that all δ vanish and h̄ passes unchanged by the same formulas.
        """
        H, D = self.hidden_size, self.input_size
        W, W_candidate, W_hn, _ = self._matrices()
        columns, activations, running, _ = self.check_tape(tape, FastGRUTape)
        B, T = running.shape
        d_hidden = batch_last(self.upstream(d_outputs, running))

        W_transposed, W_hn_transposed = W[:, : H + D].T.copy(), W_hn.T.copy()
        d_gates = np.zeros((2 * H, H + D + 1), self.dtype)
        d_candidate, d_W_hn = np.zeros((H, D + 1), self.dtype), np.zeros((H, H), self.dtype)
        d_b_hn = np.zeros(H, self.dtype)
        d_columns = np.empty((T + 1, H + D, B), self.dtype)
        d_columns[T, :H] = first_state("d_state", d_state, H, B, self.dtype).T
        through_candidate, kept = np.empty((2, H, B), self.dtype)

        for chunk in chunks_from_the_end(T):
            r, z, m, h_tilde = activations[chunk].swapaxes(0, 1)
            previous = columns[chunk, :H]
            keep = 1 - z
            deltas = np.empty(
                (len(r), 4, H, B), self.dtype
            )  # factors at first, then δ_r, δ_z, δ_n, q
            np.multiply(m if self.reset_after else previous, r * (1 - r), out=deltas[:, 0])
            np.multiply(h_tilde - previous, z * keep, out=deltas[:, 1])
            np.multiply(z, 1 - h_tilde**2, out=deltas[:, 2])
            deltas[:, 3] = r

            for k in reversed(range(len(r))):
                t, (delta_r, _, delta_n, q) = chunk.start + k, deltas[k]
                d_h = d_columns[t + 1, :H]
                d_h += d_hidden[t]
                deltas[k, 1:3] *= d_h
                if self.reset_after:
                    delta_r *= delta_n
                    q *= delta_n
                    np.matmul(W_hn_transposed, q, out=through_candidate)
                else:
                    np.matmul(W_hn_transposed, delta_n, out=through_candidate)
                    delta_r *= through_candidate
                    through_candidate *= q  # r
                np.matmul(W_transposed, deltas[k, :2].reshape(2 * H, B), out=d_columns[t])
                np.multiply(d_h, keep[k], out=kept)
                kept += through_candidate
                d_columns[t, :H] += kept

            delta_n, q = deltas[:, 2], deltas[:, 3]
            d_gates += sum_of_outer_products(deltas[:, :2].reshape(-1, 2 * H, B), columns[chunk])
            d_candidate += sum_of_outer_products(delta_n, columns[chunk, H:])
            d_columns[chunk, H:] += W_candidate[:, :D].T @ delta_n
            if self.reset_after:
                d_W_hn += sum_of_outer_products(q, previous)
                d_b_hn += q.sum(axis=(0, 2))
            else:
                d_W_hn += sum_of_outer_products(delta_n, m)

        parameters = {
            "weight_ih": np.concatenate([d_gates[:, H : H + D], d_candidate[:, :D]]),
            "weight_hh": np.concatenate([d_gates[:, :H], d_W_hn]),
            "bias": np.concatenate([d_gates[:, -1], d_candidate[:, -1]]),
        }
        if self.reset_after:
            parameters["bias_reset"] = d_b_hn
        d_x = batch_first(d_columns[:T, H:])
        return Gradients(d_x, d_columns[0, :H].T.copy(), parameters)

    def _matrices(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
        """The matrices of a step, new arrays.

        Returns:
            W: (2H, H+D+1), what multiplies [h; x; 1] for r and z.
            W_candidate: (H, D+1), what multiplies [x; 1] for the candidate.
            W_hn: (H, H).
            b_hn: (H, 1), None if the reset comes before the product.
        """
        H = self.hidden_size
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        W = np.concatenate([W_h, W_x, b[:, None]], axis=1)
        b_hn = self.parameters["bias_reset"][:, None] if self.reset_after else None
        return W[: 2 * H].copy(), W[2 * H :, H:].copy(), W[2 * H :, :H].copy(), b_hn
