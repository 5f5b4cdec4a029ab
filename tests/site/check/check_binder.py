"""Binder's environment is small enough, and two notebooks run in it within Binder's memory."""

import os
import subprocess
import sys

from tools.book import ROOT


def test_binder_builds_and_runs():
    # One retry: where the index of the CPU builds cannot be reached, pip's own five take minutes.
    environment = os.environ | {"PYTHON": sys.executable, "PIP_RETRIES": "1"}
    answer = subprocess.run(
        [ROOT / "binder" / "check.sh"], env=environment, capture_output=True, text=True
    )
    said = "\n".join(line for line in answer.stdout.splitlines() if "WARNING" not in line)
    print(said)
    assert answer.returncode == 0, said + answer.stderr[-2000:]
    assert said.count("ran to its end") == 2
