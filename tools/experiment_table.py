"""The table of experiments/README.md: `python -m tools.experiment_table` writes it anew.

A test holds it equal to what the result files and the notebooks say.
"""

import json
import re

from nbformat import NotebookNode

from experiments.__main__ import names
from src.results import load_result
from tools.book import ROOT, notebooks
from tools.normalise import read, write_atomically

README = ROOT / "experiments" / "README.md"
HEAD = "| experiment | read by | CPU minutes | seeds |\n|---|---|---|---|\n"
CALL = re.compile(r"(?:load_result|load_weights|RESULTS /)\(? *(.*?)(?:\)|$)", re.DOTALL)
QUOTED = re.compile(r"\"([\w-]+)[\w.{}-]*\"")


def named(notebook: NotebookNode) -> set[str]:
    """What calls that load a result name; all that a cell quotes where they name a variable."""
    found: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for arguments in CALL.findall(cell.source):
                found.update(QUOTED.findall(arguments) or QUOTED.findall(cell.source))
    return found


def title(notebook: NotebookNode) -> str:
    """The title of a chapter or page."""
    return re.sub(r"^# +", "", notebook.cells[0].source.splitlines()[0])


def table() -> str:
    """A row for each experiment."""
    pages = [(title(notebook), named(notebook)) for notebook in map(read, notebooks())]
    rows = []
    for name in names():
        result = load_result(name)
        readers = [
            page
            for page, found in pages
            if any(text == name or text.startswith(f"{name}-") for text in found)
        ]
        seeds = {json.dumps(run["cell"].get("seed")) for run in result["runs"]}
        minutes = f"{result['cpu_seconds'] / 60:.0f}" if result["cpu_seconds"] >= 60 else "1"
        readers_named = ", ".join(readers) or "none yet"
        rows.append(f"| `{name}` | {readers_named} | {minutes} | {len(seeds)} |\n")
    return HEAD + "".join(rows)


def with_table(text: str) -> str:
    """The README with this table in place of its own."""
    before, _, rest = text.partition(HEAD)
    after = re.sub(r"\A(\|.*\n)*", "", rest)
    return before + table() + after


if __name__ == "__main__":
    write_atomically(README, with_table(README.read_text(encoding="utf-8")))
