"""What a network has to beat: the last value, the last season, an autoregression, smoothing.

Every function forecasts `horizon` values from each of N origins, (N, horizon), and reads nothing
but what lies before each origin.
"""

from typing import NamedTuple

import numpy as np

from src.tasks.series import pasts

TRENDS = ("none", "plain", "damped")  # of exponential smoothing


def naive(values: np.ndarray, origins: np.ndarray, horizon: int) -> np.ndarray:
    """Forecast that nothing changes: the last value again and again."""
    return np.repeat(values[origins - 1][:, None], horizon, axis=1)


def seasonal_naive(
    values: np.ndarray, origins: np.ndarray, horizon: int, period: int
) -> np.ndarray:
    """Forecast the last season again: each value by the last known one at its place in a season."""
    return values[origins[:, None] - period + np.arange(horizon) % period]


class Autoregression(NamedTuple):
    """y_t = b + w_1 y_{t-1} + … + w_p y_{t-p}, with p of the least AIC."""

    weights: np.ndarray  # (p,), of the last value first
    bias: float

    @classmethod
    def fit(cls, train: np.ndarray, max_order: int) -> "Autoregression":
        """Fit every order from 0 to `max_order` by least squares; keep the one of the least AIC.

        AIC = n ln(RSS / n) + 2 (p + 2), on the same n values for all orders. The columns are
        1, y_{t-1}, y_{t-2}, …, so one QR decomposition has the RSS of all orders: column by column
        the residual loses its projection on the next column of Q.

        Args:
            train: (T,) values.
            max_order: highest order.

        Raises:
            ValueError: too few values for this order.
        """
        n = len(train) - max_order
        if max_order < 0 or n < max_order + 3:
            raise ValueError(f"max_order {max_order} needs {2 * max_order + 3} values or more")
        lags = [train[max_order - p : len(train) - p] for p in range(1, max_order + 1)]
        columns, y = np.column_stack([np.ones(n), *lags]), train[max_order:]
        q, _ = np.linalg.qr(columns)
        rss = np.sum((y - y.mean()) ** 2) - np.append(0, np.cumsum((q.T @ y)[1:] ** 2))
        rss = np.maximum(rss, np.finfo(float).tiny)
        order = int(np.argmin(n * np.log(rss / n) + 2 * (np.arange(max_order + 1) + 2)))
        solution = np.linalg.lstsq(columns[:, : order + 1], y, rcond=None)[0]
        return cls(solution[1:], float(solution[0]))

    @property
    def order(self) -> int:
        """How many values it looks back."""
        return len(self.weights)

    def forecast(self, values: np.ndarray, origins: np.ndarray, horizon: int) -> np.ndarray:
        """Forecast step by step; each forecast is read by the next one."""
        past, forecasts = pasts(values, origins, self.order), []
        for _ in range(horizon):
            forecasts.append(self.bias + past[:, ::-1] @ self.weights)
            past = np.column_stack([past, forecasts[-1]])[:, 1:]
        return np.stack(forecasts, axis=1)


class Smoothing(NamedTuple):
    """Exponential smoothing with additive season and damped trend, fitted by statsmodels.

    With level l, trend b, season s and forecast error e ::

        e_t = y_t - l_{t-1} - φ b_{t-1} - s_{t-m}
        l_t = α (y_t - s_{t-m}) + (1 - α) (l_{t-1} + φ b_{t-1})
        b_t = β (l_t - l_{t-1}) + (1 - β) φ b_{t-1}
        s_t = γ (e_t + s_{t-m}) + (1 - γ) s_{t-m}

    The forecast h steps ahead is l_t + (φ + … + φ^h) b_t + s of its place in the season.
    """

    alpha: float
    beta: float
    gamma: float
    phi: float
    level: float  # before the first value, as the two below
    trend: float
    season: np.ndarray  # (m,), of the first m values

    @classmethod
    def fit(cls, train: np.ndarray, period: int, trend: str, season: bool) -> "Smoothing":
        """Fit the parameters and the first states on `train`.

        Args:
            train: (T,) values, two seasons or more.
            period: m.
            trend: "none", "plain" (φ = 1) or "damped".
            season: whether there is one.

        Raises:
            ValueError: another trend.
        """
        from statsmodels.tsa.holtwinters import ExponentialSmoothing  # a second to import

        if trend not in TRENDS:
            raise ValueError(f"trend must be one of {', '.join(TRENDS)}, got {trend!r}")
        model = ExponentialSmoothing(
            train,
            trend=None if trend == "none" else "add",
            damped_trend=trend == "damped",
            seasonal="add" if season else None,
            seasonal_periods=period if season else None,
            initialization_method="heuristic",
        )
        found = model.fit().params
        return cls(
            alpha=float(found["smoothing_level"]),
            beta=0.0 if trend == "none" else float(found["smoothing_trend"]),
            gamma=float(found["smoothing_seasonal"]) if season else 0.0,
            phi=float(found["damping_trend"]) if trend == "damped" else 1.0,
            level=float(found["initial_level"]),
            trend=0.0 if trend == "none" else float(found["initial_trend"]),
            season=np.array(found["initial_seasons"]) if season else np.zeros(period),
        )

    def forecast(self, values: np.ndarray, origins: np.ndarray, horizon: int) -> np.ndarray:
        """Forecast from each origin, with the states after all values before it."""
        period, season = len(self.season), np.array(self.season, dtype=float)
        level, trend, forecasts = self.level, self.trend, {}
        damped = np.cumsum(self.phi ** np.arange(1, horizon + 1))
        wanted = set(origins.tolist())
        for t in range(max(wanted) + 1):
            if t in wanted:
                places = (t + np.arange(horizon)) % period
                forecasts[t] = level + damped * trend + season[places]
            if t < len(values):
                before, s = level, season[t % period]
                ahead = before + self.phi * trend
                level = self.alpha * (values[t] - s) + (1 - self.alpha) * ahead
                season[t % period] = s + self.gamma * (values[t] - ahead - s)
                trend = self.beta * (level - before) + (1 - self.beta) * self.phi * trend
        return np.stack([forecasts[t] for t in origins.tolist()])
