"""Run notebooks from a fresh kernel and store what they show: `python -m tools.execute [PATHS]`.

Without paths: every chapter, in the order of the table of contents. A notebook is replaced only
after its last cell has run, in one step; where a cell fails or you press Ctrl-C, the file stays
what it was. `--check` runs nothing and names the files that are not normalised.
"""

import argparse
import asyncio
import signal
import sys
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from tqdm import tqdm

from tools.book import CHAPTER_SECONDS, notebooks
from tools.normalise import as_text, normalise, read, write_atomically

CELL_TIMEOUT = 600  # seconds; a chapter's whole budget is far below


def run(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """A copy of the notebook with the outputs of a fresh kernel started in `folder`.

    Raises CellExecutionError, CellTimeoutError or DeadKernelError; its message holds the cell.
    """
    fresh = normalise(notebook)
    fresh.metadata.pop("widgets", None)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(
        fresh,
        kernel_name="python3",
        timeout=CELL_TIMEOUT,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
        on_notebook_start=_let_ctrl_c_through,
    ).execute()
    return normalise(fresh)


def _let_ctrl_c_through(notebook: NotebookNode) -> None:
    """nbclient answers Ctrl-C by a dead kernel, which looks like a notebook that failed."""
    asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)


def is_normalised(path: Path) -> bool:
    return path.read_text(encoding="utf-8") == as_text(normalise(read(path)))


def execute(path: Path) -> bool:
    """Run one notebook and replace it; False, and the file untouched, where a cell fails."""
    start = time.perf_counter()
    try:
        notebook = run(read(path), path.resolve().parent)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        tqdm.write(f"FAILED {path} (left as it was)\n{error}", file=sys.stderr)
        return False
    write_atomically(path, as_text(notebook))
    seconds = time.perf_counter() - start
    late = f"  above the {CHAPTER_SECONDS} s of a chapter" if seconds > CHAPTER_SECONDS else ""
    tqdm.write(f"{seconds:7.1f} s  {path}{late}")
    return True


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.execute", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks (default: every chapter)")
    parser.add_argument("--check", action="store_true", help="run nothing; check the files")
    options = parser.parse_args(arguments)
    paths = options.paths or notebooks()
    if options.check:
        wrong = [path for path in paths if not is_normalised(path)]
        for path in wrong:
            print(f"not normalised: {path}", file=sys.stderr)
        return bool(wrong)
    failed = 0
    try:
        for path in tqdm(paths, desc="notebooks", unit="notebook"):
            failed += not execute(path)
    except KeyboardInterrupt:
        print(f"interrupted: {path} is left as it was", file=sys.stderr)
        return 130
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
