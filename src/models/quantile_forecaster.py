"""Forecast quantiles of the next values, all at once, by a GRU or by a linear map.

x (B, W) → h_n (B, H) → quantiles (B, steps, Q)
"""

from torch import Tensor, nn

from src.modules.checks import check_sizes


class GRUForecaster(nn.Module):
    """A GRU reads the window; a linear layer makes all quantiles of all steps of its last state.

    Args:
        hidden_size: H.
        horizon: steps ahead.
        num_quantiles: Q.

    Raises:
        TypeError, ValueError: if one of them is not a positive int.
    """

    def __init__(self, hidden_size: int, horizon: int, num_quantiles: int = 3):
        super().__init__()
        check_sizes(hidden_size=hidden_size, horizon=horizon, num_quantiles=num_quantiles)
        self.shape = (horizon, num_quantiles)
        self.gru = nn.GRU(1, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, horizon * num_quantiles)

    def forward(self, x: Tensor) -> Tensor:
        """Windows (B, W) → quantiles (B, horizon, Q)."""
        _, h_n = self.gru(x[..., None])  # (1, B, H)
        return self.output(h_n[0]).unflatten(-1, self.shape)


class LinearForecaster(nn.Module):
    """The same without a network: every quantile is a linear function of the window.

    Args:
        window: W.
        horizon: steps ahead.
        num_quantiles: Q.

    Raises:
        TypeError, ValueError: if one of them is not a positive int.
    """

    def __init__(self, window: int, horizon: int, num_quantiles: int = 3):
        super().__init__()
        check_sizes(window=window, horizon=horizon, num_quantiles=num_quantiles)
        self.shape = (horizon, num_quantiles)
        self.output = nn.Linear(window, horizon * num_quantiles)

    def forward(self, x: Tensor) -> Tensor:
        """Windows (B, W) → quantiles (B, horizon, Q)."""
        return self.output(x).unflatten(-1, self.shape)
