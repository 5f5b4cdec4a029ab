#!/usr/bin/env bash
# Builds Binder's environment in a fresh virtual environment, as Binder does, says how large it is, and
# runs two notebooks in it within the memory that Binder gives: ./binder/check.sh [NOTEBOOK ...]
set -euo pipefail
cd "$(dirname "$0")/.."
gigabytes=2  # of disk; within_memory.py holds the memory
notebooks=("$@")
[ $# -gt 0 ] || notebooks=(book/2-lstm/open-the-cell.ipynb book/4-pytorch/classify.ipynb)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"${PYTHON:-python3.11}" -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check -r binder/requirements.txt
size=$(du -sm "$folder/env" | cut -f1)
echo "environment: $size MB"
[ "$size" -lt $((gigabytes * 1000)) ] || { echo "too large"; exit 1; }

for notebook in "${notebooks[@]}"; do
    "$folder/env/bin/python" binder/within_memory.py "$notebook"
done
