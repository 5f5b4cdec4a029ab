"""Write with a `CharacterModel`: draw a character, read it, draw the next one.

With the temperature τ ::

    p(c) ∝ exp(ŷ_c / τ)        top-k: only the k largest scores ŷ_c stay in

Draws come from a NumPy generator and are looked up in the cumulative probabilities. In float64
(`model.double()`) rounding differs between machines by 1e-15, and the text stays the same.
"""

import numpy as np
import torch
from torch import Tensor

from src.models.character_model import CharacterModel
from src.modules.checks import check_sizes


def probabilities(logits: Tensor, temperature: float = 1.0, top_k: int | None = None) -> Tensor:
    """Turn scores (..., V) into the probabilities that are drawn from.

    Args:
        logits: scores ŷ.
        temperature: τ; below 1 sharper than the model, above 1 flatter.
        top_k: how many characters stay in; None: all of them.

    Raises:
        ValueError: a temperature that is not positive, or a top_k outside 1..V.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    if top_k is not None:
        if not 1 <= top_k <= logits.shape[-1]:
            raise ValueError(f"top_k must lie in 1..{logits.shape[-1]}, got {top_k}")
        least = logits.topk(top_k).values[..., -1:]
        logits = logits.masked_fill(logits < least, -torch.inf)
    return torch.softmax(logits / temperature, dim=-1)


@torch.no_grad()
def write(
    model: CharacterModel,
    prompt: np.ndarray,
    steps: int,
    rng: np.random.Generator,
    *,
    samples: int = 1,
    temperature: float = 1.0,
    top_k: int | None = None,
) -> np.ndarray:
    """Continue a prompt, several times side by side.

    Args:
        model: is not trained.
        prompt: ids, (P,), P ≥ 1; read first, and not returned.
        steps: characters to write.
        rng: draws.
        samples: B.
        temperature: as for `probabilities`.
        top_k: as for `probabilities`.

    Returns:
        Ids, (B, steps).

    Raises:
        TypeError, ValueError: from `check_sizes`, `probabilities` and the model.
    """
    check_sizes(steps=steps, samples=samples)
    ids = torch.from_numpy(np.tile(prompt, (samples, 1)))
    written, state = [], None
    for _ in range(steps):
        logits, state = model(ids, state)
        upto = probabilities(logits[:, -1], temperature, top_k).cumsum(1)
        draws = torch.from_numpy(rng.random((samples, 1))).to(upto.dtype) * upto[:, -1:]
        ids = torch.searchsorted(upto, draws, right=True)
        written.append(ids)
    return torch.cat(written, 1).numpy()
