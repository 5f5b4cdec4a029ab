"""One drawing, many states: `python -m tools.lit [PATHS]` draws a copy for each step of a text.

In a drawing that is explained step by step, each group below the root names in its `class` the
steps at which it is lit. From `lstm-cell.svg` with the steps forget, input, ... come
`lstm-cell-forget.svg`, `lstm-cell-input.svg`, ...: the same drawing with all other groups faint.
Without paths: every drawing of the book. `--check` writes nothing and names the copies that are
not what their drawing gives.
"""

import argparse
import re
import sys
from pathlib import Path

from tools.book import ROOT

GROUP = re.compile(r'^  <g class="(?P<steps>[\w ]+)"', re.MULTILINE)  # below the root, not deeper
TITLE = re.compile(r"<title>(?P<title>[^<]*)</title>\n")
FAINT = 0.25


def steps(drawing: str) -> list[str]:
    """The steps of a drawing, in the order in which they are first named; none if it has none."""
    named = [step for group in GROUP.finditer(drawing) for step in group["steps"].split()]
    return list(dict.fromkeys(named))


def lit(drawing: str, step: str) -> str:
    """The drawing at one step: the groups of this step as they are, all others faint.

    Raises ValueError where the drawing has no such step or no title.
    """
    if step not in steps(drawing):
        raise ValueError(f"no step {step!r} in the drawing, only {steps(drawing)}")
    if not (title := TITLE.search(drawing)):
        raise ValueError("the drawing has no title")
    style = f"svg > g {{ opacity: {FAINT} }} svg > g.{step} {{ opacity: 1 }}"
    head = f"<title>{title['title']}: {step}</title>\n  <style>{style}</style>\n"
    return drawing[: title.start()] + head + drawing[title.end() :]


def copies(path: Path) -> dict[Path, str]:
    """The files that a drawing gives, and what belongs into each."""
    drawing = path.read_text(encoding="utf-8")
    if "<style>" in drawing:  # a copy itself
        return {}
    return {path.with_stem(f"{path.stem}-{step}"): lit(drawing, step) for step in steps(drawing)}


def drawings() -> list[Path]:
    return sorted((ROOT / "book").glob("*/figures/*.svg"))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.lit", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="drawings (default: all)")
    parser.add_argument("--check", action="store_true", help="write nothing; check the copies")
    options = parser.parse_args(arguments)
    wrong = []
    for path in options.paths or drawings():
        for copy, text in copies(path).items():
            if options.check and (not copy.is_file() or copy.read_text(encoding="utf-8") != text):
                wrong.append(copy)
            elif not options.check:
                copy.write_text(text, encoding="utf-8")
    for copy in wrong:
        print(f"not what its drawing gives, run `python -m tools.lit`: {copy}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
