"""How far back does a prediction look? The gradient with respect to each earlier character."""

import torch
from torch import Tensor

from src.models.character_model import CharacterModel


def influence(model: CharacterModel, ids: Tensor, lags: int) -> Tensor:
    """Measure how much the last prediction depends on each character read before it.

        g_k = ‖ ∂ log p(c_T | c_1 … c_{T-1}) / ∂ u_{T-1-k} ‖

    u is the embedding of a character; k = 0 is the last one read.

    Args:
        model: is not trained.
        ids: (B, T), the last column is what is predicted.
        lags: how many characters back, at most T - 1.

    Returns:
        g, (B, lags).

    Raises:
        ValueError: more lags than characters were read.
    """
    read = ids.shape[1] - 1
    if not 1 <= lags <= read:
        raise ValueError(f"lags must lie in 1..{read}, the characters that are read, got {lags}")
    embedded = model.embedding(ids[:, :-1]).detach().requires_grad_()
    outputs, _ = model.recurrent(embedded)
    log_p = model.output(outputs[:, -1]).log_softmax(1).gather(1, ids[:, -1:])
    (gradient,) = torch.autograd.grad(log_p.sum(), embedded)
    return gradient.norm(dim=2).flip(1)[:, :lags]
