"""Train a `CharacterModel` by truncated back-propagation, and measure it in bits per character.

The text is cut into B streams of equal length, which are read side by side, T characters at a
time. Gradients flow within a window of T alone; the state may flow on into the next one.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from src.models.character_model import CharacterModel, State, detach
from src.training.fit import History, fit


def cut_streams(ids: np.ndarray, streams: int) -> Tensor:
    """Cut a text (N,) into streams (B, N // B); what is left over at the end is dropped.

    Raises:
        ValueError: fewer than two characters for each stream.
    """
    if streams < 1 or len(ids) < 2 * streams:
        raise ValueError(
            f"streams must be at least 1 and have 2 characters each, got {streams} streams of a "
            f"text of {len(ids)}"
        )
    steps = len(ids) // streams
    return torch.from_numpy(ids[: steps * streams].reshape(streams, steps))


def windows(streams: Tensor, T: int) -> Iterator[tuple[Tensor, Tensor, bool]]:
    """Yield windows in the text's order, over and over: inputs, targets (B, T), whether the first.

    The targets are the inputs one character later. A last window that is not full is left out.

    Raises:
        ValueError: a window that no stream fills.
    """
    if not 1 <= T < streams.shape[1]:
        raise ValueError(f"T must lie in 1..{streams.shape[1] - 1}, a stream less one, got {T}")
    while True:
        for start in range(0, streams.shape[1] - T, T):
            window = streams[:, start : start + T + 1]
            yield window[:, :-1], window[:, 1:], start == 0


def window_loss(
    model: CharacterModel, inputs: Tensor, targets: Tensor, state: State | None
) -> tuple[Tensor, State]:
    """Mean cross-entropy of a window in nats, and the state after it, cut from the graph."""
    logits, state = model(inputs, state)
    return cross_entropy(logits.flatten(0, 1), targets.flatten()), detach(state)


def fit_language_model(
    model: CharacterModel,
    train: np.ndarray,
    validation: np.ndarray,
    *,
    window: int,
    streams: int,
    carry: bool = True,
    updates: int,
    rng: np.random.Generator,
    **settings: Any,
) -> History:
    """Train in place; keep the weights with the fewest bits per character on the validation text.

    Args:
        model: what is trained.
        train: ids, (N,).
        validation: ids; judged with the state carried through.
        window: T, how far gradients flow.
        streams: B, read side by side.
        carry: whether a window begins with the state that the last one ended with; else with zeros.
        updates: of the weights, one a window.
        rng: as `fit` takes it.
        settings: other arguments of `fit`.

    Returns:
        What happened; the scores are minus the bits per character.

    Raises:
        ValueError, FloatingPointError: from `cut_streams`, `windows` and `fit`.
    """
    kept: State | None = None

    def loss(model: CharacterModel, batch: tuple[Tensor, Tensor, bool]) -> Tensor:
        nonlocal kept
        inputs, targets, first = batch
        value, kept = window_loss(model, inputs, targets, None if first or not carry else kept)
        return value

    return fit(
        model,
        loss,
        windows(cut_streams(train, streams), window),
        lambda model: -bits_per_character(model, validation),
        updates=updates,
        rng=rng,
        **settings,
    )


@torch.no_grad()
def bits(
    model: CharacterModel,
    ids: np.ndarray,
    *,
    streams: int = 32,
    window: int = 500,
    carry: bool = True,
) -> np.ndarray:
    """How many bits each character costs, -log₂ p: (B, N // B - 1), the first of a stream for free.

    Args:
        model: is not trained.
        ids: (N,).
        streams: the text is cut into these, to be read side by side.
        window: how many characters are read at once. It changes the result only without `carry`.
        carry: whether the state is carried from one window into the next; else it is zero there.

    Raises:
        ValueError: from `cut_streams`.
    """
    text, state, costs = cut_streams(ids, streams), None, []
    for start in range(0, text.shape[1] - 1, window):
        part = text[:, start : start + window + 1]
        logits, state = model(part[:, :-1], state if carry else None)
        costs.append(cross_entropy(logits.transpose(1, 2), part[:, 1:], reduction="none"))
    return torch.cat(costs, 1).double().numpy() / math.log(2)


def bits_per_character(model: CharacterModel, ids: np.ndarray, **reading: Any) -> float:
    """The mean of `bits`, which takes the same arguments."""
    return float(bits(model, ids, **reading).mean())
