"""Train a sequence-to-sequence model to pronounce words, and let it pronounce.

For every model with the interface of `src.models.TokenSeq2Seq` and `AttentionSeq2Seq`: called with
letters and phonemes it gives logits; `encode` and `step` decode one phoneme after the other.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from src.evaluation.error_rates import ErrorRates, error_rates
from src.models.decoding import Decoder, beam_search, greedy
from src.tasks.batches import endless_batches, equal_length_batches
from src.tasks.pronunciation import (
    END,
    PADDING,
    START,
    Pronunciation,
    References,
    decode_pronunciation,
    encode_pronunciations,
    encode_words,
)
from src.training.fit import History, fit

MAX_STEPS = 30  # the longest pronunciation of the dictionary is shorter, its end included


class Pairs(NamedTuple):
    """N words with one pronunciation each, as tensors."""

    letters: Tensor  # (N, S) int64, 0 after each word's end
    lengths: np.ndarray  # (N,) int, of the words
    sounds: Tensor  # (N, U) int64, each pronunciation followed by END and PADDING


def collate(references: References) -> Pairs:
    """Make a pair of every word with each of its pronunciations."""
    words = [word for word, pronunciations in references.items() for _ in pronunciations]
    letters, lengths = encode_words(words)
    sounds, _ = encode_pronunciations([p for group in references.values() for p in group])
    return Pairs(torch.from_numpy(letters), lengths, torch.from_numpy(sounds))


def take(pairs: Pairs, index: np.ndarray) -> tuple[Tensor, Tensor]:
    """Cut out a batch of words of equal length: letters (B, S), and sounds without idle padding."""
    sounds = pairs.sounds[index]
    longest = int((sounds != PADDING).sum(1).max())
    return pairs.letters[index, : pairs.lengths[index[0]]], sounds[:, :longest]


def teacher_forced(model: nn.Module, letters: Tensor, sounds: Tensor) -> Tensor:
    """Mean cross-entropy of a phoneme, in nats, every one predicted from the true ones before."""
    logits = model(letters, sounds)
    return cross_entropy(logits.flatten(0, 1), sounds.flatten(), ignore_index=PADDING)


def scheduled_sampling(
    model: Decoder, letters: Tensor, sounds: Tensor, probability: float
) -> Tensor:
    """Cross-entropy where the decoder sometimes reads what it said itself (Bengio et al. 2015).

    Args:
        model: encodes and steps.
        letters: (B, S).
        sounds: (B, U).
        probability: with which each token that the decoder reads is drawn from its own
            distribution; else it is the true one. No gradient goes through a draw.

    Returns:
        The mean cross-entropy of a phoneme, in nats.
    """
    state, tokens, logits = model.encode(letters), torch.full_like(sounds[:, 0], START), []
    for truth in sounds.T:
        step, state = model.step(tokens, state)
        logits.append(step)
        own = torch.multinomial(step.detach().softmax(-1), 1)[:, 0]
        tokens = torch.where(torch.rand(len(own)) < probability, own, truth)
    return cross_entropy(
        torch.stack(logits, 1).flatten(0, 1), sounds.flatten(), ignore_index=PADDING
    )


def fit_pronouncer(
    model: nn.Module,
    train: Pairs,
    development: References,
    *,
    updates: int,
    batch_size: int,
    rng: np.random.Generator,
    sampling: float = 0.0,
    **settings: Any,
) -> History:
    """Train for a number of updates; the score is 1 - PER of the development words, free running.

    Args:
        model: trained in place.
        train: from `collate`.
        development: the words that judge, at the end unless `validate_every` says otherwise.
        updates: of the weights.
        batch_size: words of one length.
        rng: shuffles; seeds torch's generator.
        sampling: the probability of scheduled sampling at the end; it grows linearly from 0.
        settings: other arguments of `fit`.

    Returns:
        What happened.

    Raises:
        ValueError, FloatingPointError: from `fit`.
    """

    def loss(model: Any, numbered: tuple[int, np.ndarray]) -> Tensor:
        step, index = numbered
        if sampling:
            return scheduled_sampling(model, *take(train, index), sampling * step / updates)
        return teacher_forced(model, *take(train, index))

    return fit(
        model,
        loss,
        enumerate(endless_batches(train.lengths, batch_size, rng)),
        lambda model: 1 - judge(model, development).symbol,
        updates=updates,
        rng=rng,
        **{"validate_every": updates} | settings,
    )


@torch.no_grad()
def pronounce(model: Any, words: list[str], *, width: int = 1) -> list[Pronunciation]:
    """Pronounce words, free running: greedily, or with a beam of `width` above 1.

    Returns:
        A pronunciation for each word, in their order; empty where the model says nothing.
    """
    letters, lengths = encode_words(words)
    source = torch.from_numpy(letters)
    said: dict[int, Pronunciation] = {}
    limits = {"start": START, "end": END, "max_steps": MAX_STEPS}
    model.eval()
    for index in equal_length_batches(lengths, 500):
        state = model.encode(source[index, : lengths[index[0]]])
        if width == 1:
            answers: list = greedy(model.step, state, **limits)
        else:
            beams = beam_search(model.step, state, width=width, **limits)
            answers = [beam[0].tokens if beam else () for beam in beams]
        said.update(zip(index.tolist(), map(decode_pronunciation, answers), strict=True))
    return [said[n] for n in range(len(words))]


def judge(model: Any, references: References, *, width: int = 1) -> ErrorRates:
    """Word and phoneme error rate of the model on words, free running."""
    return error_rates(pronounce(model, list(references), width=width), list(references.values()))
