"""The language of an interface message: the task on which n-grams beat the recurrent networks."""

from experiments.shared import classify, runner
from src.tasks.languages import load_languages

PACKAGES = ("numpy", "torch", "scikit-learn", "Django")  # what the numbers depend on
ALL = 7_694
SEEDS = range(3)
SETTINGS = {"hidden_size": 64, "batch_size": 64, "learning_rate": 5e-3}
EPOCHS = {2_000: 25, ALL: 15}
CELLS = [
    *(
        classify.recurrent(model, n, seed, epochs=EPOCHS[n], **SETTINGS)
        for seed in SEEDS
        for n in EPOCHS
        for model in ("LSTM", "GRU")
    ),
    *(
        classify.n_grams(longest, C, n)
        for n in EPOCHS
        for longest in (3, 4, 5, 6, 7)
        for C in (0.1, 0.5, 2.0, 8.0)
    ),
]
QUICK = classify.n_grams(2, 1.0, 1_000)


def run(cell: dict) -> dict:
    """Run one cell."""
    data = load_languages()
    return classify.run(cell, data, data.alphabet)


if __name__ == "__main__":
    runner.main("languages", CELLS, run, QUICK, packages=PACKAGES)
