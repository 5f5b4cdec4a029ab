"""Digits as sequences: whole, in order, and split without overlap."""

import numpy as np
from sklearn.datasets import load_digits

from src.tasks.digits import load_digit_sequences


def split(seed):
    return load_digit_sequences(np.random.default_rng(seed))


def test_the_three_sets_hold_every_digit_once():
    parts = split(0)
    rows = np.concatenate([part.inputs[..., 0] for part in parts]) * 16
    images, labels = load_digits(return_X_y=True)
    assert [len(part.labels) for part in parts] == [1197, 200, 400]
    assert np.array_equal(np.unique(rows, axis=0), np.unique(images, axis=0))
    assert np.array_equal(
        np.bincount(np.concatenate([part.labels for part in parts])), np.bincount(labels)
    )


def test_a_sequence_is_the_image_row_by_row():
    images, labels = load_digits(return_X_y=True)
    test = split(3).test
    first = np.random.default_rng(3).permutation(len(labels))[0]
    assert test.inputs.dtype == np.float32
    assert np.array_equal(test.inputs[0, :, 0] * 16, images[first])
    assert test.labels[0] == labels[first]


def test_the_seed_alone_decides_the_split():
    assert np.array_equal(split(1).train.inputs, split(1).train.inputs)
    assert not np.array_equal(split(1).train.inputs, split(2).train.inputs)
