"""Attention: compare a query with every key, and average values by how well they match.

e_t = score(query, key_t)    α = softmax(e) over the real steps    context = Σ_t α_t value_t
"""

import torch
from torch import Tensor, nn

from src.modules.checks import check_sizes


def masked_softmax(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Softmax over the last dimension, among the steps that are real.

    Args:
        scores: (..., T).
        mask: bool, of a shape that broadcasts to that of the scores: True where a step is real,
            False in the padding. None: all are real.

    Returns:
        Weights of the scores' shape: exactly 0 in the padding, and with the sum 1.

    Raises:
        TypeError: a mask that is not bool.
        ValueError: a mask of a shape that does not fit, or a row without a real step.
    """
    if mask is None:
        return scores.softmax(-1)
    if not isinstance(mask, torch.Tensor) or mask.dtype != torch.bool:
        got = mask.dtype if isinstance(mask, torch.Tensor) else type(mask).__name__
        raise TypeError(f"mask must be a tensor of bool, True where a step is real, got {got}")
    try:
        mask = mask.expand(scores.shape)
    except RuntimeError:
        raise ValueError(
            f"mask must have a shape that broadcasts to the scores' {tuple(scores.shape)}, "
            f"got {tuple(mask.shape)}"
        ) from None
    empty = ~mask.any(-1)
    if empty.any():
        row = tuple(empty.nonzero()[0].tolist())
        raise ValueError(f"mask must leave every row a real step, but row {row} has none")
    return scores.masked_fill(~mask, -torch.inf).softmax(-1)


class MultiplicativeScore(nn.Module):
    """e_ut = q_u · (W k_t), Luong, Pham and Manning (2015), "general".

    Args:
        query_size: Q.
        key_size: K.
    """

    def __init__(self, query_size: int, key_size: int):
        super().__init__()
        check_sizes(query_size=query_size, key_size=key_size)
        self.key = nn.Linear(key_size, query_size, bias=False)

    def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
        """Queries (B, U, Q) and keys (B, T, K) → scores (B, U, T)."""
        return queries @ self.key(keys).transpose(1, 2)


class AdditiveScore(nn.Module):
    """e_ut = v · tanh(W_q q_u + W_k k_t), Bahdanau, Cho and Bengio (2015).

    Args:
        query_size: Q.
        key_size: K.
        attention_size: A, the size of the sum inside the tanh.
    """

    def __init__(self, query_size: int, key_size: int, attention_size: int):
        super().__init__()
        check_sizes(query_size=query_size, key_size=key_size, attention_size=attention_size)
        self.query = nn.Linear(query_size, attention_size, bias=False)
        self.key = nn.Linear(key_size, attention_size, bias=False)
        self.value = nn.Linear(attention_size, 1, bias=False)

    def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
        """Queries (B, U, Q) and keys (B, T, K) → scores (B, U, T)."""
        hidden = torch.tanh(self.query(queries)[:, :, None] + self.key(keys)[:, None])
        return self.value(hidden).squeeze(-1)
