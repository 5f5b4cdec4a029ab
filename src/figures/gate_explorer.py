"""The LSTM's gates, to play with: one memory, four sliders, ten steps.

The browser computes the cell itself (gate_explorer.js), so that the explorer also answers on a
static page, without Python. `run_cell` is the same computation in NumPy, `draw_gate_panels` its
static twin.
"""

from pathlib import Path
from typing import NamedTuple

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import traitlets

from src.equations import sigmoid
from src.figures.style import COLORS, label_line

STEPS = 10
MEMORY = 0.8  # C_0
HERE = Path(__file__).parent

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


def run_cell(forget, write, candidate, output):
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
    values = np.array([forget, write, candidate, output], dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError(f"the four pre-activations must be finite numbers, got {values}")
    f, i, o = (float(gate) for gate in sigmoid(values[[0, 1, 3]]))
    c_tilde = float(np.tanh(candidate))
    cells = [MEMORY]
    for _ in range(STEPS):
        cells.append(f * cells[-1] + i * c_tilde)
    cells = np.array(cells)
    return CellRun(f, i, c_tilde, o, cells, o * np.tanh(cells[1:]))


class GateExplorer(anywidget.AnyWidget):
    """The explorer as a widget: the sliders' four values are its traits."""

    _esm = HERE / "gate_explorer.js"
    _css = HERE / "gate_explorer.css"

    forget = traitlets.Float(0.0).tag(sync=True)
    write = traitlets.Float(0.0).tag(sync=True)
    candidate = traitlets.Float(-1.0).tag(sync=True)
    output = traitlets.Float(0.0).tag(sync=True)
    settings = traitlets.List([list(item) for item in SETTINGS.items()]).tag(sync=True)

    def __repr__(self):
        return "GateExplorer()"  # the same in every run, where the default is an address


def draw_gate_panels():
    """Four settings of the gates side by side: keep, erase, write, hide. Returns the figure."""
    fig, axes = plt.subplots(2, 2, sharex=True, sharey=True, figsize=(6.4, 4.8))
    for ax, (name, setting) in zip(axes.flat, SETTINGS.items(), strict=True):
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
    axes[0, 0].set(ylim=(-1, 1), xlim=(-0.4, STEPS + 0.4))
    for ax in axes[1]:
        ax.set_xlabel("step $t$")
    for ax in axes[:, 0]:
        ax.set_ylabel("value")
    return fig
