"""The gated recurrent unit: one step, a whole sequence, and back through time."""

from typing import NamedTuple

import numpy as np

from src.equations.activations import sigmoid
from src.equations.checks import check_array, check_lengths, check_parameters
from src.equations.gradients import Gradients
from src.equations.initialization import uniform_parameters
from src.equations.sequences import (
    batch_first,
    ended_steps,
    initial_state,
    outputs_of,
    sum_of_outer_products,
    upstream,
)
from src.equations.torch_weights import one_gru_layer


class GRUStep(NamedTuple):
    """One time step with everything that it computed, each (B, H).

    Attributes:
        reset_gate: r_t.
        update_gate: z_t; 1 takes the candidate, 0 keeps the old state.
        candidate: h̃_t.
        hidden_state: h_t.
    """

    reset_gate: np.ndarray
    update_gate: np.ndarray
    candidate: np.ndarray
    hidden_state: np.ndarray


class GRUTape(NamedTuple):
    """What `GRU.forward` keeps for `GRU.backward`.

    Attributes:
        columns: (T+1, H+D+1, B), at step t the column [h_(t−1); x_t; 1].
        activations: (T, 4, H, B), at step t: r, z, m and h̃, where m is what the reset gate
            is about: r ⊙ h_(t−1) before the product, U h_(t−1) + b_u after it.
        ended: bool (T, B), behind the end of the sequence; None if there is no such step.
    """

    columns: np.ndarray
    activations: np.ndarray
    ended: np.ndarray | None


class GRU:
    r"""A layer of gated recurrent units, with the reset before or after the product.

        r_t = σ(W_r [h_(t−1), x_t] + b_r)
        z_t = σ(W_z [h_(t−1), x_t] + b_z)
        h̃_t = tanh(W x_t + b + U (r_t ⊙ h_(t−1)))             reset_after=False
        h̃_t = tanh(W x_t + b + r_t ⊙ (U h_(t−1) + b_u))       reset_after=True
        h_t = (1 − z_t) ⊙ h_(t−1) + z_t ⊙ h̃_t

    The reset before the product is that of the papers; after it is PyTorch's and cuDNN's,
    where one product serves all three blocks. No weights turn the one into the other: before,
    entry k of U (r ⊙ h) mixes all of r; after, entry k of r ⊙ (U h) is scaled by r_k alone.
    PyTorch's z is 1 − z_t of these equations; `flip_update_gate` converts.

    Args:
        parameters: dict of weight_ih (3H, D), weight_hh (3H, H) and bias (3H,), all float32 or
            all float64; H rows each for r, z, h̃. With reset_after also bias_reset (H,), b_u:
            it is multiplied by r_t, so it cannot be folded into b. The layer keeps these very
            arrays.
        reset_after: which of the two candidates.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Cho et al. 2014 (reset before); direction of z: Chung et al. 2014.
    """

    def __init__(self, parameters, *, reset_after=False):
        extra_bias = ("bias_reset",) if reset_after else ()
        self.parameters = check_parameters(parameters, gates=3, extra_bias=extra_bias)
        self.reset_after = bool(reset_after)

    @classmethod
    def initialize(cls, input_size, hidden_size, *, rng, reset_after=False, dtype=np.float64):
        """A layer with weights from U(−1/√H, 1/√H) and biases of zero.

        Args:
            input_size: D.
            hidden_size: H.
            rng: numpy.random.Generator that the weights are drawn from.
            reset_after: which of the two candidates.
            dtype: float32 or float64.

        Raises:
            TypeError, ValueError: an argument is not as stated.
        """
        parameters = uniform_parameters(3, input_size, hidden_size, rng, dtype)
        if reset_after:
            parameters["bias_reset"] = np.zeros(hidden_size, dtype)
        return cls(parameters, reset_after=reset_after)

    @classmethod
    def from_torch(cls, module):
        """The layer with the weights of a `torch.nn.GRU` (one layer, one direction).

        PyTorch resets after the product, and its update gate points the other way.

        Raises:
            TypeError, ValueError: the module is of another kind.
        """
        return cls(flip_update_gate(one_gru_layer(module)), reset_after=True)

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
            state: h_(t−1), (B, H).

        Returns:
            GRUStep: the gates, the candidate and the new state by name.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        check_array("x", x, ("B", self.input_size), b.dtype)
        h = check_array("state", state, (len(x), self.hidden_size), b.dtype)

        x_r, x_z, x_n = np.split(x @ W_x.T + b, 3, axis=1)
        U_r, U_z, U = np.split(W_h, 3)
        r = sigmoid(x_r + h @ U_r.T)
        z = sigmoid(x_z + h @ U_z.T)
        if self.reset_after:
            h_tilde = np.tanh(x_n + r * (h @ U.T + self.parameters["bias_reset"]))
        else:
            h_tilde = np.tanh(x_n + (r * h) @ U.T)
        return GRUStep(r, z, h_tilde, (1 - z) * h + z * h_tilde)

    def forward(self, x, state=None, lengths=None):
        r"""Read whole sequences.

        The same equations as `step`, arranged for speed: the products of a step are one (two
        with the reset before), the candidate's share of x is computed for all steps at once,
        and both gates are one tanh, because σ(a) = ½ tanh(½a) + ½.

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
        H, D = self.hidden_size, self.input_size
        W, W_candidate, U = self._matrices()
        B, T, _ = check_array("x", x, ("B", "T", D), U.dtype).shape
        ended = ended_steps(check_lengths(lengths, B, T), T)

        W[: 2 * H] *= 0.5
        columns = np.ones((T + 1, H + D + 1, B), U.dtype)
        columns[0, :H] = initial_state("state", state, B, H, U.dtype)
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
        return outputs, columns[T, :H].T.copy(), GRUTape(columns, activations, ended)

    def backward(self, tape, d_outputs, d_state=None):
        r"""Back-propagation through time.

        With D_t = ∂L/∂h_t, the sum of what comes from the output at t and from step t+1:

            δ_n = D_t ⊙ z_t ⊙ (1 − h̃_t²)
            δ_z = D_t ⊙ (h̃_t − h_(t−1)) ⊙ z_t (1 − z_t)
            δ_r = Q_t ⊙ r_t (1 − r_t),  Q_t = ∂L/∂r_t:
                  before: q = Uᵀ δ_n,  Q_t = q ⊙ h_(t−1),  and h_(t−1) gets q ⊙ r_t
                  after:  q = δ_n ⊙ r_t,  Q_t = δ_n ⊙ (U h_(t−1) + b_u),  and h_(t−1) gets Uᵀ q
            D_(t−1) gets D_t ⊙ (1 − z_t) + W_rᵀ δ_r + W_zᵀ δ_z + that share.

        Where a sequence has ended z = 0, so that all δ vanish and D passes unchanged by the
        same formulas.

        Args:
            tape: what `forward` returned.
            d_outputs: ∂L/∂outputs, (B, T, H).
            d_state: ∂L/∂(last state), (B, H); zero if None.

        Returns:
            Gradients(x, state, parameters).

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        H, D = self.hidden_size, self.input_size
        W, W_candidate, U = self._matrices()
        columns, activations, ended = tape
        T, B = len(activations), columns.shape[2]
        d_hidden = upstream(d_outputs, (B, T, H), U.dtype, ended)

        W_transposed = np.ascontiguousarray(W[:, : H + D].T)
        U_transposed = np.ascontiguousarray(U.T)
        deltas = np.empty((len(W), T, B), U.dtype)  # δ_r, δ_z, and q if after
        deltas_n = np.empty((H, T, B), U.dtype)
        d_columns = np.empty((T + 1, H + D, B), U.dtype)
        d_columns[T, :H] = initial_state("d_state", d_state, B, H, U.dtype)
        block = np.empty((3, H, B), U.dtype)
        delta_r, delta_z, q = block
        delta = block.reshape(3 * H, B)[: len(W)]
        delta_n, kept = np.empty((2, H, B), U.dtype)

        for t in reversed(range(T)):
            r, z, m, h_tilde = activations[t]
            previous, D_t = columns[t, :H], d_columns[t + 1, :H]
            D_t += d_hidden[t]

            np.multiply(D_t, z, out=delta_n)  # what the candidate gets ...
            np.subtract(D_t, delta_n, out=kept)  # ... and what the old state gets
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

    def _matrices(self):
        """The three matrices of a step, new arrays.

        Returns:
            W: what multiplies [h; x; 1]: the rows of r and z; with reset_after also those of
                U h + b_u, which read no x.
            W_candidate: (H, D+1), what multiplies [x; 1] for the candidate.
            U: (H, H).
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


def flip_update_gate(parameters):
    """The parameters that mean the same with the update gate pointing the other way.

    1 − σ(a) = σ(−a): changing the sign of the update gate's rows turns
    h = (1 − z) ⊙ h_prev + z ⊙ h̃ (Chung et al. 2014, this book) into
    h = z ⊙ h_prev + (1 − z) ⊙ h̃ (Cho et al. 2014, PyTorch). It is its own inverse, and it maps
    gradients as it maps parameters.

    Args:
        parameters: dict with weight_ih (3H, D), weight_hh (3H, H), bias (3H,), rows r, z, h̃;
            other entries are copied as they are.

    Returns:
        A dict of new arrays.
    """
    flipped = {name: value.copy() for name, value in parameters.items()}
    for name in ("weight_ih", "weight_hh", "bias"):
        H = len(flipped[name]) // 3
        flipped[name][H : 2 * H] *= -1
    return flipped
