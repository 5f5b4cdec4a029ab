"""A forget gate's half-life, to play with: one bias, a swing, a number of steps.

As in gate_explorer.py, the browser computes the memory itself (half_life_explorer.js);
`run_memory` is the same computation in NumPy, `draw_half_life_panels` its static twin.
"""

from typing import NamedTuple

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.figure import Figure

from src.equations import sigmoid
from src.figures.explorer import STEPS, STYLE_SHEET, finite_numbers, front_end
from src.figures.style import COLORS, label_line

# Each setting is what the three sliders show: b, s and k.
SETTINGS = {
    "Bias 0": (0.0, 0.0, 20.0),
    "Bias 1": (1.0, 0.0, 20.0),
    "Bias 5": (5.0, 0.0, 200.0),
    "Bias 5, pushed": (5.0, 3.0, 200.0),
}


class MemoryRun(NamedTuple):
    """What a forget gate leaves of a memory.

    Attributes:
        half_life: the number of steps that halve it.
        lags: the eleven numbers of steps that the others belong to, from 0 on, (11,).
        remains: ∏ f_t over so many steps, (11,).
        steady: the same if nothing pushed the gate, σ(b)^k, (11,).
    """

    half_life: float
    lags: np.ndarray
    remains: np.ndarray
    steady: np.ndarray


def half_life(factor: float) -> float:
    """The number of steps −ln 2 / ln f after which a factor f per step leaves one half.

    Args:
        factor: f, a number or an array.

    Returns:
        A float or an array of f's shape.

    Raises:
        ValueError: an f does not lie between 0 and 1; at 1 nothing is ever lost.
    """
    if not np.all((np.asarray(factor) > 0) & (np.asarray(factor) < 1)):
        raise ValueError(f"factor must lie between 0 and 1, got {factor}")
    return -np.log(2) / np.log(factor)


def run_memory(bias: float, swing: float, steps: float) -> MemoryRun:
    """A memory under one forget gate that the inputs push up and down in turn.

        f_t = σ(b + s), σ(b − s), σ(b + s), ...;   after k steps ∏ f_t = √(σ(b + s) σ(b − s))^k

    Args:
        bias: b, the gate's pre-activation at rest.
        swing: s.
        steps: the largest k; at k/10, 2k/10, ... the memory is looked at. The closed form holds
            where these are even numbers.

    Returns:
        MemoryRun.

    Raises:
        ValueError: one of the three is not a finite number, or steps is not above 0.
    """
    b, s, k = finite_numbers(bias=bias, swing=swing, steps=steps)
    if not k > 0:
        raise ValueError(f"steps must be above 0, got {steps}")
    per_step = float(np.sqrt(sigmoid(b + s) * sigmoid(b - s)))
    lags = k * np.arange(STEPS + 1) / STEPS
    return MemoryRun(float(half_life(per_step)), lags, per_step**lags, float(sigmoid(b)) ** lags)


class HalfLifeExplorer(anywidget.AnyWidget):
    """The explorer as a widget: the sliders' three values are its traits."""

    _esm = front_end("explorer.js", "half_life_explorer.js")
    _css = STYLE_SHEET

    bias = traitlets.Float(1.0).tag(sync=True)
    swing = traitlets.Float(0.0).tag(sync=True)
    steps = traitlets.Float(20.0).tag(sync=True)
    settings = traitlets.List([list(item) for item in SETTINGS.items()]).tag(sync=True)

    def __repr__(self) -> str:
        return "HalfLifeExplorer()"  # the same in every run, where the default is an address


def draw_half_life_panels() -> Figure:
    """The four settings side by side, each over its own number of steps."""
    fig, axes = plt.subplots(2, 2, sharey=True, figsize=(6.4, 4.8))
    for ax, (name, setting) in zip(axes.flat, SETTINGS.items(), strict=True):
        run = run_memory(*setting)
        if setting[1]:
            (steady,) = ax.plot(run.lags, run.steady, "o:", color=COLORS["rnn"], ms=4)
            label_line(steady, "at rest", x=run.lags[4], offset=(4, 8))
        ax.plot(run.lags, run.remains, "o-", color=COLORS["forget_gate"], ms=4)
        ax.axhline(0.5, color="#444444", linewidth=0.8)
        ax.set_title(f"{name}: half-life {run.half_life:.3g}", fontsize=9.5)
        ax.set(ylim=(0, 1.04), xlim=(0, run.lags[-1]))
    for ax in axes[1]:
        ax.set_xlabel("steps back, $k$")
    for ax in axes[:, 0]:
        ax.set_ylabel("what remains")
    return fig
