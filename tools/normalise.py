"""One notebook, one text: everything that changes from run to run or machine to machine goes.

What stays is what a reader sees. `normalise` changes nothing when applied twice, so a file is
normalised exactly if its text equals `as_text(normalise(read(file)))`.
"""

import copy
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import nbformat
from nbformat import NotebookNode

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {"file_extension": ".py", "name": "python", "pygments_lexer": "ipython3"}
CELL_METADATA = {"mystnb", "tags"}  # the captions, the alt text; everything else is an editor's
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
MODEL_REFERENCE = re.compile(r"IPY_MODEL_(\w+)")


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def as_text(notebook: NotebookNode) -> str:
    """The notebook as JSON: sorted keys, letters as themselves, one newline at the end."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def normalise(notebook: NotebookNode) -> NotebookNode:
    """A copy without times, versions, random names and editors' traces."""
    notebook = copy.deepcopy(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    while notebook.cells and not notebook.cells[-1].source.strip():
        notebook.cells.pop()
    seen = Counter()
    for cell in notebook.cells:
        cell.id = _cell_id(cell, seen)
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k in CELL_METADATA})
        if cell.cell_type == "code":
            cell.outputs = merge_streams(cell.outputs)
    widgets = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {})
    notebook.metadata = NotebookNode(kernelspec=dict(KERNEL), language_info=dict(LANGUAGE))
    if widgets.get("state"):
        notebook.metadata.widgets = NotebookNode({WIDGET_STATE: widgets})
        notebook = _rename_models(notebook)
    return notebook


def merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Consecutive pieces of one stream joined: where the kernel cuts them is a matter of timing."""
    merged: list[NotebookNode] = []
    for output in outputs:
        before = merged[-1] if merged else None
        if before and output.output_type == "stream" and before.get("name") == output.name:
            before.text += output.text
        else:
            merged.append(copy.deepcopy(output))
    return merged


def _cell_id(cell: NotebookNode, seen: Counter) -> str:
    """From the cell's own text, so that a new cell leaves the names of the others alone."""
    digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
    seen[digest] += 1
    return digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def _rename_models(notebook: NotebookNode) -> NotebookNode:
    """Widget models numbered as a reader meets them; those in no output follow, by content."""
    state = notebook.metadata.widgets[WIDGET_STATE].state
    any_model = re.compile("|".join(map(re.escape, state)))
    views = [
        output.data[WIDGET_VIEW].model_id
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if WIDGET_VIEW in output.get("data", {})
    ]
    unseen = sorted(state, key=lambda model: any_model.sub("", json.dumps(state[model])))
    order: dict[str, str] = {}

    def visit(model: str) -> None:
        if model in order or model not in state:
            return
        order[model] = f"{len(order) + 1:032x}"
        for reference in MODEL_REFERENCE.findall(json.dumps(state[model], sort_keys=True)):
            visit(reference)

    for model in views + unseen:
        visit(model)
    renamed = any_model.sub(lambda match: order[match[0]], nbformat.writes(notebook))
    return nbformat.reads(renamed, as_version=4)


def write_atomically(path: Path, text: str) -> None:
    """Write `text` so that, whenever the machine stops, `path` holds all of the old or of the new.

    A temporary file beside it is written out to the disk, then takes its name in one step.
    """
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", text=True)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, temporary)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
