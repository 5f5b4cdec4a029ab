"""Dropout and zoneout inside a recurrent layer: each takes a step and gives another step.

`run_layer` repeats a step over time; a wrapped step goes where a plain one does:

    run_layer(zoneout(lstm_step, 0.1), x, state, parameters)

`torch.nn` has neither, as its fused kernels do not show them the state between two steps.
"""

from collections.abc import Callable

import torch
from torch import Tensor

Step = Callable[..., tuple[Tensor, ...]]


def draw_mask(like: Tensor, p: float) -> Tensor:
    """Draw a dropout mask: 0 with probability p, otherwise 1 / (1 - p), so that its mean is 1.

    Args:
        like: tensor whose shape, dtype and device the mask gets.
        p: in [0, 1).

    Raises:
        TypeError, ValueError: if p is no number in [0, 1).
    """
    _check_probability(p)
    return torch.bernoulli(torch.full_like(like, 1 - p)) / (1 - p)


def recurrent_dropout(step: Step, mask: Tensor) -> Step:
    """Drop the same units of h_{t-1} at every step of a sequence (Gal and Ghahramani 2016).

        h_t = step(x_t, m ⊙ h_{t-1})

    Keras calls it `recurrent_dropout`. The cell state of an LSTM is left alone.

    Args:
        step: as `run_layer` takes it.
        mask: m, (B, H), drawn once per sequence by `draw_mask`.

    Returns:
        A step.
    """

    def dropped(
        input_product: Tensor, state: tuple[Tensor, ...], weight_hh: Tensor, bias_hh: Tensor | None
    ) -> tuple[Tensor, ...]:
        return step(input_product, (mask * state[0], *state[1:]), weight_hh, bias_hh)

    return dropped


def zoneout(step: Step, p: float, training: bool = True) -> Step:
    """Let units keep their old state at random (Krueger et al. 2017).

        s_t = d_t ⊙ s_{t-1} + (1 - d_t) ⊙ step(x_t, s_{t-1})    d_t Bernoulli(p), new at each step

    For every part s of the state, with a mask of its own. In evaluation d_t is its mean, p.

    Args:
        step: as `run_layer` takes it.
        p: probability that a unit keeps its state, in [0, 1).
        training: whether to draw masks.

    Returns:
        A step.

    Raises:
        TypeError, ValueError: if p is no number in [0, 1).
    """
    _check_probability(p)

    def zoned(
        input_product: Tensor, state: tuple[Tensor, ...], weight_hh: Tensor, bias_hh: Tensor | None
    ) -> tuple[Tensor, ...]:
        fresh = step(input_product, state, weight_hh, bias_hh)
        shares = [torch.full_like(old, p) for old in state]
        kept = [torch.bernoulli(share) for share in shares] if training else shares
        return tuple(
            d * old + (1 - d) * new for d, old, new in zip(kept, state, fresh, strict=True)
        )

    return zoned


def _check_probability(p: float) -> None:
    if not isinstance(p, (int, float)) or isinstance(p, bool):
        raise TypeError(f"p must be a number, got {p!r}")
    if not 0 <= p < 1:
        raise ValueError(f"p must lie in [0, 1), got {p}")
