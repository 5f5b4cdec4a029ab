"""One training loop, and the metrics that judge what it trained."""

from src.training.fit import History, fit, warm_up_then_decay

__all__ = ["History", "fit", "warm_up_then_decay"]
