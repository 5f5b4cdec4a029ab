"""Run a notebook from a fresh kernel and fail if it needs more memory than Binder gives.

Binder counts the memory in use, of all processes together, and stops what exceeds it. A limit on
the address space (`ulimit -v`, `ulimit -d`) is another one: PyTorch reserves more than it uses, and
Classify sequences, for one, does not run under 2 GB of that kind.
"""

import os
import sys
import threading
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

LIMIT = 2048  # MB


def watch(peak: list[float]) -> None:
    """Keep the largest sum over this process and its kernel; stop both when it is too large."""
    here = psutil.Process()
    while True:
        used = 0
        for process in [here, *here.children(recursive=True)]:
            try:
                used += process.memory_info().rss / 2**20
            except psutil.Error:  # it has just ended
                continue
        peak[0] = max(peak[0], used)
        if used > LIMIT:
            print(f"{used:.0f} MB in use, more than {LIMIT}", flush=True)
            for child in here.children(recursive=True):
                child.kill()
            os._exit(1)
        time.sleep(0.05)


def main() -> None:
    path = Path(sys.argv[1])
    peak = [0.0]
    threading.Thread(target=watch, args=(peak,), daemon=True).start()
    notebook = nbformat.read(path, as_version=4)
    folder = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=600, resources=folder).execute()
    print(f"{path}: ran to its end, at most {peak[0]:.0f} MB in use of {LIMIT}")


if __name__ == "__main__":
    main()
