"""Train a forecaster of quantiles on windows of one series or of many.

Each window is shifted and scaled by *its own* mean and standard deviation, so that no number of the
future is needed and series of any size can share one network. Where `lag` is a season, the network
reads the change since the season before and forecasts it, too::

    d_t = y_t - y_{t-lag}        ŷ_{t+h} = y_{t+h-lag} + d̂_{t+h}
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from src.evaluation.forecasts import LEVELS
from src.tasks.series import pasts, targets
from src.training.fit import History, fit


class Examples(NamedTuple):
    """N windows, what comes after each, and how to get from scaled numbers to values."""

    inputs: np.ndarray  # (N, W) scaled
    targets: np.ndarray  # (N, H) scaled
    base: np.ndarray  # (N, H): value = base + scale · number
    scale: np.ndarray  # (N, 1)

    def rows(self, index: np.ndarray) -> "Examples":
        """Return those of these numbers."""
        return Examples(*(array[index] for array in self))

    def unscale(self, numbers: np.ndarray) -> np.ndarray:
        """From scaled quantiles (N, H, Q) to values."""
        return self.base[..., None] + self.scale[..., None] * numbers


def examples(
    values: np.ndarray,
    origins: np.ndarray,
    window: int,
    horizon: int,
    lag: int = 0,
    scaled_by: tuple[float, float] | None = None,
) -> Examples:
    """Cut windows before N origins, and scale each by what lies in it.

    Args:
        values: (T,).
        origins: (N,) places of the first values to forecast; all `horizon` of them are known.
        window: W, how many values are read.
        horizon: how many are forecast.
        lag: 0 reads the values, otherwise the change since `lag` values before.
        scaled_by: one mean and standard deviation for all windows, in place of each one's own.

    Raises:
        ValueError: a lag below the horizon and not 0, or an origin too close to the beginning.
    """
    if lag and lag < horizon:
        raise ValueError(f"lag must be 0 or at least the horizon {horizon}, got {lag}")
    read, after = pasts(values, origins, window), targets(values, origins, horizon)
    known = np.zeros_like(after)
    if lag:
        read = read - pasts(values, origins, window + lag)[:, :window]
        known = targets(values, origins - lag, horizon)
    if scaled_by is None:
        shift, scale = read.mean(1, keepdims=True), read.std(1, keepdims=True)
    else:
        shift, scale = (np.full((len(read), 1), number) for number in scaled_by)
    scale = np.where(scale > 1e-8, scale, 1.0)
    base = known + shift
    return Examples((read - shift) / scale, (after - base) / scale, base, scale)


def join(parts: list[Examples]) -> Examples:
    """The examples of several series as one set."""
    return Examples(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def quantile_loss(quantiles: Tensor, targets: Tensor, levels: tuple[float, ...] = LEVELS) -> Tensor:
    """Mean of max(q (y - ŷ), (q - 1) (y - ŷ)) over quantiles (B, H, Q) and targets (B, H)."""
    q = torch.tensor(levels, dtype=quantiles.dtype)
    error = targets[..., None] - quantiles
    return torch.maximum(q * error, (q - 1) * error).mean()


def fit_quantiles(
    model: nn.Module,
    train: Examples,
    validation: Examples,
    *,
    updates: int,
    batch_size: int,
    rng: np.random.Generator,
    levels: tuple[float, ...] = LEVELS,
    **settings: Any,
) -> History:
    """Train on the quantile loss; keep the weights with the least loss on validation.

    Args:
        model: (B, W) → (B, H, Q); trained in place.
        train, validation: from `examples`.
        updates: of the weights.
        batch_size: windows, drawn without replacement within a batch.
        rng: draws batches.
        levels: of the Q quantiles.
        settings: other arguments of `fit`.

    Returns:
        What happened; the scores are minus the loss on validation.

    Raises:
        ValueError, FloatingPointError: from `fit`.
    """
    x, y = tensors(train)
    judged = tensors(validation)
    size = min(batch_size, len(x))
    batches = (rng.choice(len(x), size, replace=False) for _ in range(updates))

    def loss(model: nn.Module, rows: np.ndarray) -> Tensor:
        return quantile_loss(model(x[rows]), y[rows], levels)

    def score(model: nn.Module) -> float:
        return -quantile_loss(model(judged[0]), judged[1], levels).item()

    return fit(model, loss, batches, score, updates=updates, rng=rng, **settings)


@torch.no_grad()
def forecast_quantiles(model: nn.Module, examples: Examples) -> np.ndarray:
    """Forecast quantiles in the series' own units, (N, H, Q), in rising order."""
    numbers = model(tensors(examples)[0]).double().numpy()
    return examples.unscale(np.sort(numbers, axis=-1))


def tensors(examples: Examples) -> tuple[Tensor, Tensor]:
    """Return inputs (N, W) and targets (N, H), float32."""
    x, y = (torch.from_numpy(part.astype(np.float32)) for part in examples[:2])
    return x, y
