"""Maps of attention: of the right shape, in the right order, and counted as by hand."""

import numpy as np
import pytest
import torch

from src.evaluation.attention_maps import attention_maps, owners, share_by_offset
from src.models import AttentionSeq2Seq, initialize_parameters
from src.tasks.pronunciation import (
    SOURCE_SIZE,
    TARGET_SIZE,
    encode_pronunciations,
    encode_words,
)


def test_a_map_is_what_the_model_aligns_word_by_word():
    model = AttentionSeq2Seq(SOURCE_SIZE, TARGET_SIZE, 4, 8)
    initialize_parameters(model, np.random.default_rng(0))
    words = ["box", "knight", "ox", "tax"]  # unequal lengths, and not in order
    sounds = [("B", "AA", "K", "S"), ("N", "AY", "T"), ("AA", "K", "S"), ("T",)]
    maps = attention_maps(model, words, sounds)
    for word, said, found in zip(words, sounds, maps, strict=True):
        assert found.shape == (len(said) + 1, len(word))
        src, tgt = encode_words([word])[0], encode_pronunciations([said])[0]
        with torch.no_grad():
            alone = model.align(torch.from_numpy(src), torch.from_numpy(tgt))[0].numpy()
        np.testing.assert_allclose(found, alone, atol=1e-6)


def test_owners_repeat_a_letter_for_each_of_its_phonemes():
    knight = [(), ("N",), ("AY",), (), (), ("T",)]
    assert owners(knight).tolist() == [1, 2, 5]
    assert owners([("K", "S"), ()]).tolist() == [0, 0]


def test_shares_by_offset_counted_by_hand():
    first = np.array([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]])  # the last row: END
    second = np.array([[0.25, 0.75], [1.0, 0.0]])
    shares = share_by_offset([first, second], [np.array([0, 2]), np.array([0])], 1)
    # own letter: 0.7, 0.5, 0.25; one to the left: none, 0.5, none; to the right: 0.2, none, 0.75
    assert shares == pytest.approx([0.5 / 3, 1.45 / 3, 0.95 / 3])


def test_all_offsets_together_hold_all_the_weight():
    rng = np.random.default_rng(0)
    weights = rng.dirichlet(np.ones(5), size=4)
    assert share_by_offset([weights], [np.array([0, 2, 4])], 4).sum() == pytest.approx(1)
