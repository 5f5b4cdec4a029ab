"""Run the problem sets in this folder and say which of their visible checks pass.

python check.py [ps1.ipynb ...]
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def check(path: Path) -> bool:
    """Run one notebook from top to bottom; say for each check cell whether it passes."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, allow_errors=True).execute()
    passed = True
    for cell in notebook.cells:
        mark = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not mark.get("grade"):
            continue
        errors = [output for output in cell.outputs if output.output_type == "error"]
        said = f"{errors[0].ename}: {errors[0].evalue}"[:300] if errors else "passes"
        print(f"{path.name}, part {mark['grade_id']}: {said}")
        passed &= not errors
    return passed


if __name__ == "__main__":
    paths = [Path(name) for name in sys.argv[1:]] or sorted(Path().glob("ps*.ipynb"))
    if not paths:
        sys.exit("There is no ps1.ipynb, ps2.ipynb, ... in this folder.")
    failed = [path for path in paths if not check(path)]
    sys.exit(f"Not all checks pass in: {', '.join(map(str, failed))}." if failed else 0)
