"""Check notebooks as other machines would run them: `python -m tools.portability [PATHS]`.

Each notebook is run by `pytest --nbval` once per machine of `tools.portability.machines`; text must
be equal and figures too. Prints a table, keeps each run's log, and exits with 1 if one failed.
"""

import argparse
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tqdm import tqdm

from tools.book import CHAPTER_SECONDS, ROOT, notebooks
from tools.portability.machines import machines

LOGS = ROOT / "_build" / "portability"
# Without its vector units, a CPU is several times slower; and two notebooks may share it.
SECONDS = 20 * CHAPTER_SECONDS


def environment(variables: dict[str, str]) -> dict[str, str]:
    """This process's environment as the machine's: its variables, and the perturbation if asked."""
    full = os.environ | variables
    if "PERTURBATION_SEED" in variables:
        full["PYTHONPATH"] = str(Path(__file__).with_name("perturbed"))
    return full


def check(notebook: Path, machine: str, variables: dict[str, str], logs: Path) -> bool:
    """Does the notebook show there what is stored? The log goes to `logs`/MACHINE/NOTEBOOK.log."""
    folder = logs / machine.replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", os.path.relpath(notebook.with_suffix(""), ROOT)).strip("-")
    command = [sys.executable, "-m", "pytest", "--nbval", str(notebook), "-p", "tools.nbfigures"]
    command += ["-p", "no:cacheprovider", f"--chapter-seconds={SECONDS}"]
    command += [f"--figures={folder / 'figures'}", "--color=no"]
    with (folder / f"{name}.log").open("w", encoding="utf-8") as log:
        env = environment(variables)
        process = subprocess.run(command, env=env, stdout=log, stderr=log, check=False)
    return process.returncode == 0


def table(results: dict[tuple[Path, str], bool]) -> str:
    """A row per notebook, a column per machine."""
    notebooks = list(dict.fromkeys(notebook for notebook, _ in results))
    columns = list(dict.fromkeys(machine for _, machine in results))
    width = max(len(notebook.name) for notebook in notebooks)
    lines = [" ".join([" " * width, *columns])]
    for notebook in notebooks:
        marks = [
            ("pass" if results[notebook, machine] else "FAIL").ljust(len(machine))
            for machine in columns
        ]
        lines.append(" ".join([notebook.name.ljust(width), *marks]))
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.portability", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks (default: every chapter)")
    parser.add_argument("--machine", action="append", choices=machines(), help="only this one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="runs at the same time")
    parser.add_argument("--logs", type=Path, default=LOGS, help="folder (default: %(default)s)")
    options = parser.parse_args(arguments)
    paths = [path.resolve() for path in options.paths] or notebooks()
    chosen = {n: v for n, v in machines().items() if n in (options.machine or machines())}
    results = {(notebook, machine): False for notebook in paths for machine in chosen}
    with ThreadPoolExecutor(options.jobs) as pool:
        runs = {
            pool.submit(check, notebook, machine, chosen[machine], options.logs): (
                notebook,
                machine,
            )
            for notebook, machine in results
        }
        for run in tqdm(as_completed(runs), total=len(runs), desc="runs", unit="run"):
            results[runs[run]] = run.result()
    print(table(results))
    print(f"logs and figures: {options.logs}")
    return int(not all(results.values()))


if __name__ == "__main__":
    sys.exit(main())
