"""The long short-term memory of 1997: memory blocks without a forget gate."""

from typing import NamedTuple

import numpy as np

from src.equations.activations import sigmoid
from src.equations.gradients import Gradients
from src.equations.history.blocks import (
    BlockLayer,
    squash_input,
    squash_state,
    to_blocks,
    to_cells,
)

Pair = tuple[np.ndarray, np.ndarray]  # y (B, Q) and C (B, cells)


class LSTM1997Step(NamedTuple):
    """One time step with everything that it computed.

    Attributes:
        input_gate: i_t, (B, blocks).
        output_gate: o_t, (B, blocks).
        candidate: C̃_t, (B, cells), in (−2, 2).
        cell_state: C_t, (B, cells).
        hidden_state: h_t, (B, cells).
        fed_back: y_t, (B, Q): what the next step reads beside x.
        state: what the next step takes, the pair y_t, C_t.
    """

    input_gate: np.ndarray
    output_gate: np.ndarray
    candidate: np.ndarray
    cell_state: np.ndarray
    hidden_state: np.ndarray
    fed_back: np.ndarray

    @property
    def state(self) -> Pair:
        return self.fed_back, self.cell_state


class LSTM1997(BlockLayer):
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
    through its inputs; `step_backward` does not, so that `backward` is back-propagation through
    time in full.
    """

    gates = 2

    def __init__(self, parameters: dict[str, np.ndarray], *, blocks: int) -> None:
        super().__init__(parameters, blocks=blocks)
        (R, Q), (K,) = self.parameters["weight_hh"].shape, self.parameters["bias"].shape
        if Q not in (self.hidden_size, R):
            raise ValueError(
                f"weight_hh must have {self.hidden_size} columns (the cells feed back) or {R} "
                f"(the gates too), got {Q}"
            )
        if K not in (2 * blocks, R):
            raise ValueError(
                f"bias must have shape ({2 * blocks},) (gates only) or ({R},), got ({K},)"
            )

    def step(self, x: np.ndarray, state: Pair) -> LSTM1997Step:
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: the pair y_(t−1) (B, Q), C_(t−1) (B, cells).

        Returns:
            LSTM1997Step: the gates, the candidate and the new states by name.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        y, C = self.check_step(x, state)
        a_i, a_o, a_c = self.pre_activations(x, y)

        i = sigmoid(a_i)
        o = sigmoid(a_o)
        C_tilde = squash_input(a_c)
        C = C + to_cells(i, self.cells) * C_tilde
        h = to_cells(o, self.cells) * squash_state(C)
        y = np.concatenate([h, i, o], axis=1)[:, : y.shape[1]]
        return LSTM1997Step(i, o, C_tilde, C, h, y)

    def step_backward(
        self, x: np.ndarray, state: Pair, step: LSTM1997Step, d_state: Pair
    ) -> Gradients:
        r"""The way back through one step.

        With h̄_t = ∂L/∂h_t, C̄_t = ∂L/∂C_t and Σ the sum over the cells of a block:

            C̄_t ← C̄_t + h̄_t ⊙ o_t ⊙ ½ (1 − tanh²(C_t/2))
            δ_o = (Σ h̄_t ⊙ tanh(C_t/2) + what arrives at o_t itself) ⊙ o_t (1 − o_t)
            δ_i = (Σ C̄_t ⊙ C̃_t + what arrives at i_t itself) ⊙ i_t (1 − i_t)
            δ_c = C̄_t ⊙ i_t ⊙ (1 − (C̃_t/2)²)
            C̄_(t−1) = C̄_t

        The last line is the *constant error carousel*: nothing scales C̄ on its way along the cell.
        Something arrives at the gates themselves where they feed back.

        Args:
            x, state: what `step` was given.
            step: what it returned.
            d_state: the pair ȳ_t (B, Q), C̄_t (B, cells).

        Returns:
            Gradients(x, state, parameters), state a pair.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype.
        """
        (y_before, _), (d_y, d_C) = self.check_step_backward(x, state, step, LSTM1997Step, d_state)
        n, cells = self.blocks, self.cells
        i, o, C_tilde, C, _, _ = step
        d_h, d_i, d_o = d_y[:, :cells], d_y[:, cells : cells + n], d_y[:, cells + n :]
        if d_y.shape[1] == cells:  # the gates do not feed back
            d_i = d_o = np.zeros_like(i)
        shown = squash_state(C)

        d_C = d_C + d_h * to_cells(o, cells) * (1 - shown**2) / 2
        delta_o = (to_blocks(d_h * shown, n) + d_o) * o * (1 - o)
        delta_i = (to_blocks(d_C * C_tilde, n) + d_i) * i * (1 - i)
        delta_c = d_C * to_cells(i, cells) * (1 - (C_tilde / 2) ** 2)
        return self.through_weights(x, y_before, (delta_i, delta_o, delta_c), d_C)
