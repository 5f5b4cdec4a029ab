"""Training a translator: it learns a toy language, and drops the words that it should."""

import numpy as np
import torch

from src.models import initialize_parameters
from src.models.lexicon_seq2seq import LexiconSeq2Seq
from src.tasks.translation import END, UNKNOWN, Pair
from src.training.translation import (
    Vocabularies,
    alignment,
    drop_words,
    fit_translator,
    lexicon_of,
    translate,
)

# A noun and an adjective, in the other order.
NOUNS, ADJECTIVES = "abcd", "pqrs"
PAIRS = [Pair((n, a), (a.upper(), n.upper())) for n in NOUNS for a in ADJECTIVES]


def test_a_toy_language_is_translated_and_its_order_is_seen():
    words = Vocabularies.of(PAIRS)
    rng = np.random.default_rng(0)
    model = LexiconSeq2Seq(lexicon_of(PAIRS[1:], words), 8, 16)
    initialize_parameters(model, rng)
    settings = {"updates": 80, "batch_size": 8, "word_dropout": 0.0, "learning_rate": 0.02}
    fit_translator(model, PAIRS[1:], words, rng=rng, **settings)
    held_out = PAIRS[0]
    assert translate(model, [held_out.french], words) == [held_out.english]
    weights = alignment(model, held_out.french, held_out.english, words)
    assert weights.shape == (3, 3)
    assert weights[:2].argmax(1).tolist() == [1, 0]


def test_special_tokens_are_never_dropped():
    tokens = torch.tensor([[7, 8, END, 0]])
    assert drop_words(tokens, 1.0).tolist() == [[UNKNOWN, UNKNOWN, END, 0]]
    assert torch.equal(drop_words(tokens, 0.0), tokens)
