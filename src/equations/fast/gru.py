"""The gated recurrent unit arranged for speed: a whole sequence, and back through time."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from src.equations.fast.layout import (
    batch_first,
    batch_last,
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

        The equations of `GRU.step`: the products of a step are one (two with the reset before),
        the candidate's share of x is computed for all steps at once, and both gates are one tanh,
        because σ(a) = ½ tanh(½a) + ½.
        """
        H, D = self.hidden_size, self.input_size
        W, W_candidate, U = self._matrices()
        x, running = self.inputs(x, lengths)
        B, T, _ = x.shape
        ended = ended_steps(running)

        W[: 2 * H] *= 0.5
        columns = np.ones((T + 1, H + D + 1, B), U.dtype)
        columns[0, :H] = first_state("state", state, H, B, self.dtype).T
        columns[:T, H : H + D] = x.transpose(1, 2, 0)
        candidate_of_x = W_candidate @ columns[:T, H:]  # (T, H, B)
        activations = np.empty((T, 4, H, B), U.dtype)

        for t in range(T):
            r, z, m, h_tilde = activations[t]
            previous, h = columns[t, :H], columns[t + 1, :H]
            products = activations[t].reshape(4 * H, B)[: len(W)]  # r, z, and m if after
            np.matmul(W, columns[t], out=products)
            gates = activations[t, :2]
            np.tanh(gates, out=gates)
            gates *= 0.5
            gates += 0.5
            if ended is not None:
                z[:, ended[t]] = 0  # keep the state

            if self.reset_after:
                np.multiply(r, m, out=h_tilde)
            else:
                np.multiply(r, previous, out=m)
                np.matmul(U, m, out=h_tilde)
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

        The equations of `GRU.step_backward`. Where a sequence has ended z = 0, so that all δ vanish
        and h̄ passes unchanged by the same formulas.
        """
        H, D = self.hidden_size, self.input_size
        W, W_candidate, U = self._matrices()
        columns, activations, running, _ = self.check_tape(tape, FastGRUTape)
        B, T = running.shape
        d_hidden = batch_last(self.upstream(d_outputs, running))

        W_transposed = np.ascontiguousarray(W[:, : H + D].T)
        U_transposed = np.ascontiguousarray(U.T)
        deltas = np.empty((len(W), T, B), U.dtype)  # δ_r, δ_z, and q if after
        deltas_n = np.empty((H, T, B), U.dtype)
        d_columns = np.empty((T + 1, H + D, B), U.dtype)
        d_columns[T, :H] = first_state("d_state", d_state, H, B, self.dtype).T
        block = np.empty((3, H, B), U.dtype)
        delta_r, delta_z, q = block
        delta = block.reshape(3 * H, B)[: len(W)]
        delta_n, kept = np.empty((2, H, B), U.dtype)

        for t in reversed(range(T)):
            r, z, m, h_tilde = activations[t]
            previous, d_h = columns[t, :H], d_columns[t + 1, :H]
            d_h += d_hidden[t]

            np.multiply(d_h, z, out=delta_n)  # what the candidate gets ...
            np.subtract(d_h, delta_n, out=kept)  # ... and what the old state gets
            np.subtract(h_tilde, previous, out=delta_z)
            delta_z *= delta_n
            np.subtract(1, z, out=q)
            delta_z *= q
            np.multiply(h_tilde, h_tilde, out=q)
            np.subtract(1, q, out=q)
            delta_n *= q

            if self.reset_after:
                np.multiply(delta_n, r, out=q)
                np.subtract(1, r, out=delta_r)
                delta_r *= q
                delta_r *= m
            else:
                np.matmul(U_transposed, delta_n, out=q)
                q *= r
                np.subtract(1, r, out=delta_r)
                delta_r *= q
                delta_r *= previous
                kept += q
            np.matmul(W_transposed, delta, out=d_columns[t])
            d_columns[t, :H] += kept
            deltas[:, t] = delta
            deltas_n[:, t] = delta_n

        d_W = sum_of_outer_products(deltas, columns[:T])
        d_candidate = sum_of_outer_products(deltas_n, columns[:T, H:])
        parameters = {
            "weight_ih": np.concatenate([d_W[: 2 * H, H : H + D], d_candidate[:, :D]]),
            "bias": np.concatenate([d_W[: 2 * H, -1], d_candidate[:, -1]]),
        }
        if self.reset_after:
            parameters["weight_hh"] = d_W[:, :H]
            parameters["bias_reset"] = d_W[2 * H :, -1]
        else:
            d_U = sum_of_outer_products(deltas_n, activations[:, 2])
            parameters["weight_hh"] = np.concatenate([d_W[:, :H], d_U])
        d_x = d_columns[:T, H:]
        d_x += W_candidate[:, :D].T @ deltas_n.transpose(1, 0, 2)
        return Gradients(batch_first(d_x), d_columns[0, :H].T.copy(), parameters)

    def _matrices(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The three matrices of a step, new arrays.

        Returns:
            W: what multiplies [h; x; 1]: the rows of r and z; with reset_after also those of
                W_hn h + b_hn, which read no x.
            W_candidate: (H, D+1), what multiplies [x; 1] for the candidate.
            U: (H, H), W_hn.
        """
        H = self.hidden_size
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        W = np.concatenate([W_h, W_x, b[:, None]], axis=1)
        W_candidate, U = W[2 * H :, H:].copy(), W[2 * H :, :H].copy()
        if not self.reset_after:
            return W[: 2 * H], W_candidate, U
        W[2 * H :, H:-1] = 0
        W[2 * H :, -1] = self.parameters["bias_reset"]
        return W, W_candidate, U
