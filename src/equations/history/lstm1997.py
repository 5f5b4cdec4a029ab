"""The long short-term memory of 1997: memory blocks without a forget gate."""

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


class LSTM1997Step(NamedTuple):
    """One time step with everything that it computed.

    Attributes:
        input_gate: i_t, (B, blocks).
        output_gate: o_t, (B, blocks).
        candidate: C̃_t, (B, cells), in (−2, 2).
        cell_state: C_t, (B, cells).
        hidden_state: h_t, (B, cells).
    """

    input_gate: np.ndarray
    output_gate: np.ndarray
    candidate: np.ndarray
    cell_state: np.ndarray
    hidden_state: np.ndarray


class LSTM1997:
    r"""A layer of memory blocks with an input and an output gate, but no forget gate.

        i_t = σ(W_i [y_(t−1), x_t] + b_i)         C_t = C_(t−1) + i_t ⊙ C̃_t
        o_t = σ(W_o [y_(t−1), x_t] + b_o)         h_t = o_t ⊙ tanh(C_t / 2)
        C̃_t = 2 tanh(½ (W_c [y_(t−1), x_t] + b_c))

    i and o are one number for each block, the same for all its cells. y is what feeds back: h, and
    in the networks of the paper the gates as well. The factors 2 and ½ are the paper's ranges:
    logistic functions from −2 to 2 for C̃ and from −1 to 1 for the cell state.

    Args:
        parameters: dict of weight_ih (R, D), weight_hh (R, Q) and bias (K,), all float32 or all
            float64. R = 2 · blocks + cells rows: input gates, output gates, cells. Q says what
            feeds back: the cells alone, Q = cells, or the gates too, Q = R, in the order h, i, o.
            K says what is biased: the gates alone, K = 2 · blocks, or all, K = R. The layer keeps
            these very arrays.
        blocks: how many memory blocks the cells are shared out to.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.

    Source: Hochreiter and Schmidhuber 1997, Section 4. They cut the gradient where it leaves a cell
    through its inputs; `backward` does not, it is back-propagation through time in full.
    """

    def __init__(self, parameters, *, blocks):
        self.parameters, self.cells = check_block_parameters(parameters, blocks, gates=2)
        self.blocks = blocks
        R, Q = parameters["weight_hh"].shape
        if Q not in (self.cells, R):
            raise ValueError(
                f"weight_hh must have {self.cells} columns (the cells feed back) or {R} (the gates "
                f"too), got {Q}"
            )
        if len(parameters["bias"]) not in (2 * blocks, R):
            raise ValueError(
                f"bias must have shape ({2 * blocks},) (gates only) or ({R},), "
                f"got {parameters['bias'].shape}"
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
        """y_0 and C_0: zeros, (B, Q) and (B, cells)."""
        weight_hh = self.parameters["weight_hh"]
        y = np.zeros((batch_size, weight_hh.shape[1]), weight_hh.dtype)
        return y, np.zeros((batch_size, self.cells), weight_hh.dtype)

    def fed_back(self, step):
        """y_t, (B, Q): what a step hands to the next one beside C_t."""
        y = np.concatenate([step.hidden_state, step.input_gate, step.output_gate], axis=1)
        return y[:, : self.parameters["weight_hh"].shape[1]]

    def step(self, x, state):
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: the pair y_(t−1) (B, Q), C_(t−1) (B, cells).

        Returns:
            LSTM1997Step: the gates, the candidate and the new states by name.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        y, C = state_pair("state", state)
        check_array("x", x, ("B", self.input_size), b.dtype)
        check_array("state[0]", y, (len(x), W_h.shape[1]), b.dtype)
        check_array("state[1]", C, (len(x), self.cells), b.dtype)
        n = self.blocks
        a = x @ W_x.T + y @ W_h.T
        a[:, : len(b)] += b

        i = sigmoid(a[:, :n])
        o = sigmoid(a[:, n : 2 * n])
        C_tilde = squash_input(a[:, 2 * n :])
        C = C + to_cells(i, self.cells) * C_tilde
        h = to_cells(o, self.cells) * squash_state(C)
        return LSTM1997Step(i, o, C_tilde, C, h)

    def forward(self, x, state=None):
        """Read whole sequences: the equations of `step`, with all gates in one call.

        Args:
            x: (B, T, D).
            state: the pair y_0 (B, Q), C_0 (B, cells); zero if None.

        Returns:
            outputs h (B, T, cells); the last state, a pair (y, C); and the tape for `backward`, T
            steps first: x, the gates, C̃, C_1 to C_T and y_0 to y_T.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        B, T, _ = check_array("x", x, ("B", "T", self.input_size), b.dtype).shape
        y, C = self.initial_state(B) if state is None else state_pair("state", state)
        check_array("state[0]", y, (B, W_h.shape[1]), b.dtype)
        check_array("state[1]", C, (B, self.cells), b.dtype)
        H, n = self.cells, self.blocks

        from_x = (x @ W_x.T).transpose(1, 0, 2).copy()
        from_x[:, :, : len(b)] += b
        gates, C_tildes, Cs = (np.empty((T, B, size), b.dtype) for size in (2 * n, H, H))
        ys = np.empty((T + 1, B, len(W_h)), b.dtype)  # h, i, o; what does not feed back is not read
        fed_back = ys[:, :, : W_h.shape[1]]
        fed_back[0] = y
        for t in range(T):
            a = from_x[t] + fed_back[t] @ W_h.T
            gates[t] = gate(a[:, : 2 * n])
            C_tildes[t] = squash_input(a[:, 2 * n :])
            i_o = to_cells(gates[t].reshape(B, 2, n), H)
            C = Cs[t] = C + i_o[:, 0] * C_tildes[t]
            ys[t + 1, :, :H] = i_o[:, 1] * squash_state(C)
            ys[t + 1, :, H:] = gates[t]
        outputs = ys[1:, :, :H].transpose(1, 0, 2).copy()
        return outputs, (fed_back[T].copy(), C), (x, gates, C_tildes, Cs, fed_back)

    def backward(self, tape, d_outputs, d_state=None):
        r"""Back-propagation through time.

        Let D_t be ∂L/∂h_t, from the output at t and from step t+1, and E_t = ∂L/∂C_t. A sum Σ runs
        over the cells of a block:

            E_t ← E_t + D_t ⊙ o_t ⊙ ½ (1 − tanh²(C_t/2))
            δ_o = (Σ D_t ⊙ tanh(C_t/2) + what feeds back) ⊙ o_t (1 − o_t)
            δ_i = (Σ E_t ⊙ C̃_t + what feeds back) ⊙ i_t (1 − i_t)
            δ_c = E_t ⊙ i_t ⊙ (1 − (C̃_t/2)²)
            E_(t−1) = E_t

        The last line is the *constant error carousel*: nothing scales E on its way along the cell.

        Args:
            tape: what `forward` returned.
            d_outputs: ∂L/∂outputs, (B, T, cells).
            d_state: ∂L/∂(last state), a pair of (B, Q) and (B, cells); zero if None.

        Returns:
            Gradients(x, state, parameters), state a pair.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        W_x, W_h, b = (self.parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
        x, gates, C_tildes, Cs, ys = tape
        H, n, (B, T, _) = self.cells, self.blocks, x.shape
        check_array("d_outputs", d_outputs, (B, T, H), b.dtype)
        d_y, E = self.initial_state(B) if d_state is None else state_pair("d_state", d_state)
        check_array("d_state[0]", d_y, (B, W_h.shape[1]), b.dtype)
        check_array("d_state[1]", E, (B, H), b.dtype)

        # All that does not depend on what comes from later steps, for all steps at once.
        i, o = to_cells(gates[:, :, :n], H), to_cells(gates[:, :, n:], H)
        shown = squash_state(Cs)
        into_C = o * (1 - shown**2) / 2
        through_c = i * (1 - (C_tildes / 2) ** 2)
        gate_slopes = gates * (1 - gates)

        deltas = np.empty((T, B, len(W_h)), b.dtype)
        for t in reversed(range(T)):
            D = d_y[:, :H] + d_outputs[:, t]
            E = E + D * into_C[t]
            deltas[t, :, :n] = to_blocks(E * C_tildes[t], n)
            deltas[t, :, n : 2 * n] = to_blocks(D * shown[t], n)
            if W_h.shape[1] > H:
                deltas[t, :, : 2 * n] += d_y[:, H:]
            deltas[t, :, : 2 * n] *= gate_slopes[t]
            deltas[t, :, 2 * n :] = E * through_c[t]
            d_y = deltas[t] @ W_h

        return Gradients(
            x=(deltas @ W_x).transpose(1, 0, 2),
            state=(d_y, E),
            parameters={
                "weight_ih": np.tensordot(deltas, x, axes=([0, 1], [1, 0])),
                "weight_hh": np.tensordot(deltas, ys[:T], axes=([0, 1], [0, 1])),
                "bias": deltas.sum(axis=(0, 1))[: len(b)],
            },
        )
