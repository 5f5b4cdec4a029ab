import numpy as np
import pytest

from src.tasks.texts import LabelledTexts, encode


def test_tokens_count_from_one_and_zeros_follow_the_end():
    tokens, lengths = encode(["cab", "z", "été"], "abcdefghijklmnopqrstuvwxyzé")
    assert tokens.tolist() == [[3, 1, 2], [26, 0, 0], [27, 20, 27]]
    assert lengths.tolist() == [3, 1, 3]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["cab", "naïve"], "'naïve': 'ï' is not in the alphabet"),
        (["Cab"], "'C' is not in"),
        (["cab", ""], "cannot encode '': it is empty"),
        ([], "at least one text"),
    ],
)
def test_what_cannot_be_encoded_is_named(texts, message):
    with pytest.raises(ValueError, match=message):
        encode(texts, "abcdefghijklmnopqrstuvwxyz")


def test_first_cuts_texts_and_labels_alike():
    first = LabelledTexts(["ab", "c", "de"], np.array([0, 1, 2])).first(2)
    assert first.texts == ["ab", "c"]
    assert first.labels.tolist() == [0, 1]
