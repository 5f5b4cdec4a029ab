"""Train a sequence-to-sequence model to translate sentences, and let it translate."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from src.models.decoding import Hypothesis, beam_search
from src.tasks.lexicon import fit_lexicon
from src.tasks.translation import (
    END,
    LONGEST,
    PADDING,
    START,
    UNKNOWN,
    Pair,
    Sentence,
    encode_sentences,
    vocabulary,
)
from src.training.fit import History, fit


class Vocabularies(NamedTuple):
    """The words of both sides, by their number."""

    french: tuple[str, ...]
    english: tuple[str, ...]

    @classmethod
    def of(cls, pairs: list[Pair]) -> "Vocabularies":
        """Collect the words of the training pairs."""
        return cls(*(vocabulary(list(side)) for side in zip(*pairs, strict=True)))


def lexicon_of(pairs: list[Pair], words: Vocabularies) -> Tensor:
    """The dictionary that the training pairs give, (V of the French, V of the English)."""
    sides = zip(zip(*pairs, strict=True), words, strict=True)
    french, english = (encode_sentences(list(side), known)[0] for side, known in sides)
    sizes = len(words.french), len(words.english)
    return torch.from_numpy(fit_lexicon(french, english, sizes))


def drop_words(tokens: Tensor, probability: float) -> Tensor:
    """Read some words as UNKNOWN, so that the model learns what to do with a new one.

    Args:
        tokens: any shape; the special ones are left alone.
        probability: with which a word is replaced.
    """
    dropped = (torch.rand(tokens.shape) < probability) & (tokens > UNKNOWN)
    return tokens.masked_fill(dropped, UNKNOWN)


def fit_translator(
    model: nn.Module,
    pairs: list[Pair],
    words: Vocabularies,
    *,
    updates: int,
    batch_size: int,
    word_dropout: float,
    rng: np.random.Generator,
    **settings: Any,
) -> History:
    """Train for a number of updates with teacher forcing; the last weights are kept.

    Args:
        model: trained in place; called with the source's tokens, the target's, and the lengths.
        pairs: French and English.
        words: of both sides.
        updates: of the weights.
        batch_size: sentences, drawn at random.
        word_dropout: the probability with which a word is read as UNKNOWN, in the source and by the
            decoder; what is to be predicted stays.
        rng: shuffles; seeds torch's generator.
        settings: other arguments of `fit`.

    Returns:
        What happened.

    Raises:
        ValueError, FloatingPointError: from `fit`.
    """
    source, lengths = encode_sentences([pair.french for pair in pairs], words.french)
    target, target_lengths = encode_sentences([pair.english for pair in pairs], words.english)

    def batches() -> Any:
        while True:
            order = rng.permutation(len(pairs))
            yield from (order[k : k + batch_size] for k in range(0, len(order), batch_size))

    def loss(model: Any, index: np.ndarray) -> Tensor:
        src = torch.from_numpy(source[index, : lengths[index].max()])
        tgt = torch.from_numpy(target[index, : target_lengths[index].max()])
        logits = model(drop_words(src, word_dropout), drop_words(tgt, word_dropout), lengths[index])
        return cross_entropy(logits.flatten(0, 1), tgt.flatten(), ignore_index=PADDING)

    return fit(
        model,
        loss,
        batches(),
        lambda model: 0.0,
        updates=updates,
        rng=rng,
        **{"validate_every": updates} | settings,
    )


@torch.no_grad()
def translate(
    model: Any, sentences: list[Sentence], words: Vocabularies, *, width: int = 4
) -> list[Sentence]:
    """Translate sentences by beam search.

    Args:
        model: encodes and steps.
        sentences: French.
        words: of both sides.
        width: K of the beam; hypotheses are ordered by the mean log probability of a word.
    """
    model.eval()
    tokens, lengths = encode_sentences(sentences, words.french)
    answers: list[list[Hypothesis]] = beam_search(
        model.step,
        model.encode(torch.from_numpy(tokens), lengths),
        start=START,
        end=END,
        max_steps=LONGEST + 1,
        width=width,
        length_power=1.0,
    )
    return [tuple(words.english[n] for n in beam[0].tokens) for beam in answers]


@torch.no_grad()
def alignment(model: Any, french: Sentence, english: Sentence, words: Vocabularies) -> np.ndarray:
    """Where a model with attention looks while it says `english`: (T, S), the ends included."""
    model.eval()
    src, tgt = (
        torch.from_numpy(encode_sentences([side], known)[0])
        for side, known in zip((french, english), words, strict=True)
    )
    return model.align(src, tgt)[0].numpy()
