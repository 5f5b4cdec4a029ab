"""What a forecast has to beat: nothing changes, the last cycle again, a linear autoregression."""

import numpy as np

from src.tasks.sunspots import WINDOW, Windows


def repeat_last_year(inputs: np.ndarray, steps: int) -> np.ndarray:
    """Forecast that nothing changes (naive): (N, WINDOW) -> (N, steps)."""
    return np.repeat(inputs[:, -1:], steps, axis=1)


def repeat_last_cycle(inputs: np.ndarray, steps: int, period: int) -> np.ndarray:
    """Forecast each year by the one a period before it (seasonal naive): (N, steps)."""
    return inputs[:, -period + np.arange(steps) % period]


def iterate(train: Windows, order: int, inputs: np.ndarray, steps: int) -> np.ndarray:
    """Forecast step by step with `autoregression`, each forecast read by the next one.

    Args:
        train: windows to fit on.
        order: number of years that it looks back.
        inputs: (N, WINDOW), windows to forecast from.
        steps: how many years.

    Returns:
        (N, steps) forecasts.

    Raises:
        ValueError: an order below 1 or above WINDOW.
    """
    forecasts = []
    for _ in range(steps):
        forecasts.append(autoregression(train, order, inputs))
        inputs = np.column_stack([inputs[:, 1:], forecasts[-1]])
    return np.stack(forecasts, axis=1)


def autoregression(train: Windows, order: int, inputs: np.ndarray) -> np.ndarray:
    """Forecast by a linear function of the last `order` years, fitted by least squares.

    Args:
        train: windows to fit on.
        order: number of years that it looks back.
        inputs: (N, WINDOW), windows to forecast from.

    Returns:
        (N,) forecasts.

    Raises:
        ValueError: an order below 1 or above WINDOW.
    """
    if not 1 <= order <= WINDOW:
        raise ValueError(f"order must be in 1..{WINDOW}, got {order}")

    def features(windows: np.ndarray) -> np.ndarray:
        return np.column_stack([windows[:, -order:], np.ones(len(windows))])

    weights = np.linalg.lstsq(features(train.inputs), train.targets, rcond=None)[0]
    return features(inputs) @ weights
