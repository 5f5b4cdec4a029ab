import numpy as np
import pytest

from src.tasks import pronunciation
from src.tasks.pronunciation import END, PADDING, PHONEMES


@pytest.fixture(scope="module")
def data():
    return pronunciation.load_pronunciations()


def test_the_split_is_the_one_that_others_can_compare_with(data):
    assert [len(part) for part in data] == [110_298, 2_600, 12_000]
    assert list(data.test)[:3] == ["truest", "sultan", "schwaller"]
    assert list(data.development)[:3] == ["heslin's", "sprees", "mallo"]


def test_no_word_is_in_two_sets(data):
    assert len(set().union(*data)) == sum(map(len, data))


def test_all_pronunciations_are_references_without_their_stress(data):
    known = {word: answers for part in data for word, answers in part.items()}
    assert known["tomato"] == (
        ("T", "AH", "M", "EY", "T", "OW"),
        ("T", "AH", "M", "AA", "T", "OW"),
    )
    assert known["colonel"] == (("K", "ER", "N", "AH", "L"),)
    assert {p for answers in known.values() for answer in answers for p in answer} == set(PHONEMES)
    assert all(len(set(answers)) == len(answers) for answers in known.values())


def test_pronunciations_end_are_padded_and_come_back():
    said = [("N", "AY", "T"), ("AA",)]
    tokens, lengths = pronunciation.encode_pronunciations(said)
    assert lengths.tolist() == [4, 2]
    assert tokens[0, 3] == tokens[1, 1] == END
    assert tokens[1, 2:].tolist() == [PADDING, PADDING]
    assert [pronunciation.decode_pronunciation(row) for row in tokens] == said
    assert tokens[~np.isin(tokens, (PADDING, END))].min() == 3


@pytest.mark.parametrize(
    ("said", "message"),
    [([], "at least one"), ([()], "empty"), ([("K", "AH0")], "'AH0' is no phoneme")],
)
def test_what_cannot_be_encoded_is_named(said, message):
    with pytest.raises(ValueError, match=message):
        pronunciation.encode_pronunciations(said)


def test_a_letter_outside_the_alphabet_is_named():
    with pytest.raises(ValueError, match="'é'"):
        pronunciation.encode_words(["café"])
