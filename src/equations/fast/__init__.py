"""The same layers arranged for speed: equal to the readable ones, and up to twice as fast.

Inside their loops the batch is the last axis, every gate is one block in memory, all gates are one
product and one tanh, and nothing is allocated. For long trainings; to understand a cell, read
`src.equations.lstm` and `src.equations.gru`.
"""

from src.equations.fast.gru import FastGRU
from src.equations.fast.lstm import FastLSTM

__all__ = ["FastGRU", "FastLSTM"]
