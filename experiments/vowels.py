"""Who says /ae/? Japanese vowels, lengths 7 to 29, by two layers and three poolings, five seeds.

Every seed has a split of its own: it trains on 216 of the training utterances and validates on the
other 54. No weights are picked on the way. The chapters pick the layer and the pooling by the
validation, and quote the test of what was picked.

All runs are padded batches with lengths, as the chapter on variable lengths explains them.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from experiments.shared import runner
from src.models import AttentionLSTM, PooledClassifier, initialize_parameters
from src.models.sequences import both_ends, masked_mean
from src.tasks.vowels import CHANNELS, NUM_CLASSES, Utterances, load_vowels, split
from src.training import fit

PACKAGES = ("numpy", "torch", "sktime")  # what the numbers depend on
HIDDEN_SIZE, BATCH_SIZE, UPDATES, LEARNING_RATE = 48, 32, 200, 5e-3
LAYERS = {"LSTM": nn.LSTM, "GRU": nn.GRU}
POOLINGS = {
    "both ends": lambda: both_ends,
    "mean": lambda: masked_mean,
    "attention": lambda: AttentionLSTM(2 * HIDDEN_SIZE),
}
DROPOUT = 0.3  # of the inputs


def cell(layer: str, pooling: str, seed: int, updates: int = UPDATES) -> dict:
    """The settings of one run."""
    return {
        "id": f"{layer}-{pooling.replace(' ', '-')}-{seed}-{updates}",
        "layer": layer,
        "pooling": pooling,
        "dropout": DROPOUT,
        "seed": seed,
        "updates": updates,
    }


CELLS = [
    cell(layer, pooling, seed) for seed in range(5) for layer in LAYERS for pooling in POOLINGS
]
QUICK = cell("GRU", "attention", 0, updates=20)


def build(cell: dict) -> PooledClassifier:
    """The model of a cell, with its initial weights."""
    recurrent = LAYERS[cell["layer"]](CHANNELS, HIDDEN_SIZE, batch_first=True, bidirectional=True)
    model = PooledClassifier(
        nn.Dropout(cell["dropout"]), recurrent, POOLINGS[cell["pooling"]](), NUM_CLASSES
    )
    return initialize_parameters(model, np.random.default_rng([cell["seed"], 0]))


def batches(count: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Batches of row numbers, newly shuffled each epoch, for ever."""
    while True:
        order = rng.permutation(count)
        yield from (order[start : start + BATCH_SIZE] for start in range(0, count, BATCH_SIZE))


@torch.no_grad()
def accuracy(model: nn.Module, utterances: Utterances) -> float:
    """The share of utterances whose speaker is named."""
    model.eval()
    logits = model(torch.from_numpy(utterances.inputs), utterances.lengths)
    return float(np.mean(logits.argmax(1).numpy() == utterances.labels))


def train(model: nn.Module, utterances: Utterances, updates: int, rng: np.random.Generator) -> None:
    """A fixed number of updates; no weights are picked on the way."""

    def loss(model: nn.Module, rows: Tensor) -> Tensor:
        batch = utterances.rows(rows)
        longest = batch.lengths.max()
        logits = model(torch.from_numpy(batch.inputs[:, :longest]), batch.lengths)
        return cross_entropy(logits, torch.from_numpy(batch.labels))

    fit(
        model,
        loss,
        batches(len(utterances.labels), rng),
        lambda model: 0.0,
        updates=updates,
        rng=rng,
        learning_rate=LEARNING_RATE,
        validate_every=updates,
    )


def run(cell: dict) -> dict:
    """Train once; the share of speakers named, among the validation and the test utterances."""
    data = load_vowels()
    rng = np.random.default_rng([cell["seed"], 1])
    training, validation = split(data.train, rng)
    model = build(cell)
    train(model, training, cell["updates"], rng)
    return {
        "weights": sum(parameter.numel() for parameter in model.parameters()),
        "validation": round(accuracy(model, validation), 5),
        "test": round(accuracy(model, data.test), 5),
    }


if __name__ == "__main__":
    runner.main("vowels", CELLS, run, QUICK, packages=PACKAGES)
