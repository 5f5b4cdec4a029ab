"""Memory blocks: several cells behind one input gate and one output gate.

The networks of 1997 and 2000 are built of them. A block of S cells is one gate of each kind and S
cell states, so that gates are (B, blocks) and cells are (B, blocks · S).
"""

import numpy as np

from src.equations.checks import FLOATS, check_array


def squash_input(a):
    """g(a) = 4 σ(a) − 2 = 2 tanh(a/2), in (−2, 2): what the papers let into a cell."""
    return 2 * np.tanh(a / 2)


def squash_state(C):
    """h(C) = 2 σ(C) − 1 = tanh(C/2), in (−1, 1): how the papers show a cell state."""
    return np.tanh(C / 2)


def gate(a):
    """σ(a) = ½ tanh(½ a) + ½, in one call of tanh; the same as `sigmoid` up to rounding."""
    return 0.5 * np.tanh(0.5 * a) + 0.5


def to_cells(gates, cells):
    """One gate for each block (..., blocks) to one for each cell (..., cells)."""
    return gates.repeat(cells // gates.shape[-1], axis=-1)


def to_blocks(values, blocks):
    """The sum over the cells of each block, (..., cells) to (..., blocks)."""
    return values.reshape(*values.shape[:-1], blocks, -1).sum(axis=-1)


def check_block_parameters(parameters, blocks, gates):
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
    keys = ["weight_ih", "weight_hh", "bias"]
    if not isinstance(parameters, dict):
        raise TypeError(f"parameters must be a dict, got {type(parameters).__name__}")
    if set(parameters) != set(keys):
        raise ValueError(f"parameters must have the keys {keys}, got {sorted(parameters)}")
    if not isinstance(blocks, (int, np.integer)) or isinstance(blocks, bool):
        raise TypeError(f"blocks must be an integer, got {type(blocks).__name__}")
    if blocks < 1:
        raise ValueError(f"blocks must be at least 1, got {blocks}")
    weight_hh = parameters["weight_hh"]
    dtype = getattr(weight_hh, "dtype", None)
    if dtype not in FLOATS:
        raise TypeError(f"weight_hh must be a float32 or float64 array, got {dtype}")
    rows = len(weight_hh)
    cells = rows - gates * blocks
    if cells < blocks or cells % blocks:
        raise ValueError(
            f"weight_hh must have {gates} · {blocks} rows for the gates and the same number of "
            f"rows for each of {blocks} blocks, got {rows} rows"
        )
    check_array("weight_hh", weight_hh, (rows, "Q"), dtype)
    check_array("weight_ih", parameters["weight_ih"], (rows, "D"), dtype)
    check_array("bias", parameters["bias"], ("K",), dtype)
    return {key: parameters[key] for key in keys}, cells
