"""PyTorch from scratch: recurrent layers that load `torch.nn`'s weights and equal its numbers.

One default differs: `batch_first` is True, as everywhere in this book.
"""

from src.modules.gru import GRU
from src.modules.lstm import LSTM
from src.modules.rnn import RNN

__all__ = ["GRU", "LSTM", "RNN"]
