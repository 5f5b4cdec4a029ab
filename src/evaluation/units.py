"""What single units of an LSTM keep track of, and what happens if one is held fast.

A unit is *found* by a rule over all units: the one whose memory C correlates best with a signal of
the text. That it correlates does not show that the network uses it. It is *tested* by clamping:
C of this one unit is held at a value at every step, and the next character is predicted from that.
"""

import numpy as np
import torch
from torch import Tensor

from src.models.character_model import CharacterModel


def since(text: str, mark: str) -> np.ndarray:
    """How many characters were read since the last mark, which itself has 0: (N,) int.

    Before the first mark they are counted from the text's first character.
    """
    steps = np.arange(len(text))
    marks = np.array([character == mark for character in text])
    return steps - np.maximum.accumulate(np.where(marks, steps, 0))


@torch.no_grad()
def read_clamped(
    model: CharacterModel, ids: Tensor, unit: int | None = None, value: float = 0.0
) -> tuple[Tensor, Tensor]:
    """Read step by step with the equations of the LSTM, one unit's memory held at a value.

    Args:
        model: of a layer "LSTM"; not trained.
        ids: (B, T).
        unit: whose C is overwritten at every step, before the output gate shows it; None: none.
        value: what it is held at.

    Returns:
        C (B, T, H), and the logits (B, T, V).

    Raises:
        ValueError: a model of another layer, or a unit that it does not have.
    """
    lstm = model.recurrent
    if not isinstance(lstm, torch.nn.LSTM):
        raise ValueError(f"model must be an LSTM, got {type(lstm).__name__}")
    if unit is not None and not 0 <= unit < lstm.hidden_size:
        raise ValueError(f"unit must lie in 0..{lstm.hidden_size - 1}, got {unit}")
    bias = lstm.bias_ih_l0 + lstm.bias_hh_l0
    inputs = model.embedding(ids) @ lstm.weight_ih_l0.T + bias  # (B, T, 4H)
    h = C = inputs.new_zeros(len(ids), lstm.hidden_size)
    cells, hidden = [], []
    for x in inputs.unbind(1):
        i, f, g, o = (x + h @ lstm.weight_hh_l0.T).chunk(4, dim=1)
        C = f.sigmoid() * C + i.sigmoid() * g.tanh()
        if unit is not None:
            C[:, unit] = value
        h = o.sigmoid() * C.tanh()
        cells.append(C)
        hidden.append(h)
    return torch.stack(cells, 1), model.output(torch.stack(hidden, 1))


def correlations(cells: np.ndarray, signal: np.ndarray) -> np.ndarray:
    """Pearson's correlation of each unit with a signal: (N, H) and (N,) → (H,)."""
    if cells.ndim != 2 or signal.shape != cells.shape[:1]:
        raise ValueError(
            f"cells and signal must have shapes (N, H) and (N,), got {cells.shape} and "
            f"{signal.shape}"
        )
    cells, signal = cells - cells.mean(0), signal - signal.mean()
    scale = np.sqrt((cells**2).sum(0) * (signal**2).sum())
    return signal @ cells / np.where(scale > 0, scale, np.inf)
