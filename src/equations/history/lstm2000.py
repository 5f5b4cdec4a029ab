"""The long short-term memory of 2000: memory blocks that can forget."""

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

Pair = tuple[np.ndarray, np.ndarray]  # h and C, each (B, cells)


class LSTM2000Step(NamedTuple):
    """One time step with everything that it computed.

    Attributes:
        input_gate: i_t, (B, blocks).
        forget_gate: f_t, (B, blocks).
        output_gate: o_t, (B, blocks).
        candidate: C̃_t, (B, cells), in (−2, 2).
        cell_state: C_t, (B, cells).
        hidden_state: h_t, (B, cells).
        state: what the next step takes, the pair h_t, C_t.
    """

    input_gate: np.ndarray
    forget_gate: np.ndarray
    output_gate: np.ndarray
    candidate: np.ndarray
    cell_state: np.ndarray
    hidden_state: np.ndarray

    @property
    def state(self) -> Pair:
        return self.hidden_state, self.cell_state


class LSTM2000(BlockLayer):
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
    cell through its inputs; `step_backward` does not, so that `backward` is back-propagation
    through time in full.
    """

    gates = 3

    def __init__(self, parameters: dict[str, np.ndarray], *, blocks: int) -> None:
        super().__init__(parameters, blocks=blocks)
        (_, Q), (K,) = self.parameters["weight_hh"].shape, self.parameters["bias"].shape
        if self.hidden_size != Q:
            raise ValueError(
                f"weight_hh must have {self.hidden_size} columns, one for each cell, got {Q}"
            )
        if 3 * blocks != K:
            raise ValueError(f"bias must have shape ({3 * blocks},), got ({K},)")

    def step(self, x: np.ndarray, state: Pair) -> LSTM2000Step:
        """One time step, written as the equations are.

        Args:
            x: (B, D).
            state: the pair h_(t−1), C_(t−1), each (B, cells).

        Returns:
            LSTM2000Step: the gates, the candidate and the new states by name.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype, or not finite.
        """
        h, C = self.check_step(x, state)
        a_i, a_f, a_o, a_c = self.pre_activations(x, h)

        i = sigmoid(a_i)
        f = sigmoid(a_f)
        o = sigmoid(a_o)
        C_tilde = squash_input(a_c)
        C = to_cells(f, self.cells) * C + to_cells(i, self.cells) * C_tilde
        h = to_cells(o, self.cells) * squash_state(C)
        return LSTM2000Step(i, f, o, C_tilde, C, h)

    def step_backward(
        self, x: np.ndarray, state: Pair, step: LSTM2000Step, d_state: Pair
    ) -> Gradients:
        r"""The way back through one step.

        With h̄_t = ∂L/∂h_t, C̄_t = ∂L/∂C_t and Σ the sum over the cells of a block:

            C̄_t ← C̄_t + h̄_t ⊙ o_t ⊙ ½ (1 − tanh²(C_t/2))
            δ_o = (Σ h̄_t ⊙ tanh(C_t/2)) ⊙ o_t (1 − o_t)
            δ_f = (Σ C̄_t ⊙ C_(t−1)) ⊙ f_t (1 − f_t)
            δ_i = (Σ C̄_t ⊙ C̃_t) ⊙ i_t (1 − i_t)
            δ_c = C̄_t ⊙ i_t ⊙ (1 − (C̃_t/2)²)
            C̄_(t−1) = C̄_t ⊙ f_t

        Args:
            x, state: what `step` was given.
            step: what it returned.
            d_state: the pair h̄_t, C̄_t, each (B, cells).

        Returns:
            Gradients(x, state, parameters), state a pair.

        Raises:
            TypeError, ValueError: an argument is of another shape or dtype.
        """
        (h_before, C_before), (d_h, d_C) = self.check_step_backward(
            x, state, step, LSTM2000Step, d_state
        )
        n, cells = self.blocks, self.cells
        i, f, o, C_tilde, C, _ = step
        shown = squash_state(C)

        d_C = d_C + d_h * to_cells(o, cells) * (1 - shown**2) / 2
        delta_o = to_blocks(d_h * shown, n) * o * (1 - o)
        delta_f = to_blocks(d_C * C_before, n) * f * (1 - f)
        delta_i = to_blocks(d_C * C_tilde, n) * i * (1 - i)
        delta_c = d_C * to_cells(i, cells) * (1 - (C_tilde / 2) ** 2)
        deltas = (delta_i, delta_f, delta_o, delta_c)
        return self.through_weights(x, h_before, deltas, d_C * to_cells(f, cells))
