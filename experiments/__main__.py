"""Run all experiments, one after the other: `python -m experiments`, or `make experiments`.

What is finished is not repeated. Arguments, as `--quick`, go to each of them.
"""

import subprocess
import sys
from pathlib import Path


def names() -> list[str]:
    """The experiments: every script of this folder is one."""
    return sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))


def main(arguments: list[str]) -> int:
    """Start each in a process of its own; return how many failed."""
    failed = []
    for name in names():
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"experiments.{name}", *arguments]).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
