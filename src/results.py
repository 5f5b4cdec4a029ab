"""Results of the long runs in `experiments/`: written atomically, read by the chapters."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

RESULTS = Path(__file__).parents[1] / "experiments" / "results"


def load_result(name: str) -> dict:
    """Read `experiments/results/NAME.json`."""
    return json.loads(_existing(RESULTS / f"{name}.json").read_text())


def load_weights(model: nn.Module, name: str) -> nn.Module:
    """Load `experiments/results/NAME.safetensors` into `model`; return it, ready to predict."""
    from safetensors.torch import load_file  # here, so that JSON can be read without torch

    model.load_state_dict(load_file(_existing(RESULTS / f"{name}.safetensors")))
    return model.eval()


def write_json(path: Path, content: dict) -> None:
    """Write `content` whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=1) + "\n")
    os.replace(partial, path)


def save_weights(path: Path, model: nn.Module) -> None:
    """Write the state dict as safetensors, whole or not at all."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, partial)
    os.replace(partial, path)


def _existing(path: Path) -> Path:
    if not path.exists():
        known = ", ".join(sorted(p.name for p in RESULTS.glob("*.*"))) or "nothing"
        raise FileNotFoundError(f"no result {path.name} in experiments/results: it has {known}")
    return path
