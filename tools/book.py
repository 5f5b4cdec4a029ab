"""Where the book's files are, and how long a chapter may run."""

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]

# The folder of book/ with the pages that stand behind the chapters: proofs, methods, fast code.
BEHIND = "behind"

# Seconds of one chapter on two CPU cores, from the first cell to the last.
CHAPTER_SECONDS = 90

# A busy or throttled machine takes longer without the chapter having changed. Speed is measured in
# benchmarks/; the checks only stop what has clearly got out of hand.
BUSY_MACHINE = 3


def pages(root: Path = ROOT) -> list[Path]:
    """The files of `_toc.yml` (notebooks and Markdown), in the order in which they are read.

    Raises FileNotFoundError for an entry that has no file.
    """
    entries = _files(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8")))
    return [_with_suffix(root / entry) for entry in entries]


def notebooks(root: Path = ROOT) -> list[Path]:
    """The notebooks of `_toc.yml`, in the order in which they are read."""
    return [page for page in pages(root) if page.suffix == ".ipynb"]


def chapters(root: Path = ROOT) -> list[Path]:
    """The notebooks that are chapters, not pages behind them."""
    return [page for page in notebooks(root) if page.parent.name != BEHIND]


def _files(node: object) -> list[str]:
    """Every `root` and `file` entry of a table of contents, depth first."""
    if isinstance(node, list):
        return [file for item in node for file in _files(item)]
    if not isinstance(node, dict):
        return []
    own = [node[key] for key in ("root", "file") if key in node]
    return own + [file for value in node.values() for file in _files(value)]


def _with_suffix(entry: Path) -> Path:
    for suffix in ("", ".ipynb", ".md"):
        if (file := entry.with_name(entry.name + suffix)).is_file():
            return file
    raise FileNotFoundError(f"_toc.yml names {entry}, which has no .ipynb and no .md file")
