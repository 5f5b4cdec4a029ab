"""The equations in NumPy: forward passes, and backward passes derived by hand.

Shapes: B sequences, T steps, D inputs, H hidden units. Batch first: x is (B, T, D).
Gate order is PyTorch's: i, f, C̃, o (its g is C̃) and r, z, h̃ (its n).
"""

from src.equations.activations import sigmoid
from src.equations.gradcheck import GradientCheck, gradient_check, numerical_gradient
from src.equations.gradients import Gradients, clip_by_global_norm
from src.equations.gru import GRU, GRUStep, flip_update_gate
from src.equations.layer import RecurrentLayer
from src.equations.lstm import LSTM, LSTMStep
from src.equations.optim import SGD, Adam
from src.equations.rnn import RNN, RNNStep

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "SGD",
    "Adam",
    "GRUStep",
    "GradientCheck",
    "Gradients",
    "LSTMStep",
    "RNNStep",
    "RecurrentLayer",
    "clip_by_global_norm",
    "flip_update_gate",
    "gradient_check",
    "numerical_gradient",
    "sigmoid",
]
