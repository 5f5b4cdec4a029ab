"""The long short-term memory of 2000: memory blocks that can forget."""

from typing import NamedTuple

import numpy as np

from src.equations.activations import sigmoid
from src.equations.checks import check_array
from src.equations.gradients import Gradients
from src.equations.history.blocks import (
    check_block_parameters,
    gate,
    squash_input,
    squash_state,
    to_blocks,
    to_cells,
)
from src.equations.sequences import state_pair


class LSTM2000Step(NamedTuple):
    """One time step with everything that it computed.

    Attributes:
        input_gate: i_t, (B, blocks).
        forget_gate: f_t, (B, blocks).
        output_gate: o_t, (B, blocks).
        candidate: C̃_t, (B, cells), in (−2, 2).
        cell_state: C_t, (B, cells).
        hidden_state: h_t, (B, cells).
    """

    input_gate: np.ndarray
    forget_gate: np.ndarray
    output_gate: np.ndarray
    candidate: np.ndarray
    cell_state: np.ndarray
    hidden_state: np.ndarray


class LSTM2000:
    r"""A layer of memory blocks with an input, a forget and an output gate.

        i_t = σ(W_i [h_(t−1), x_t] + b_i)         C_t = f_t ⊙ C_(t−1) + i_t ⊙ C̃_t
        f_t = σ(W_f [h_(t−1), x_t] + b_f)         h_t = o_t ⊙ tanh(C_t / 2)
        o_t = σ(W_o [h_(t−1), x_t] + b_o)
        C̃_t = 2 tanh(½ W_c [h_(t−1), x_t])

    Each gate is one number for each block. What is not the forget gate is as in `LSTM1997`, in the
    form that the network of 2000 has: the cells feed back, not the gates; the gates have a bias,
    the cells none.

    Args:
        parameters: dict of weight_ih (R, D), weight_hh (R, cells) and bias (3 · blocks,), all
            float32 or all float64. R = 3 · blocks + cells rows: input gates, forget gates, output
            gates, cells. The layer keeps these very arrays.
        blocks: how many memory blocks the cells are shared out to.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Gers, Schmidhuber and Cummins 2000. As in 1997 they cut the gradient where it leaves a
    cell through its inputs; `backward` does not, it is back-propagation through time in full.
    """

    def __init__(self, parameters, *, blocks):
        self.parameters, self.cells = check_block_parameters(parameters, blocks, gates=3)
        self.blocks = blocks
        if parameters["weight_hh"].shape[1] != self.cells:
            raise ValueError(
                f"weight_hh must have {self.cells} columns, one for each cell, "
                f"got {parameters['weight_hh'].shape[1]}"
            )
        if len(parameters["bias"]) != 3 * blocks:
            raise ValueError(
                f"bias must have shape ({3 * blocks},), got {parameters['bias'].shape}"
            )

    @property
    def input_size(self):
        """D."""
        return self.parameters["weight_ih"].shape[1]

    @property
    def hidden_size(self):
        """H, the number of cells."""
        return self.cells

    def initial_state(self, batch_size):
        """h_0 and C_0: zeros, (B, cells) each."""
        zeros = np.zeros((batch_size, self.cells), self.parameters["bias"].dtype)
        return zeros, zeros.copy()

    def step(self, x, state):
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: the pair h_(t−1), C_(t−1), each (B, cells).

        Returns:
            LSTM2000Step: the gates, the candidate and the new states by name.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h, C = state_pair("state", state)
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        check_array("x", x, ("B", self.input_size), b.dtype)
        check_array("state[0]", h, (len(x), self.cells), b.dtype)
        check_array("state[1]", C, (len(x), self.cells), b.dtype)
        n = self.blocks
        a = x @ W_x.T + h @ W_h.T
        a[:, : 3 * n] += b

        i = sigmoid(a[:, :n])
        f = sigmoid(a[:, n : 2 * n])
        o = sigmoid(a[:, 2 * n : 3 * n])
        C_tilde = squash_input(a[:, 3 * n :])
        C = to_cells(f, self.cells) * C + to_cells(i, self.cells) * C_tilde
        h = to_cells(o, self.cells) * squash_state(C)
        return LSTM2000Step(i, f, o, C_tilde, C, h)

    def forward(self, x, state=None):
        """Read whole sequences: the equations of `step`, with all gates in one call.

        Args:
            x: (B, T, D).
            state: the pair h_0, C_0, each (B, cells); zero if None.

        Returns:
            outputs h (B, T, cells); the last state, a pair (h, C); and the tape for `backward`, T
            steps first: x, the gates, C̃, C_0 to C_T and h_0 to h_T.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        B, T, _ = check_array("x", x, ("B", "T", self.input_size), b.dtype).shape
        h, C = self.initial_state(B) if state is None else state_pair("state", state)
        check_array("state[0]", h, (B, self.cells), b.dtype)
        check_array("state[1]", C, (B, self.cells), b.dtype)
        H, n = self.cells, self.blocks

        from_x = (x @ W_x.T).transpose(1, 0, 2).copy()
        from_x[:, :, : 3 * n] += b
        gates, C_tildes = np.empty((T, B, 3 * n), b.dtype), np.empty((T, B, H), b.dtype)
        Cs, hs = np.empty((2, T + 1, B, H), b.dtype)
        Cs[0], hs[0] = C, h
        for t in range(T):
            a = from_x[t] + hs[t] @ W_h.T
            gates[t] = gate(a[:, : 3 * n])
            C_tildes[t] = squash_input(a[:, 3 * n :])
            i_f_o = to_cells(gates[t].reshape(B, 3, n), H)
            Cs[t + 1] = i_f_o[:, 1] * Cs[t] + i_f_o[:, 0] * C_tildes[t]
            hs[t + 1] = i_f_o[:, 2] * squash_state(Cs[t + 1])
        outputs = hs[1:].transpose(1, 0, 2).copy()
        return outputs, (hs[T].copy(), Cs[T].copy()), (x, gates, C_tildes, Cs, hs)

    def backward(self, tape, d_outputs, d_state=None):
        r"""Back-propagation through time.

        As in `LSTM1997.backward`, with two lines more. Σ runs over the cells of a block:

            δ_f = (Σ E_t ⊙ C_(t−1)) ⊙ f_t (1 − f_t)
            E_(t−1) = E_t ⊙ f_t

        Args:
            tape: what `forward` returned.
            d_outputs: ∂L/∂outputs, (B, T, cells).
            d_state: ∂L/∂(last state), a pair of (B, cells); zero if None.

        Returns:
            Gradients(x, state, parameters), state a pair.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        W_x, W_h = self.parameters["weight_ih"], self.parameters["weight_hh"]
        x, gates, C_tildes, Cs, hs = tape
        H, n, (B, T, _) = self.cells, self.blocks, x.shape
        check_array("d_outputs", d_outputs, (B, T, H), W_h.dtype)
        d_h, E = self.initial_state(B) if d_state is None else state_pair("d_state", d_state)
        check_array("d_state[0]", d_h, (B, H), W_h.dtype)
        check_array("d_state[1]", E, (B, H), W_h.dtype)

        # All that does not depend on what comes from later steps, for all steps at once.
        i, f, o = (to_cells(gates[:, :, k * n : (k + 1) * n], H) for k in range(3))
        shown = squash_state(Cs[1:])
        into_C = o * (1 - shown**2) / 2
        through_c = i * (1 - (C_tildes / 2) ** 2)
        gate_slopes = gates * (1 - gates)

        deltas = np.empty((T, B, len(W_h)), W_h.dtype)
        for t in reversed(range(T)):
            D = d_h + d_outputs[:, t]
            E = E + D * into_C[t]
            deltas[t, :, :n] = to_blocks(E * C_tildes[t], n)
            deltas[t, :, n : 2 * n] = to_blocks(E * Cs[t], n)
            deltas[t, :, 2 * n : 3 * n] = to_blocks(D * shown[t], n)
            deltas[t, :, : 3 * n] *= gate_slopes[t]
            deltas[t, :, 3 * n :] = E * through_c[t]
            E = E * f[t]
            d_h = deltas[t] @ W_h

        return Gradients(
            x=(deltas @ W_x).transpose(1, 0, 2),
            state=(d_h, E),
            parameters={
                "weight_ih": np.tensordot(deltas, x, axes=([0, 1], [1, 0])),
                "weight_hh": np.tensordot(deltas, hs[:T], axes=([0, 1], [0, 1])),
                "bias": deltas.sum(axis=(0, 1))[: 3 * n],
            },
        )
