"""The GRU's gates, to play with: one state, four sliders, ten steps.

As in gate_explorer.py, the browser computes the unit itself (gru_explorer.js); `run_unit` is the
same computation in NumPy, `draw_gru_panels` its static twin. A single unit without b_u cannot
tell the reset before the product from the reset after it.
"""

from typing import NamedTuple

import anywidget
import numpy as np
import traitlets
from matplotlib.figure import Figure

from src.equations import sigmoid
from src.figures.explorer import (
    MEMORY,
    STEPS,
    STYLE_SHEET,
    finite_numbers,
    four_panels,
    front_end,
)
from src.figures.style import COLORS, label_line

# Each setting is what the four sliders show: a_z, a_r, a and u.
SETTINGS = {
    "Keep": (-6.0, 0.0, -1.0, 1.5),
    "Replace": (6.0, -6.0, -1.0, 1.5),
    "Drift": (-1.5, -6.0, -1.0, 1.5),
    "Plain RNN": (6.0, 6.0, 0.0, -1.5),
}


class UnitRun(NamedTuple):
    """What one state does while its gates stand still.

    Attributes:
        update_gate, reset_gate: numbers.
        hidden_states: h_0 to h_10, (11,).
        candidates: h̃_1 to h̃_10, (10,).
    """

    update_gate: float
    reset_gate: float
    hidden_states: np.ndarray
    candidates: np.ndarray


def run_unit(update: float, reset: float, drive: float, weight: float) -> UnitRun:
    """Ten steps of one GRU unit whose gates and input do not change.

        h̃_t = tanh(a + u σ(a_r) h_(t−1)),   h_t = (1 − σ(a_z)) h_(t−1) + σ(a_z) h̃_t,   h_0 = 0.8

    Args:
        update: a_z.
        reset: a_r.
        drive: a, what the candidate gets from the input and its bias.
        weight: u, the candidate's weight for the old state.

    Returns:
        UnitRun.

    Raises:
        ValueError: one of the four is not a finite number.
    """
    a_z, a_r, a, u = finite_numbers(update=update, reset=reset, drive=drive, weight=weight)
    z, r = (float(sigmoid(gate)) for gate in (a_z, a_r))
    hidden, candidates = [MEMORY], []
    for _ in range(STEPS):
        candidates.append(np.tanh(a + u * (r * hidden[-1])))
        hidden.append((1 - z) * hidden[-1] + z * candidates[-1])
    return UnitRun(z, r, np.array(hidden), np.array(candidates))


class GRUExplorer(anywidget.AnyWidget):
    """The explorer as a widget: the sliders' four values are its traits."""

    _esm = front_end("explorer.js", "gru_explorer.js")
    _css = STYLE_SHEET

    update = traitlets.Float(-1.5).tag(sync=True)
    reset = traitlets.Float(0.0).tag(sync=True)
    drive = traitlets.Float(-1.0).tag(sync=True)
    weight = traitlets.Float(1.5).tag(sync=True)
    settings = traitlets.List([list(item) for item in SETTINGS.items()]).tag(sync=True)

    def __repr__(self) -> str:
        return "GRUExplorer()"  # the same in every run, where the default is an address


def draw_gru_panels() -> Figure:
    """Four settings of the gates side by side: keep, replace, drift, plain RNN."""
    fig, axes = four_panels()
    for ax, (name, setting) in zip(axes, SETTINGS.items(), strict=True):
        run = run_unit(*setting)
        (candidate,) = ax.plot(
            range(1, STEPS + 1), run.candidates, "^:", color=COLORS["candidate"], ms=5
        )
        (hidden,) = ax.plot(
            range(STEPS + 1), run.hidden_states, "o-", color=COLORS["hidden_state"], ms=4
        )
        gates = f"z = {run.update_gate:.3f}, r = {run.reset_gate:.3f}"
        ax.set_title(f"{name}: {gates}", fontsize=9.5)
        if name == "Keep":
            label_line(hidden, "$h_t$", x=5, offset=(0, -12))
            label_line(candidate, r"$\tilde h_t$", x=5, offset=(0, 14))
    return fig
