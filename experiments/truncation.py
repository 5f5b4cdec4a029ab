"""What does truncated back-propagation lose? Windows of 10 to 200 characters, state kept or not.

An LSTM of 64 units reads 1,600 characters an update: 160 streams in windows of 10, or 8 streams in
windows of 200, so that every run reads as much and costs about the same. With `carry` a window
begins with the state that the last one ended with; without, it begins with zeros. All are judged on
the same test text, read with the state carried through; those trained without it also as they were
trained. The learning rate is the LSTM's of `characters`.
"""

from experiments import characters
from experiments.characters import LEARNING_RATES, PACKAGES
from experiments.shared import runner
from src.training.language_modelling import bits_per_character

READ = 1600  # characters an update
WINDOWS = (10, 50, 200)
SEEDS = range(5)
UPDATES = 600


def cell(window: int, carry: bool, seed: int, updates: int = UPDATES) -> dict:
    """The settings of one run."""
    return characters.cell("LSTM", seed, LEARNING_RATES["LSTM"], updates) | {
        "id": f"{window}-{'carry' if carry else 'zeros'}-{updates}-{seed}",
        "window": window,
        "streams": READ // window,
        "carry": carry,
    }


CELLS = [cell(window, carry, s) for s in SEEDS for window in WINDOWS for carry in (True, False)]
QUICK = cell(10, False, 99, updates=40)


def run(cell: dict) -> dict:
    """Train one model; judge it with the state carried, and with zeros at every window's start."""
    model, test, result = characters.train(cell)
    zeros = bits_per_character(model, test, window=cell["window"], carry=False)
    return result | {"test_zeros": zeros}


if __name__ == "__main__":
    runner.main("truncation", CELLS, run, QUICK, packages=PACKAGES)
