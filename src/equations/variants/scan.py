"""A linear recurrence, computed twice: step after step, and by a parallel scan.

    h_t = a_t ⊙ h_(t−1) + b_t

Two steps of it, one after the other, are a step of the same form: first (a, b), then (a′, b′) make
(a′ ⊙ a, a′ ⊙ b + b′). That is an associative operation, so that the T steps may be joined in any
grouping, and in log₂ T rounds instead of T.
"""

from collections.abc import Callable

import numpy as np

Recurrence = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def linear_recurrence(a: np.ndarray, b: np.ndarray, h: np.ndarray) -> np.ndarray:
    """The loop.

    Args:
        a, b: (B, T, H).
        h: h_0, (B, H).

    Returns:
        h_1 to h_T, (B, T, H).
    """
    states = np.empty_like(b)
    for t in range(b.shape[1]):
        h = a[:, t] * h + b[:, t]
        states[:, t] = h
    return states


def parallel_scan(a: np.ndarray, b: np.ndarray, h: np.ndarray) -> np.ndarray:
    """The same in ⌈log₂ T⌉ rounds: after the k-th, every entry stands for its last 2^k steps.

    Args:
        a, b: (B, T, H).
        h: h_0, (B, H).

    Returns:
        h_1 to h_T, (B, T, H).

    Source: the scan of Hillis and Steele 1986. It takes T log₂ T products where the loop takes T.
    """
    a, b = a.copy(), b.copy()
    b[:, 0] += a[:, 0] * h
    reach = 1
    while reach < b.shape[1]:
        b[:, reach:] += a[:, reach:] * b[:, :-reach]
        a[:, reach:] = a[:, reach:] * a[:, :-reach]
        reach *= 2
    return b


def recurrence_backward(
    a: np.ndarray, d_states: np.ndarray, d_last: np.ndarray, recurrence: Recurrence
) -> np.ndarray:
    """Back through the recurrence: the same recurrence, from the end to the beginning.

        h̄_T = ∂L/∂h_T,     h̄_t = a_(t+1) ⊙ h̄_(t+1) + ∂L/∂h_t (from its output)

    Args:
        a: (B, T, H).
        d_states: what arrives at each state from its output, (B, T, H).
        d_last: what arrives at the last state besides, (B, H).
        recurrence: `parallel_scan` or `linear_recurrence`.

    Returns:
        h̄_1 to h̄_T, (B, T, H): also the gradients with respect to b.
    """
    kept = np.ones_like(a)
    kept[:, 1:] = a[:, :0:-1]  # a_T, ..., a_2, and before them 1 for what arrives at the end
    return recurrence(kept, d_states[:, ::-1], d_last)[:, ::-1]
