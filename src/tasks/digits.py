"""Handwritten digits, read pixel by pixel: one long sequence of grey values, one class at its end.

The 1,797 digits of the pinned package scikit-learn (8 x 8 pixels, grey values 0 to 16; Alpaydin and
Kaynak's "Optical Recognition of Handwritten Digits", test part). A digit becomes 64 steps, row by
row from the upper left, of one number in [0, 1]. Which pixel stands below which is 8 steps away.
"""

from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_digits

NUM_CLASSES = 10
N_VALIDATION, N_TEST = 200, 400


class Digits(NamedTuple):
    """N digits as sequences."""

    inputs: np.ndarray  # (N, 64, 1) float32 in [0, 1]
    labels: np.ndarray  # (N,) int64


class DigitsData(NamedTuple):
    """The three sets."""

    train: Digits
    validation: Digits
    test: Digits


def load_digit_sequences(rng: np.random.Generator) -> DigitsData:
    """Split the digits at random: 400 to test, 200 to validate, 1,197 to train.

    Args:
        rng: draws the split. Models are compared on the same one: give each the same seed.
    """
    images, labels = load_digits(return_X_y=True)
    inputs = (images / 16).astype(np.float32)[..., None]
    order = np.split(rng.permutation(len(labels)), [N_TEST, N_TEST + N_VALIDATION])
    test, validation, train = (Digits(inputs[rows], labels[rows]) for rows in order)
    return DigitsData(train, validation, test)
