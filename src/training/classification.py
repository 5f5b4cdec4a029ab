"""Train and apply a classifier of token sequences, in batches of equal length."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from src.tasks.batches import endless_batches, equal_length_batches
from src.tasks.texts import LabelledTexts, encode
from src.training.fit import History, fit


class Examples(NamedTuple):
    """N labelled sequences as tensors."""

    tokens: Tensor  # (N, T) int64, 0 after each sequence's end
    lengths: np.ndarray  # (N,) int
    labels: Tensor  # (N,) int64


def collate(labelled: LabelledTexts, alphabet: str) -> Examples:
    """Turn labelled texts into tensors; the n-th character of `alphabet` becomes token n."""
    tokens, lengths = encode(labelled.texts, alphabet)
    return Examples(torch.from_numpy(tokens), lengths, torch.from_numpy(labelled.labels))


def take(examples: Examples, index: np.ndarray) -> tuple[Tensor, Tensor]:
    """Cut one batch of equal-length sequences out: tokens (B, length) and labels (B,)."""
    return examples.tokens[index, : examples.lengths[index[0]]], examples.labels[index]


@torch.no_grad()
def predict(model: nn.Module, examples: Examples, batch_size: int = 1000) -> np.ndarray:
    """Give the logits of every sequence: (N, C). Leaves the model in evaluation mode."""
    model.eval()
    logits = {}
    for index in equal_length_batches(examples.lengths, batch_size):
        tokens, _ = take(examples, index)
        logits.update(zip(index, model(tokens).numpy(), strict=True))
    return np.stack([logits[n] for n in range(len(examples.labels))])


def score(model: nn.Module, examples: Examples) -> float:
    """Return the fraction of sequences whose largest logit is that of their class."""
    return float(np.mean(predict(model, examples).argmax(1) == examples.labels.numpy()))


def fit_classifier(
    model: nn.Module,
    train: Examples,
    validation: Examples,
    *,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    **settings: Any,
) -> History:
    """Train by cross-entropy for a number of epochs; keep the weights best on `validation`.

    `fit` with batches of equal length, so that nothing is padded or packed. `settings` are its
    other arguments; it validates once an epoch unless told otherwise.
    """
    per_epoch = len(equal_length_batches(train.lengths, batch_size))

    def loss(model: nn.Module, index: np.ndarray) -> Tensor:
        tokens, labels = take(train, index)
        return cross_entropy(model(tokens), labels)

    return fit(
        model,
        loss,
        endless_batches(train.lengths, batch_size, rng),
        lambda model: score(model, validation),
        updates=epochs * per_epoch,
        rng=rng,
        **{"validate_every": per_epoch} | settings,
    )
