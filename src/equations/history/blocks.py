"""Memory blocks: several cells that share one gate of each kind.

The networks of 1997 and 2000 are built of them. A block of S cells is one gate of each kind and S
cell states, so that gates are (B, blocks) and cells are (B, blocks · S).
"""

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from src.equations.checks import (
    check_array,
    check_float_array,
    check_keys,
    check_size,
    check_sizes,
)
from src.equations.gradients import Gradients
from src.equations.layer import RecurrentLayer

KEYS = ("weight_ih", "weight_hh", "bias")


def squash_input(a: np.ndarray) -> np.ndarray:
    """g(a) = 4 σ(a) − 2 = 2 tanh(a/2), in (−2, 2): what the papers let into a cell."""
    return 2 * np.tanh(a / 2)


def squash_state(C: np.ndarray) -> np.ndarray:
    """h(C) = 2 σ(C) − 1 = tanh(C/2), in (−1, 1): how the papers show a cell state."""
    return np.tanh(C / 2)


def to_cells(gates: np.ndarray, cells: int) -> np.ndarray:
    """One gate for each block (..., blocks) to one for each cell (..., cells)."""
    return gates.repeat(cells // gates.shape[-1], axis=-1)


def to_blocks(values: np.ndarray, blocks: int) -> np.ndarray:
    """The sum over the cells of each block, (..., cells) to (..., blocks)."""
    return values.reshape(*values.shape[:-1], blocks, -1).sum(axis=-1)


def check_block_parameters(
    parameters: Any, blocks: Any, gates: int
) -> tuple[dict[str, np.ndarray], int]:
    """Return the parameters of a layer of memory blocks after checking that its shapes agree.

    Args:
        parameters: dict of weight_ih (R, D), weight_hh (R, Q) and bias (K,).
        blocks: how many memory blocks.
        gates: how many gates each block has.

    Returns:
        the parameters, and the number of cells, R − gates · blocks.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated, or the cells do not share
            out evenly over the blocks.
    """
    check_keys(parameters, KEYS)
    check_size("blocks", blocks)
    weight_hh = parameters["weight_hh"]
    check_float_array("weight_hh", weight_hh)
    if weight_hh.ndim != 2:
        raise ValueError(f"weight_hh must have rank 2, shape (R, Q), got shape {weight_hh.shape}")
    rows, dtype = len(weight_hh), weight_hh.dtype
    cells = rows - gates * blocks
    if cells < blocks or cells % blocks:
        raise ValueError(
            f"weight_hh must have {gates} · {blocks} rows for the gates and the same number of "
            f"rows for each of {blocks} blocks, got {rows} rows"
        )
    check_array("weight_hh", weight_hh, (rows, "Q"), dtype)
    check_array("weight_ih", parameters["weight_ih"], (rows, "D"), dtype)
    check_array("bias", parameters["bias"], ("K",), dtype)
    return {key: parameters[key] for key in KEYS}, cells


class BlockLayer(RecurrentLayer):
    """What the layers of 1997 and 2000 share. `gates` says how many gates each block has.

    Args:
        parameters: dict of weight_ih (R, D), weight_hh (R, Q) and bias (K,): gates · blocks rows
            for the gates, then one for each cell. The first K rows have a bias.
        blocks: how many memory blocks the cells are shared out to.

    Attributes:
        hidden_size, cells: H, the number of cells.

    Raises:
        TypeError, ValueError: a key, shape or dtype is not as stated.
    """

    gates: int

    def __init__(self, parameters: dict[str, np.ndarray], *, blocks: int) -> None:
        self.parameters, self.cells = check_block_parameters(parameters, blocks, self.gates)
        self.blocks, self.hidden_size = blocks, self.cells
        self.input_size = self.parameters["weight_ih"].shape[1]
        self.dtype = self.parameters["weight_ih"].dtype

    @classmethod
    def initialize(
        cls,
        input_size: int,
        hidden_size: int,
        *,
        rng: np.random.Generator,
        blocks: int = 1,
        dtype: npt.DTypeLike = np.float64,
    ) -> Self:
        """A layer with weights from U(−1/√H, 1/√H), gates with a bias of zero, cells with none.

        The cells alone feed back.

        Args:
            input_size: D.
            hidden_size: H, the number of cells, a multiple of blocks.
            rng: numpy.random.Generator that the weights are drawn from.
            blocks: how many memory blocks the cells are shared out to.
            dtype: float32 or float64.

        Raises:
            TypeError, ValueError: an argument is not as stated.
        """
        check_sizes(rng, dtype, input_size=input_size, hidden_size=hidden_size, blocks=blocks)
        if hidden_size % blocks:
            raise ValueError(
                f"hidden_size must be a multiple of blocks = {blocks}, got {hidden_size}"
            )
        rows, bound = cls.gates * blocks + hidden_size, 1 / np.sqrt(hidden_size)
        parameters = {
            "weight_ih": rng.uniform(-bound, bound, (rows, input_size)).astype(dtype),
            "weight_hh": rng.uniform(-bound, bound, (rows, hidden_size)).astype(dtype),
            "bias": np.zeros(cls.gates * blocks, dtype),
        }
        return cls(parameters, blocks=blocks)

    def __repr__(self) -> str:
        return f"{super().__repr__()} in {self.blocks} blocks"

    @property
    def state_size(self) -> tuple[int, int]:
        """The sizes of what feeds back and of C."""
        return self.parameters["weight_hh"].shape[1], self.cells

    def pre_activations(self, x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
        """What goes into each gate (B, blocks), and into the cells (B, cells)."""
        W_x, W_h, b = (self.parameters[key] for key in KEYS)
        a = x @ W_x.T + y @ W_h.T
        a[:, : len(b)] += b
        return np.split(a, self.blocks * np.arange(1, self.gates + 1), axis=1)

    def through_weights(
        self, x: np.ndarray, y: np.ndarray, deltas: tuple[np.ndarray, ...], d_C: np.ndarray
    ) -> Gradients:
        """The gradients of a step, from those of its pre-activations and that of C_(t−1).

        ∂L/∂x_t = W_xᵀ δ_t,   ȳ_(t−1) = W_hᵀ δ_t
        ∂L/∂W_x = δ_t x_tᵀ,   ∂L/∂W_h = δ_t y_(t−1)ᵀ,   ∂L/∂b = δ_t, the rows with a bias
        """
        W_x, W_h, b = (self.parameters[key] for key in KEYS)
        delta = np.concatenate(deltas, axis=1)
        return Gradients(
            x=delta @ W_x,
            state=(delta @ W_h, d_C),
            parameters={
                "weight_ih": delta.T @ x,
                "weight_hh": delta.T @ y,
                "bias": delta.sum(axis=0)[: len(b)],
            },
        )
