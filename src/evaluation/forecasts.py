"""Judge forecasts: scaled errors, quantile loss, coverage, and a band that is calibrated.

Targets are (N, H): N origins, H steps ahead. Quantile forecasts are (N, H, Q), in the order of
their levels. A *band* is a pair of quantiles, (N, H, 2): its lower and its upper end.
"""

import numpy as np

LEVELS = (0.1, 0.5, 0.9)  # a median, and a band that is to hold 80 %


def mase_scale(train: np.ndarray, period: int) -> float:
    """What an error is divided by in the MASE: that of "a season ago" on the training values.

    (1 / (T - m)) Σ |y_t - y_{t-m}|, t = m+1..T

    Args:
        train: (T,) values before validation and test.
        period: m, values in a season; 1 if there is none.

    Raises:
        ValueError: fewer than m + 1 values, or a scale of 0.

    Source: Hyndman and Koehler 2006.
    """
    if not 1 <= period < len(train):
        raise ValueError(f"period must be in 1..{len(train) - 1}, got {period}")
    scale = float(np.mean(np.abs(train[period:] - train[:-period])))
    if scale == 0:
        raise ValueError(f"train repeats itself exactly with period {period}: nothing to scale by")
    return scale


def mase(targets: np.ndarray, forecasts: np.ndarray, scale: float) -> np.ndarray:
    """Mean absolute scaled error of each origin, (N,), from targets and forecasts (N, H)."""
    _check_shapes(targets, forecasts)
    return np.mean(np.abs(targets - forecasts), axis=1) / scale


def pinball(targets: np.ndarray, quantiles: np.ndarray, levels: tuple[float, ...]) -> np.ndarray:
    """Quantile loss of every value, (N, H), averaged over the levels.

    max(q (y - ŷ), (q - 1) (y - ŷ)): what is too low costs q, what is too high 1 - q.
    """
    _check_shapes(targets, quantiles[..., 0])
    q = np.array(levels)
    error = targets[..., None] - quantiles
    return np.mean(np.maximum(q * error, (q - 1) * error), axis=-1)


def inside(targets: np.ndarray, band: np.ndarray) -> np.ndarray:
    """Whether each value lies in its band, (N, H) of bool; the ends belong to it."""
    _check_shapes(targets, band[..., 0])
    return (band[..., 0] <= targets) & (targets <= band[..., 1])


def margins(targets: np.ndarray, band: np.ndarray, coverage: float) -> np.ndarray:
    """How far to move both ends outwards, (H,), so that `coverage` of the values lie within.

    s = max(low - y, y - high) says how far a value lies outside (below 0: inside). The margin is
    the ⌈(N + 1) · coverage⌉-th smallest of the N scores; below 0 the band becomes narrower.

    Args:
        targets: (N, H), of validation.
        band: (N, H, 2).
        coverage: between 0 and 1.

    Raises:
        ValueError: too few origins for so high a coverage.

    Source: Romano, Patterson and Candès 2019 (conformalized quantile regression).
    """
    _check_shapes(targets, band[..., 0])
    scores = np.sort(np.maximum(band[..., 0] - targets, targets - band[..., 1]), axis=0)
    rank = int(np.ceil((len(scores) + 1) * coverage))
    if not 1 <= rank <= len(scores):
        raise ValueError(f"a coverage of {coverage} needs more than {len(scores)} origins")
    return scores[rank - 1]


def widen(band: np.ndarray, margins: np.ndarray) -> np.ndarray:
    """Move both ends of a band (N, H, 2) outwards by margins (H,)."""
    return band + margins[:, None] * np.array([-1.0, 1.0])


def with_residuals(
    forecasts: np.ndarray, residuals: np.ndarray, levels: tuple[float, ...]
) -> np.ndarray:
    """Make quantile forecasts (N, H, Q) of forecasts (N, H): add the quantiles of past errors.

    residuals: (M, H), true values minus forecasts of validation. The level 0.5 adds nothing.
    """
    shifts = np.quantile(residuals, levels, axis=0).T  # (H, Q)
    shifts[:, np.array(levels) == 0.5] = 0
    return forecasts[..., None] + shifts


def _check_shapes(targets: np.ndarray, forecasts: np.ndarray) -> None:
    if targets.ndim != 2 or targets.shape != forecasts.shape:
        raise ValueError(
            f"targets and forecasts must be (N, H) and alike, got {targets.shape} and "
            f"{forecasts.shape}"
        )
