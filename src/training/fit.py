"""One training loop for the whole book: clip, step, decay, validate, keep the best."""

import copy
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm


@dataclass
class History:
    """What happened, an entry per validation; lists, so that they plot and serialise as is."""

    updates: list[int] = field(default_factory=list)  # updates made by then
    losses: list[float] = field(default_factory=list)  # mean training loss since the last one
    scores: list[float] = field(default_factory=list)  # validation score: higher is better
    norms: list[float] = field(default_factory=list)  # of the gradient at every update, not clipped
    best_update: int = 0  # the model's weights are those of this one
    stopped_early: bool = False


def warm_up_then_decay(update: int, updates: int, warm_up: float = 0.15) -> float:
    """Scale the learning rate: linearly up to 1 in the first part, linearly down to 0 after it.

    Large steps find a good region; small ones at the end settle in it. The last update has the rate
    0 and changes nothing: of `updates` updates one less is felt.
    """
    progress = update / updates
    return min(progress / warm_up, 1.0) if progress < warm_up else (1 - progress) / (1 - warm_up)


def fit(
    model: nn.Module,
    loss: Callable[[Any, Any], Tensor],
    batches: Iterable,
    score: Callable[[Any], float],
    *,
    updates: int,
    rng: np.random.Generator,
    learning_rate: float = 1e-2,
    weight_decay: float = 0.0,
    schedule: Callable[[int, int], float] = warm_up_then_decay,
    max_norm: float | None = 5.0,
    validate_every: int = 100,
    patience: int | None = None,
    solved_above: float | None = None,
    progress: bool = False,
) -> History:
    """Train `model` in place with Adam; leave it in evaluation mode with its best weights.

    The budget is a number of updates, never of seconds: a faster machine gets the same model.

    Args:
        model: any module.
        loss: `loss(model, batch)`, a scalar tensor.
        batches: at least `updates` batches, of whatever `loss` understands.
        score: `score(model)` on validation data, higher is better. It is called in evaluation
            mode and without gradients.
        updates: how often the weights change.
        rng: seeds torch's generator, from which dropout draws its masks.
        learning_rate: Adam's, at its highest.
        weight_decay: every update also shrinks each weight by learning rate times this, as AdamW
            does (Loshchilov and Hutter 2019). 0: plain Adam.
        schedule: `schedule(update, updates)` multiplies the learning rate.
        max_norm: the global norm of the gradient is cut to this before each update. None: never.
        validate_every: updates between validations; there is always one after the last.
        patience: stop after this many validations without a new best score. None: never.
        solved_above: stop at the first validation with a score of at least this. None: never.
        progress: show a bar on standard error if that is a terminal.

    Returns:
        the history of losses and scores.

    Raises:
        ValueError: a setting out of its range, or `batches` ending before `updates`.
        FloatingPointError: the loss or the score is NaN, or the loss infinite; the message gives
            the update.
    """
    _check_positive(
        updates=updates,
        learning_rate=learning_rate,
        max_norm=max_norm,
        validate_every=validate_every,
        patience=patience,
    )
    if not weight_decay >= 0:
        raise ValueError(f"weight_decay must be at least 0, got {weight_decay}")
    torch.manual_seed(int(rng.integers(2**63)))
    optimizer = torch.optim.Adam(
        model.parameters(), learning_rate, weight_decay=weight_decay, decoupled_weight_decay=True
    )
    history, best, running_loss, batch_iterator = History(), None, [], iter(batches)

    bar = tqdm(range(1, updates + 1), unit="update", disable=None if progress else True)
    for update in bar:
        try:
            batch = next(batch_iterator)
        except StopIteration:
            raise ValueError(f"batches ended after {update - 1} of {updates} updates") from None
        model.train()
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * schedule(update, updates)
        optimizer.zero_grad()
        value = loss(model, batch)
        running_loss.append(value.item())
        if not np.isfinite(running_loss[-1]):
            raise FloatingPointError(
                f"the loss is {running_loss[-1]} at update {update}: lower the learning rate "
                "(or max_norm), or look for NaN in the data"
            )
        value.backward()
        limit = math.inf if max_norm is None else max_norm
        history.norms.append(nn.utils.clip_grad_norm_(model.parameters(), limit).item())
        optimizer.step()

        if update % validate_every == 0 or update == updates:
            model.eval()
            with torch.no_grad():
                history.scores.append(float(score(model)))
            if np.isnan(history.scores[-1]):
                raise FloatingPointError(f"the score is NaN at update {update}: no best weights")
            history.updates.append(update)
            history.losses.append(float(np.mean(running_loss)))
            running_loss = []
            bar.set_postfix(loss=f"{history.losses[-1]:.3f}", score=f"{history.scores[-1]:.3f}")
            if history.scores[-1] >= max(history.scores):
                history.best_update, best = update, copy.deepcopy(model.state_dict())
            since_best = len(history.updates) - 1 - history.updates.index(history.best_update)
            solved = solved_above is not None and history.scores[-1] >= solved_above
            if solved or (patience is not None and since_best >= patience):
                history.stopped_early = True
                break

    assert best is not None, "there is a validation after the last update"
    model.load_state_dict(best)
    model.eval()
    return history


def _check_positive(**settings: float | None) -> None:
    for name, value in settings.items():
        if value is not None and not value > 0:
            raise ValueError(f"{name} must be above 0, got {value}")
