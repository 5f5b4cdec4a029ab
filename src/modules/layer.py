"""One recurrent layer in one direction: a step, repeated over time."""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def run_layer(
    step: Callable[..., tuple[Tensor, ...]],
    x: Tensor,
    state: tuple[Tensor, ...],
    parameters: Sequence[Tensor],
    alive: Tensor | None = None,
    reverse: bool = False,
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """Repeat a step over a batch of sequences.

    The products with W_ih need no recurrence: one matrix product serves all T steps. In the
    reverse direction time runs from T - 1 to 0; as a state is frozen outside its sequence, each
    sequence starts at its own last step.

    Args:
        step: function (input_product, state, weight_hh, bias_hh) -> state of one time step.
        x: inputs, (B, T, D).
        state: tuple of (B, H), the hidden state first.
        parameters: weight_ih (G·H, D), weight_hh (G·H, H), bias_ih (G·H,), bias_hh (G·H,), with G
            row blocks; the biases may be None.
        alive: (B, T) bool, True on the steps that belong to a sequence; None if all do.
        reverse: whether to run backwards in time.

    Returns:
        outputs, (B, T, H), and the final state, a tuple of (B, H).
    """
    weight_ih, weight_hh, bias_ih, bias_hh = parameters
    input_products = F.linear(x, weight_ih, bias_ih).unbind(dim=1)  # T times (B, G·H)
    T = len(input_products)
    outputs = []
    for t in reversed(range(T)) if reverse else range(T):
        new_state = step(input_products[t], state, weight_hh, bias_hh)
        if alive is not None:
            keep = alive[:, t, None]  # (B, 1)
            new_state = tuple(map(torch.where, (keep,) * len(state), new_state, state))
        state = new_state
        outputs.append(state[0])
    together = torch.stack(outputs[::-1] if reverse else outputs, dim=1)
    if alive is not None:
        together = together.masked_fill(~alive[:, :, None], 0)
    return together, state
