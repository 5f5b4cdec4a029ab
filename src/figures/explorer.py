"""What the explorers share: one front end, the length of a run, and the panels of a static twin."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

STEPS = 10
MEMORY = 0.8  # what a unit holds before the first step

HERE = Path(__file__).parent
STYLE_SHEET = HERE / "explorer.css"


def front_end(*names: str) -> str:
    """The ES module of a figure: the library in `live` and the files of these names, in order."""
    files = [*sorted((HERE / "live").glob("*.js")), *(HERE / name for name in names)]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def finite_numbers(**values: float) -> list[float]:
    """The sliders' values as floats.

    Raises:
        ValueError: one is not a finite number; the message says which.
    """
    for name, value in values.items():
        if not np.isfinite(value):
            raise ValueError(f"{name} must be a finite number, got {value}")
    return [float(value) for value in values.values()]


def four_panels() -> tuple[Figure, np.ndarray]:
    """A figure with four panels for runs of ten steps; returns it and its four axes in order."""
    fig, axes = plt.subplots(2, 2, sharex=True, sharey=True, figsize=(6.4, 4.8))
    axes[0, 0].set(ylim=(-1, 1), xlim=(-0.4, STEPS + 0.4))
    for ax in axes[1]:
        ax.set_xlabel("step $t$")
    for ax in axes[:, 0]:
        ax.set_ylabel("value")
    return fig, axes.flat
