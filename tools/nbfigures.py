"""A pytest plugin that makes `pytest --nbval` compare all that a reader sees.

nbval compares text exactly. It skips figures, the order of outputs, widgets, and cells that were
never run. Its notebook file and cell are replaced here by stricter ones:

* figures are compared by pixels, and on a difference stored, fresh and difference are written;
* a figure more or fewer, or in another place among the outputs, fails;
* a widget's state as stored for the static page must be the fresh one; only its name is random;
* a cell without an execution count fails;
* a notebook that takes several times its budget fails; its seconds are printed at the end.

Loaded by `-p tools.nbfigures` in pyproject.toml.
"""

import base64
import io
import json
import re
import shutil
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell, IPyNbFile
from PIL import Image

from tools.book import BUSY_MACHINE, CHAPTER_SECONDS
from tools.normalise import MODEL_REFERENCE, WIDGET_STATE, WIDGET_VIEW

# Of 255. With equal data, pictures are equal to the last bit on every CPU that was simulated. Over
# seven kinds of figures a relative change of the data of 1e-6 moved the whole by at most 0.03 and a
# block by 0.2; a change of 1e-3 moved the whole of those with curves by at least 1.1.
WHOLE_LIMIT = 0.5
# A pale dot hardly moves the mean over the whole picture, and less the larger the picture. In its
# block of BLOCK x BLOCK pixels a missing marker of one point is seen: it moves that by 14 or more.
BLOCK = 16
BLOCK_LIMIT = 8.0

IMAGES = ("image/png", "image/jpeg")
OUTPUT_MESSAGES = ("stream", "display_data", "execute_result", "error")
SECONDS = "chapter seconds"


@dataclass(frozen=True)
class Difference:
    """How two pictures of one size differ: root mean squares, of 255; the worst block's corner."""

    whole: float
    block: float
    corner: tuple[int, int]  # x, y in pixels

    @property
    def visible(self) -> bool:
        return self.whole > WHOLE_LIMIT or self.block > BLOCK_LIMIT


def pixels(encoded: str) -> np.ndarray:
    """(height, width, 3) of a base64 picture, laid on white as the site does."""
    picture = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return np.asarray(Image.alpha_composite(white, picture).convert("RGB"), dtype=float)


def difference(stored: np.ndarray, fresh: np.ndarray) -> Difference:
    """Compare two pictures of equal shape (height, width, 3)."""
    squared = ((stored - fresh) ** 2).mean(axis=2)
    height, width = squared.shape
    padded = np.pad(squared, ((0, -height % BLOCK), (0, -width % BLOCK)))
    blocks = padded.reshape(padded.shape[0] // BLOCK, BLOCK, -1, BLOCK).mean(axis=(1, 3))
    row, column = np.unravel_index(blocks.argmax(), blocks.shape)
    corner = (int(column) * BLOCK, int(row) * BLOCK)
    return Difference(float(squared.mean() ** 0.5), float(blocks.max() ** 0.5), corner)


def difference_picture(stored: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """The stored picture in pale grey, and red where the fresh one differs."""
    pale = np.repeat(255 - (255 - stored.mean(axis=2, keepdims=True)) / 4, 3, axis=2)
    amount = np.abs(stored - fresh).max(axis=2, keepdims=True) / 255
    strength = np.where(amount > 0, np.maximum(amount, 0.25), 0)
    return pale * (1 - strength) + np.array([220.0, 0, 0]) * strength


def image_data(outputs: list[NotebookNode]) -> list[str]:
    """The base64 pictures among a cell's outputs, in order."""
    return [
        "".join(output.data[kind])
        for output in outputs
        for kind in IMAGES
        if kind in output.get("data", {})
    ]


def kinds(outputs: list[NotebookNode]) -> list[str]:
    """What follows what in a cell: stream names and types of output, repeats of a stream merged."""
    order: list[str] = []
    for output in outputs:
        kind = output.get("name", output.output_type)
        if output.output_type != "stream" or order[-1:] != [kind]:
            order.append(kind)
    return order


def resolved_model(state: dict, model: str) -> object:
    """A widget's state with every reference to another model replaced by that model's state."""
    if model not in state:
        return f"no model {model}"
    text = json.dumps(state[model], sort_keys=True)
    for reference in sorted(set(MODEL_REFERENCE.findall(text))):
        inner = json.dumps(resolved_model(state, reference), sort_keys=True)
        text = text.replace(f'"IPY_MODEL_{reference}"', inner)
    return json.loads(text)


class NotebookFile(IPyNbFile):
    """nbval's notebook, which also keeps the widgets' fresh state and the seconds used."""

    def setup(self) -> None:
        super().setup()
        self.skip_compare: tuple[str, ...]
        # Compared as text in place of its content, once `NotebookCell` has made it comparable.
        self.skip_compare = tuple(
            key for key in self.skip_compare if key not in (*IMAGES, WIDGET_VIEW, "metadata")
        )
        self.fresh_models: dict[str, dict] = {}
        self.fresh_outputs: list[NotebookNode] = []
        self.seconds = 0.0
        name = re.sub(r"\W+", "-", self.nodeid.removesuffix(".ipynb"))
        self.figures = self.config.rootpath / self.config.option.figures / name
        shutil.rmtree(self.figures, ignore_errors=True)

    def collect(self) -> Iterator["NotebookCell"]:
        for cell in super().collect():
            yield NotebookCell.from_parent(
                self, name=cell.name, cell_num=cell.cell_num, cell=cell.cell, options=cell.options
            )

    @property
    def stored_models(self) -> dict[str, dict]:
        widgets = self.nb.metadata.get("widgets", {})
        return {
            model: stored.state
            for model, stored in widgets.get(WIDGET_STATE, {}).get("state", {}).items()
        }

    def get_kernel_message(self, timeout: float | None = None, stream: str = "iopub") -> dict:
        """nbval's, which also notes what it forgets: the order of outputs, and widgets' states."""
        message = super().get_kernel_message(timeout, stream)
        content, kind = message["content"], message["msg_type"]
        if kind in OUTPUT_MESSAGES:
            name = {"name": content["name"]} if kind == "stream" else {}
            self.fresh_outputs.append(NotebookNode(output_type=kind, **name))
        elif kind in ("comm_open", "comm_msg") and "state" in content.get("data", {}):
            model = self.fresh_models.setdefault(content["comm_id"], {})
            model.update(content["data"]["state"])
        return message


class NotebookCell(IPyNbCell):
    """nbval's cell, which lets nothing pass unseen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.output_timeout = 60  # seconds; nbval's 5 are too few for a figure on a busy machine
        self.stored_kinds = kinds(self.cell.outputs)

    def runtest(self) -> None:
        self.parent.fresh_outputs.clear()
        start = time.perf_counter()
        try:
            super().runtest()
        finally:
            seconds = time.perf_counter() - start
            self.parent.seconds += seconds
            self.user_properties.append((SECONDS, seconds))
        if self.cell.execution_count is None and self.cell.source.strip():
            self.raise_cell_error("The stored cell was never executed")
        if self.parent.seconds > (limit := self.config.option.chapter_seconds):
            self.raise_cell_error(f"The notebook has taken longer than {limit:.0f} seconds")

    def compare_outputs(self, test: Any, ref: Any, skip_compare: Any = None) -> bool:
        same = super().compare_outputs(
            [self._comparable(output, self.parent.fresh_models) for output in test],
            [self._comparable(output, self.parent.stored_models) for output in ref],
            skip_compare,
        )
        if same and self.stored_kinds != (fresh := kinds(self.parent.fresh_outputs)):
            same = False
            self.comparison_traceback.append(f"order of outputs: {self.stored_kinds}, now {fresh}")
        pairs = zip(image_data(ref), image_data(test), strict=False)  # their number: by nbval
        found = [self._figure_difference(*pair, number) for number, pair in enumerate(pairs, 1)]
        self.comparison_traceback += filter(None, found)
        return same and not any(found)

    @staticmethod
    def _comparable(output: NotebookNode, models: dict[str, dict]) -> NotebookNode:
        """The output with its figure as a mere mark, and its widget as the state behind it."""
        output = NotebookNode(output)
        if "metadata" in output:
            output.metadata = json.dumps(output.metadata, sort_keys=True)
        if "data" in output:
            output.data = NotebookNode(output.data)
            for kind in IMAGES:
                if kind in output.data:
                    output.data[kind] = "a figure"
            if WIDGET_VIEW in output.data:
                state = resolved_model(models, output.data[WIDGET_VIEW]["model_id"])
                output.data[WIDGET_VIEW] = json.dumps(state, sort_keys=True, indent=1)
        return output

    def _figure_difference(self, stored: str, fresh: str, number: int) -> str | None:
        """What differs, and where the pictures were written; None where a reader sees the same."""
        if stored == fresh:
            return None
        old, new = pixels(stored), pixels(fresh)
        if old.shape != new.shape:
            problem = f"was {old.shape[1]} x {old.shape[0]}, is {new.shape[1]} x {new.shape[0]}"
        elif (found := difference(old, new)).visible:
            problem = (
                f"differs by {found.whole:.2f} of 255 (limit {WHOLE_LIMIT}), in the block at "
                f"{found.corner} by {found.block:.1f} (limit {BLOCK_LIMIT})"
            )
        else:
            return None
        self.parent.figures.mkdir(parents=True, exist_ok=True)
        start = self.parent.figures / f"cell-{self.cell_num}-figure-{number}"
        save(old, start.with_name(f"{start.name}-stored.png"))
        save(new, start.with_name(f"{start.name}-fresh.png"))
        if old.shape == new.shape:
            save(difference_picture(old, new), start.with_name(f"{start.name}-difference.png"))
        return f"figure {number} {problem}; see {start}-*.png"


def save(picture: np.ndarray, path: Path) -> None:
    Image.fromarray(picture.round().astype(np.uint8)).save(path)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("nbval")
    group.addoption(
        "--figures",
        default="_build/nbfigures",
        help="where to write figures that differ (default: %(default)s)",
    )
    group.addoption(
        "--chapter-seconds",
        type=float,
        default=CHAPTER_SECONDS * BUSY_MACHINE,
        help="fail a notebook that takes longer (default: %(default)s)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """A cell that never ends is stopped when the notebook's time is up."""
    config.option.nbval_cell_timeout = min(
        config.option.nbval_cell_timeout, config.option.chapter_seconds
    )


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Generator[None, list, list]:
    """Where nbval would check a notebook, check it more strictly."""
    collected = yield
    return [
        NotebookFile.from_parent(parent, path=file_path) if type(file) is IPyNbFile else file
        for file in collected
    ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The seconds of every notebook, beside the budget of a chapter."""
    totals: dict[str, float] = {}
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        if report.when == "call" and SECONDS in (properties := dict(report.user_properties)):
            file = report.nodeid.partition("::")[0]
            totals[file] = totals.get(file, 0.0) + properties[SECONDS]
    if totals:
        terminalreporter.section(f"{SECONDS} (budget {CHAPTER_SECONDS})")
        for file, seconds in totals.items():
            terminalreporter.write_line(f"{seconds:7.1f}  {file}")
