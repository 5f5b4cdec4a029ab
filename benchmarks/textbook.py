"""The LSTM as most tutorials write it: the yardstick for what the layout of src.equations buys.

Correct, and the same numbers as `src.equations.LSTM`; nothing is arranged for speed.
"""

import numpy as np

from src.equations import sigmoid


def forward(parameters, x):
    """Read whole sequences from a zero state.

    Args:
        parameters: dict of weight_ih (4H, D), weight_hh (4H, H), bias (4H,); rows i, f, g, o.
        x: (B, T, D).

    Returns:
        outputs (B, T, H), and the list of each step's values for `backward`.
    """
    W_x, W_h, b = (parameters[key] for key in ("weight_ih", "weight_hh", "bias"))
    h = C = np.zeros((len(x), W_h.shape[1]), x.dtype)
    outputs, tape = [], []
    for t in range(x.shape[1]):
        a_i, a_f, a_c, a_o = np.split(x[:, t] @ W_x.T + h @ W_h.T + b, 4, axis=1)
        i, f, C_tilde, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_c), sigmoid(a_o)
        h_before, C_before = h, C
        C = f * C + i * C_tilde
        h = o * np.tanh(C)
        outputs.append(h)
        tape.append((h_before, C_before, i, f, C_tilde, o, np.tanh(C)))
    return np.stack(outputs, axis=1), tape


def backward(parameters, x, tape, d_outputs):
    """Back-propagate through time, with d_outputs (B, T, H) upstream.

    Returns:
        The gradient with respect to x, and a dict of those with respect to the parameters.
    """
    W_x, W_h = parameters["weight_ih"], parameters["weight_hh"]
    gradients = {key: np.zeros_like(p) for key, p in parameters.items()}
    d_x = np.empty_like(x)
    d_h = d_C = np.zeros_like(tape[0][0])
    for t in reversed(range(len(tape))):
        h_before, C_before, i, f, C_tilde, o, tanh_C = tape[t]
        d_h = d_h + d_outputs[:, t]
        d_C = d_C + d_h * o * (1 - tanh_C**2)
        delta = np.concatenate(
            [
                d_C * C_tilde * i * (1 - i),
                d_C * C_before * f * (1 - f),
                d_C * i * (1 - C_tilde**2),
                d_h * tanh_C * o * (1 - o),
            ],
            axis=1,
        )
        gradients["weight_ih"] += delta.T @ x[:, t]
        gradients["weight_hh"] += delta.T @ h_before
        gradients["bias"] += delta.sum(axis=0)
        d_x[:, t] = delta @ W_x
        d_h = delta @ W_h
        d_C = d_C * f
    return d_x, gradients
