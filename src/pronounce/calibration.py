"""How far to believe the model: from its probability to the chance that an answer is right.

Training with label smoothing gave a right chunk 0.9 of the probability and an equal share of the
rest, at every letter. So the probability p of an answer is too small, the more so the longer the
word is. Undone, and then fitted to what was right among the development words:

    q = min(p / KEPT^letters, HIGHEST)
    chance = σ(INTERCEPT + SLOPE log(q / (1 - q)))
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from src.equations.activations import sigmoid

KEPT = 0.9 + 0.1 / 112  # of the probability: label smoothing of 0.1 over 112 outputs
HIGHEST = 0.95
INTERCEPT, SLOPE = -0.075, 0.911  # by the eight best of each development word


def undone_logit(log_prob: ArrayLike, letters: ArrayLike) -> Any:
    """Undo the label smoothing: log(q / (1 - q)).

    Args:
        log_prob: natural logarithm of the model's probability of an answer.
        letters: of its word.
    """
    log_q = np.asarray(log_prob) - np.asarray(letters) * np.log(KEPT)
    log_q = np.minimum(log_q, np.log(HIGHEST))
    return log_q - np.log1p(-np.exp(log_q))


def chance(log_prob: ArrayLike, letters: ArrayLike) -> Any:
    """Give the chance that the dictionary has this answer among its pronunciations.

    Args:
        log_prob: natural logarithm of the model's probability of an answer.
        letters: of its word.

    Returns:
        A number in (0, 1), or an array of the arguments' shape.
    """
    return sigmoid(INTERCEPT + SLOPE * undone_logit(log_prob, letters))
