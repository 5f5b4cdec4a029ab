"""A gate to paint: what becomes of the memory, and of the gradient on its way back.

As in gate_explorer.py, the browser computes (gate_painter.js); `run_painted` is the same
computation in NumPy, `draw_painted_panels` its static twin.
"""

from collections.abc import Sequence
from typing import NamedTuple

import anywidget
import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from src.equations import sigmoid
from src.figures.explorer import HERE, finite_numbers, front_end
from src.figures.style import COLORS

STEPS = 40
DETOUR = 4.0  # the weight from h to the forget gate that the button sets
PUSHED = 5 + 3 * np.where(np.arange(STEPS) % 2 == 0, 1, -1)  # pre-activations
BLINK = np.where(np.arange(STEPS) == 19, 0.0, sigmoid(5.0))
PRESETS = {
    "bias-0": np.full(STEPS, 0.5),
    "bias-1": np.full(STEPS, sigmoid(1.0)),
    "bias-5": np.full(STEPS, sigmoid(5.0)),
    "pushed": sigmoid(PUSHED.astype(float)),
    "blink": BLINK,
}
TITLES = {"bias-0": "Bias 0", "bias-1": "Bias 1", "bias-5": "Bias 5", "blink": "One blink"}
WRITTEN = np.where(np.arange(STEPS) == 0, 0.999, 0.0)  # the input gate opens once, at step 1
LOWEST = 1e-8  # of the gradient's axis


class PaintedRun(NamedTuple):
    """What one unit makes of its painted gates, over T steps.

    Attributes:
        cell_states: C_0 to C_T, (T + 1,).
        factors: ∂C_t/∂C_(t−1) for t = 1 to T, with the detour through h if there is one, (T,).
        gradients: dC_T/dC_t for t = 0 to T, (T + 1,).
        half: how many steps back half of the gradient is gone; −1 if it never is.
    """

    cell_states: np.ndarray
    factors: np.ndarray
    gradients: np.ndarray
    half: int


def half_life(factor: float | np.ndarray) -> np.ndarray:
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


def run_painted(forget: ArrayLike, write: ArrayLike, detour: float = 0.0) -> PaintedRun:
    """One unit of an LSTM with a candidate of 1, an open output gate, and these gates.

        C_t = f_t C_(t−1) + i_t,   h_t = tanh(C_t),   C_0 = 0
        ∂C_t/∂C_(t−1) = f_t + w f_t (1 − f_t) C_(t−1) (1 − tanh² C_(t−1))

    The second term is the detour: C_(t−1) moves h_(t−1), which moves the forget gate by its weight
    w. The gates have the painted values with the detour too; only what a change would do differs.

    Args:
        forget: f_1 to f_T, from 0 to 1, (T,).
        write: i_1 to i_T, from 0 to 1, (T,).
        detour: w.

    Returns:
        PaintedRun.

    Raises:
        ValueError: a gate is not from 0 to 1, the two differ in length, or w is not finite.
    """
    (w,) = finite_numbers(detour=detour)
    f, i = (np.asarray(gates, dtype=float) for gates in (forget, write))
    for name, gates in (("forget", f), ("write", i)):
        if gates.ndim != 1 or not np.all((gates >= 0) & (gates <= 1)):
            raise ValueError(f"{name} must be gates from 0 to 1 in one row, got {gates}")
    if len(f) != len(i):
        raise ValueError(f"forget and write must be of one length, got {len(f)} and {len(i)}")
    C, factors = [0.0], []
    for f_t, i_t in zip(f, i, strict=True):
        before = C[-1]
        factors.append(f_t + w * f_t * (1 - f_t) * before * (1 - np.tanh(before) ** 2))
        C.append(f_t * before + i_t)
    gradients = np.append(np.cumprod(factors[::-1])[::-1], 1.0)
    small = np.abs(gradients[::-1]) <= 0.5
    return PaintedRun(
        np.array(C), np.array(factors), gradients, int(small.argmax()) if small.any() else -1
    )


def as_digits(gates: Sequence[float] | np.ndarray) -> str:
    """Gates in thousandths, three digits a step: how the figure and its address keep them."""
    return "".join(f"{min(999, round(1000 * gate)):03d}" for gate in np.asarray(gates).tolist())


class GatePainter(anywidget.AnyWidget):
    """The figure as a widget.

    Its traits: `preset`, one of PRESETS, or "" where `forget` counts; `forget` and `write`, the
    gates in digits (`as_digits`); `detour`, the weight w; `column`, the step that is looked at.
    """

    _esm = front_end("gate_painter.js")
    _css = HERE / "gate_painter.css"

    presets = traitlets.Dict({name: as_digits(gates) for name, gates in PRESETS.items()}).tag(
        sync=True
    )
    written = traitlets.Unicode(as_digits(WRITTEN)).tag(sync=True)
    preset = traitlets.Unicode("bias-1").tag(sync=True)
    forget = traitlets.Unicode("").tag(sync=True)
    write = traitlets.Unicode("").tag(sync=True)
    detour = traitlets.Float(0.0).tag(sync=True)
    column = traitlets.Int(1).tag(sync=True)

    @traitlets.validate("preset")
    def _valid_preset(self, proposal: dict) -> str:
        if proposal["value"] not in ("", *PRESETS):
            known = ", ".join(map(repr, ("", *PRESETS)))
            raise ValueError(f"preset must be one of {known}, got {proposal['value']!r}")
        return proposal["value"]

    def __repr__(self) -> str:
        return "GatePainter()"  # the same in every run, where the default is an address


def draw_painted_panels() -> Figure:
    """Four ways to hold the forget gate, and the gradient of step 40 at each earlier step."""
    fig, axes = plt.subplots(2, 2, sharex=True, sharey=True, figsize=(6.4, 4.8))
    for ax, (name, title) in zip(axes.flat, TITLES.items(), strict=True):
        run = run_painted(PRESETS[name], WRITTEN)
        heights = np.maximum(run.gradients[1:], LOWEST / 10)
        ax.bar(np.arange(1, STEPS + 1), heights, color=COLORS["hidden_state"])
        ax.plot(np.arange(1, STEPS + 1), PRESETS[name], color=COLORS["forget_gate"], linewidth=1.5)
        half = f"half gone after {run.half}" if run.half > 0 else "half is never gone"
        ax.set_title(f"{title}: {half}", fontsize=11)
        ax.set(yscale="log", ylim=(LOWEST, 10), xlim=(0.3, STEPS + 0.7))
    for ax in axes[1]:
        ax.set_xlabel("step $t$")
    for ax in axes[:, 0]:
        ax.set_ylabel("$dC_{40}/dC_t$")
    return fig
