"""The LSTM's gates, to play with: one memory, four sliders, ten steps.

The browser computes the cell itself (gate_explorer.js), so that the explorer also answers on a
static page, without Python. `run_cell` is the same computation in NumPy, `draw_gate_panels` its
static twin.
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

# Each setting is what the four sliders show: the pre-activations of f, i, C̃ and o.
SETTINGS = {
    "Keep": (6.0, -6.0, -1.0, 6.0),
    "Erase": (-2.0, -6.0, -1.0, 6.0),
    "Write": (6.0, -1.5, -1.0, 6.0),
    "Hide": (6.0, -6.0, -1.0, -6.0),
}


class CellRun(NamedTuple):
    """What one memory does while its gates stand still.

    Attributes:
        forget_gate, input_gate, candidate, output_gate: numbers.
        cell_states: C_0 to C_10, (11,).
        hidden_states: h_1 to h_10, (10,).
    """

    forget_gate: float
    input_gate: float
    candidate: float
    output_gate: float
    cell_states: np.ndarray
    hidden_states: np.ndarray


def run_cell(forget: float, write: float, candidate: float, output: float) -> CellRun:
    """Ten steps of one LSTM unit whose four pre-activations do not change.

        C_t = σ(a_f) C_(t−1) + σ(a_i) tanh(a_c),   h_t = σ(a_o) tanh(C_t),   C_0 = 0.8

    Args:
        forget: a_f.
        write: a_i, of the input gate.
        candidate: a_c.
        output: a_o.

    Returns:
        CellRun.

    Raises:
        ValueError: a pre-activation is not a finite number.
    """
    a_f, a_i, a_c, a_o = finite_numbers(
        forget=forget, write=write, candidate=candidate, output=output
    )
    f, i, o = (float(sigmoid(a)) for a in (a_f, a_i, a_o))
    c_tilde = float(np.tanh(a_c))
    cells = [MEMORY]
    for _ in range(STEPS):
        cells.append(f * cells[-1] + i * c_tilde)
    cell_states = np.array(cells)
    return CellRun(f, i, c_tilde, o, cell_states, o * np.tanh(cell_states[1:]))


class GateExplorer(anywidget.AnyWidget):
    """The explorer as a widget: the sliders' four values are its traits."""

    _esm = front_end("explorer.js", "gate_explorer.js")
    _css = STYLE_SHEET

    forget = traitlets.Float(0.0).tag(sync=True)
    write = traitlets.Float(0.0).tag(sync=True)
    candidate = traitlets.Float(-1.0).tag(sync=True)
    output = traitlets.Float(0.0).tag(sync=True)
    settings = traitlets.List([list(item) for item in SETTINGS.items()]).tag(sync=True)

    def __repr__(self) -> str:
        return "GateExplorer()"  # the same in every run, where the default is an address


def draw_gate_panels() -> Figure:
    """Four settings of the gates side by side: keep, erase, write, hide. Returns the figure."""
    fig, axes = four_panels()
    for ax, (name, setting) in zip(axes, SETTINGS.items(), strict=True):
        run = run_cell(*setting)
        (cell,) = ax.plot(range(STEPS + 1), run.cell_states, "o-", color=COLORS["cell_state"])
        (hidden,) = ax.plot(
            range(1, STEPS + 1), run.hidden_states, "s--", color=COLORS["hidden_state"], ms=4
        )
        gates = f"f = {run.forget_gate:.3f}, i = {run.input_gate:.3f}, o = {run.output_gate:.3f}"
        ax.set_title(f"{name}: {gates}", fontsize=9.5)
        if name == "Hide":
            label_line(cell, "$C_t$", x=5, offset=(0, -12))
            label_line(hidden, "$h_t$", x=5, offset=(0, 12))
    return fig
