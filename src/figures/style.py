"""The house style: one look, and one colour for one thing in the whole book.

The colours stay apart for colour-blind readers (tests/figures/test_style.py simulates both common
kinds), and lines that share a figure also differ in their dashes, for print without colour.

A figure's size in pixels is its size in inches times `savefig.dpi`, never cropped to its content:
the stored and the fresh picture can then be compared pixel by pixel. It has two pixels a point of
the page (SCALE), so that it is sharp on the screens of phones and laptops, and its letters are the
page's own, from the files in `fonts`: the same on every machine.
"""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.font_manager import fontManager
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation
from numpy.typing import ArrayLike

COLORS = {
    # the three networks
    "rnn": "#5B5B5B",
    "lstm": "#0072B2",
    "gru": "#D55E00",
    # inside the LSTM
    "forget_gate": "#AA3377",
    "input_gate": "#228833",
    "candidate": "#A67C00",
    "output_gate": "#0E7C93",
    "cell_state": "#0072B2",
    "hidden_state": "#444444",
    # inside the GRU
    "update_gate": "#3B7A57",
    "reset_gate": "#7B4EA3",
}

LINESTYLES = {"rnn": ":", "lstm": "-", "gru": "--"}

FONTS = Path(__file__).parent / "fonts"
SCALE = 2  # pixels of a stored figure for each pixel of the page's width that it takes

# At 6 inches and 12 points, text is still 9 pixels high where a phone shrinks the figure to its
# width, and no larger than a heading where a desktop shows it at full size.
SETTINGS: dict[Any, Any] = {
    "figure.figsize": (6.0, 3.6),
    "figure.dpi": 130,
    "savefig.dpi": 130 * SCALE,
    "figure.constrained_layout.use": True,  # makes room for labels at a fixed figure size
    "figure.facecolor": "white",  # opaque: the website makes the dark twin (tools.website.dark)
    "savefig.facecolor": "white",
    "savefig.transparent": False,
    "font.family": ["Book Sans", "DejaVu Sans"],  # the second, of matplotlib, for signs we lack
    "mathtext.fontset": "custom",
    "mathtext.rm": "Book Sans",
    "mathtext.it": "Book Sans:italic",
    "mathtext.bf": "Book Sans:bold",
    "mathtext.cal": "Book Sans:italic",  # never written; the default is in no file of ours
    "mathtext.fallback": "stixsans",
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.titlelocation": "left",
    "axes.labelsize": 12,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "legend.fontsize": 11,
    "legend.frameon": False,
    "lines.linewidth": 2.2,
    "lines.markersize": 6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#444444",
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.8,
    "axes.formatter.useoffset": False,
    "axes.prop_cycle": matplotlib.cycler(  # type: ignore[attr-defined]
        color=[COLORS[name] for name in ("lstm", "gru", "input_gate", "forget_gate", "rnn")]
    ),
    "image.cmap": "cividis",  # its order survives colour blindness and grey print
}


def apply_style() -> None:
    """Set matplotlib to the house style, whatever was set before (a reader's matplotlibrc too)."""
    known = {font.fname for font in fontManager.ttflist}
    for file in sorted(map(str, FONTS.glob("*.ttf"))):
        if file not in known:
            fontManager.addfont(file)
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(SETTINGS)


def linear_light(rgb: ArrayLike) -> np.ndarray:
    """sRGB channels from 0 to 1 as amounts of light."""
    rgb = np.asarray(rgb, dtype=float)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def relative_luminance(rgb: ArrayLike) -> np.ndarray:
    """How bright colours (..., 3) are, from 0 to 1 (WCAG 2.2)."""
    return linear_light(rgb) @ [0.2126, 0.7152, 0.0722]


def ink_on(color: Any) -> str:
    """Black or white, whichever can be read on a colour of a heat map.

    color: any of matplotlib's colours. White from the relative luminance 0.3 (WCAG 2.2) downwards:
    on some of these black would be clearer, but not on the figure's dark twin (tools.website.dark).
    """
    return "white" if relative_luminance(to_rgb(color)) < 0.3 else "black"


def label_line(
    line: Line2D,
    text: str,
    *,
    x: float | None = None,
    offset: tuple[float, float] = (6.0, 0.0),
    **text_options: Any,
) -> Annotation:
    """Write `text` on a line, in its colour, instead of in a legend.

    x: where on the line (its y is interpolated); the line's right end if None.
    offset: from that point to the text's left middle, in points.
    text_options: any of matplotlib's text properties, such as `ha="right"`.
    Raises ValueError where the line has no finite point, or x lies outside it.
    """
    xs = np.asarray(line.get_xdata(orig=False), dtype=float)
    ys = np.asarray(line.get_ydata(orig=False), dtype=float)
    finite = np.isfinite(xs) & np.isfinite(ys)
    if not finite.any():
        raise ValueError(f"the line to be labelled {text!r} has no finite point")
    order = np.argsort(xs[finite], kind="stable")
    xs, ys = xs[finite][order], ys[finite][order]
    at = xs[-1] if x is None else x
    if not xs[0] <= at <= xs[-1]:
        raise ValueError(f"x = {x} for {text!r} lies outside the line, [{xs[0]}, {xs[-1]}]")
    height = ys[-1] if x is None else np.interp(at, xs, ys)
    options = {"color": line.get_color(), "fontweight": "bold", "va": "center"} | text_options
    return line.axes.annotate(
        text,
        (at, height),
        xytext=offset,
        textcoords="offset points",
        path_effects=[withStroke(linewidth=3, foreground="white")],
        **options,
    )
