import sys

import numpy as np
import pytest

from src.tasks import vowels


@pytest.fixture(scope="module")
def data():
    return vowels.load_vowels()


def test_sizes_and_lengths_of_the_official_split(data):
    assert [part.inputs.shape for part in data] == [(270, 29, 12), (370, 29, 12)]
    assert [(part.lengths.min(), part.lengths.max()) for part in data] == [(7, 26), (7, 29)]
    assert np.bincount(data.train.labels).tolist() == [30] * 9
    assert np.bincount(data.test.labels).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]


def test_padding_is_zero_and_only_padding(data):
    for part in data:
        real = np.arange(vowels.LONGEST) < part.lengths[:, None]
        assert (part.inputs[~real] == 0).all()
        assert (part.inputs[real] != 0).any(axis=1).all()


def test_scaled_by_the_training_set_alone(data):
    real = np.arange(vowels.LONGEST) < data.train.lengths[:, None]
    np.testing.assert_allclose(data.train.inputs[real].mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(data.train.inputs[real].std(0), 1, atol=1e-5)
    real = np.arange(vowels.LONGEST) < data.test.lengths[:, None]
    assert np.abs(data.test.inputs[real].mean(0)).max() > 0.01


def test_the_split_takes_six_of_each_speaker(data):
    train, validation = vowels.split(data.train, np.random.default_rng(0))
    assert np.bincount(train.labels).tolist() == [24] * 9
    assert np.bincount(validation.labels).tolist() == [6] * 9
    both = np.concatenate([train.inputs, validation.inputs])
    assert len(np.unique(both.reshape(270, -1), axis=0)) == 270
    _, other = vowels.split(data.train, np.random.default_rng(1))
    assert not np.array_equal(other.inputs, validation.inputs)


def test_the_first_utterance_has_the_numbers_of_the_file():
    series, speaker = vowels._read("JapaneseVowels_TRAIN.ts")[0]
    assert (series.shape, speaker) == ((20, 12), 0)
    assert series[:3, 0].tolist() == [1.860936, 1.891651, 1.939205]
    assert series[0, 1] == -0.207383


def test_sktime_is_not_imported():
    assert "sktime" not in sys.modules
