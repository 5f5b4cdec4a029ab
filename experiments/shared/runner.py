"""Run an experiment cell by cell: every finished cell is on disk, a second start goes on there.

A *cell* is one training run, given by a dictionary of settings. Its result goes to
`_build/experiments/NAME/`, one file per cell; when all are there, they are gathered in
`experiments/results/NAME.json` with the command, the versions and the times. A cell that stands in
that file already, with the same settings and the same versions of what its numbers depend on, is
not run again.
"""

import argparse
import json
import multiprocessing
import os
import platform
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib.metadata import version
from pathlib import Path

import torch
from tqdm import tqdm

from experiments.shared.schema import check_ids, check_result
from src.results import RESULTS, write_json

FINISHED = Path(__file__).parents[2] / "_build" / "experiments"


def main(
    name: str,
    cells: list[dict],
    run: Callable[[dict], dict],
    quick_cell: dict,
    *,
    packages: tuple[str, ...],
    side_by_side: bool = True,
) -> None:
    """Parse the command line, run what is missing, gather the result.

    Args:
        name: of the experiment and of its result file.
        cells: settings, each with a unique "id" that can be a file name.
        run: runs one cell and returns what is to be kept of it; a function of a module, so that
            other processes can import it.
        quick_cell: a cell of a few seconds. It is stored as well, for the test that runs it again.
        packages: what the numbers depend on: another version of one of these runs all cells again.
        side_by_side: whether cells may run at the same time. They may not if they write one file.
    """
    parser = argparse.ArgumentParser(prog=f"python -m experiments.{name}")
    parser.add_argument("--quick", action="store_true", help="run one small cell, write nothing")
    if side_by_side:
        parser.add_argument(
            "--jobs", type=int, default=os.cpu_count(), help="cells that run at the same time"
        )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.quick:
        print(json.dumps(run(quick_cell), indent=1))
        return
    cells = [quick_cell, *cells]
    check_ids(cells)
    done = _finished(name, cells, _versions(packages))
    missing = [cell for cell in cells if cell["id"] not in done]
    jobs = min(getattr(arguments, "jobs", 1), len(missing))
    results = _side_by_side(run, missing, jobs) if jobs > 1 else (_timed(run, c) for c in missing)
    for result in tqdm(results, name, len(cells), initial=len(done), unit="cell"):
        write_json(FINISHED / name / f"{result['cell']['id']}.json", result)
        done[result["cell"]["id"]] = result
    runs = [done[cell["id"]] for cell in cells]
    content = {
        "command": f"python -m experiments.{name}",
        "versions": {"python": platform.python_version()} | _versions(packages),
        "threads": 1,
        "cpu_seconds": round(sum(r["cpu_seconds"] for r in runs)),
        "quick": runs[0],
        "runs": runs[1:],
    }
    check_result(content)
    write_json(RESULTS / f"{name}.json", content)
    print(f"wrote experiments/results/{name}.json: {len(runs)} runs, {len(missing)} of them new")


def _versions(packages: tuple[str, ...]) -> dict[str, str]:
    return {package: version(package) for package in packages}


def _finished(name: str, cells: list[dict], versions: dict[str, str]) -> dict[str, dict]:
    """The results that exist for these very settings, by the cells' ids."""
    found = []
    gathered = RESULTS / f"{name}.json"
    if gathered.exists():
        content = json.loads(gathered.read_text())
        if versions.items() <= content["versions"].items():
            found += [content["quick"], *content["runs"]]
    found += [json.loads(path.read_text()) for path in (FINISHED / name).glob("*.json")]
    return {
        result["cell"]["id"]: result for cell in cells for result in found if result["cell"] == cell
    }


def _timed(run: Callable[[dict], dict], cell: dict) -> dict:
    start = time.process_time()
    result = run(cell)
    return {"cell": cell, **result, "cpu_seconds": round(time.process_time() - start, 1)}


def _side_by_side(run: Callable[[dict], dict], cells: list[dict], jobs: int) -> Iterator[dict]:
    """Results in the order in which they are ready, each from a process of one thread."""
    # The children read these when they start: one bar, that of the cells, and one thread each.
    os.environ |= {"TQDM_DISABLE": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, fresh, torch.set_num_threads, (1,)) as pool:
        waiting = [pool.submit(_timed, run, cell) for cell in cells]
        try:
            for future in as_completed(waiting):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)
