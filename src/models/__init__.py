"""Models built of `torch.nn`'s recurrent layers, and their initial weights."""

from src.models.classifiers import GRUClassifier, LSTMClassifier
from src.models.initialization import initialize_parameters

__all__ = ["GRUClassifier", "LSTMClassifier", "initialize_parameters"]
