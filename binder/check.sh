#!/usr/bin/env bash
# Builds Binder's environment in a fresh virtual environment, as Binder does, says how large it is, and
# runs two notebooks in it with no more memory than Binder gives: ./binder/check.sh [NOTEBOOK ...]
set -euo pipefail
cd "$(dirname "$0")/.."
gigabytes=2
notebooks=("$@")
[ $# -gt 0 ] || notebooks=(book/2-lstm/open-the-cell.ipynb book/4-pytorch/classify.ipynb)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"${PYTHON:-python3.11}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check -r binder/requirements.txt
size=$(du -sm "$folder/env" | cut -f1)
echo "environment: $size MB"
[ "$size" -lt $((gigabytes * 1000)) ] || { echo "too large"; exit 1; }

# A server and a kernel share Binder's memory; a limit on each address space, plus the peak of both.
for notebook in "${notebooks[@]}"; do
    "$folder/env/bin/python" - "$notebook" $gigabytes <<'PYTHON'
import resource
import subprocess
import sys
from pathlib import Path

notebook, gigabytes = sys.argv[1], int(sys.argv[2])
run = """
import sys, nbformat
from nbclient import NotebookClient
path = sys.argv[1]
notebook = nbformat.read(path, as_version=4)
NotebookClient(notebook, timeout=600, resources={"metadata": {"path": sys.argv[2]}}).execute()
"""
limit = lambda: resource.setrlimit(resource.RLIMIT_DATA, (gigabytes << 30, gigabytes << 30))  # noqa: E731
folder = str(Path(notebook).parent)
subprocess.run([sys.executable, "-c", run, notebook, folder], check=True, preexec_fn=limit)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(f"{notebook}: ran to its end, largest process {peak:.0f} MB of {gigabytes * 1024}")
sys.exit(peak > gigabytes * 1024)
PYTHON
done
