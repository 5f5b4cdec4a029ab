"""The house style: readable by everybody, the same everywhere, and safe to apply twice."""

import subprocess
import sys
from itertools import combinations

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from src.figures import (
    COLORS,
    LINESTYLES,
    apply_style,
    ink_on,
    label_line,
    limit_threads,
    start_chapter,
)
from src.figures.style import SCALE
from tools.website.dark import contrast, darkened

# Colours that meet in one figure.
GROUPS = {
    "networks": ("rnn", "lstm", "gru"),
    "LSTM gates": ("forget_gate", "input_gate", "candidate", "output_gate"),
    "LSTM states": ("cell_state", "hidden_state"),
    "GRU gates": ("update_gate", "reset_gate"),
}

# Machado, Oliveira and Fernandes 2009: linear RGB as a dichromat sees it.
VISION = {
    "full": np.eye(3),
    "no red cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def linear(color):
    """sRGB -> linear RGB."""
    channels = np.array(to_rgb(color))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(color, vision):
    """CIE L*a*b* (D65), in which distances are about those of the eye."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    seen = np.clip(np.array(VISION[vision]) @ linear(color), 0, 1)
    t = np.array(to_xyz) @ seen / [0.9505, 1, 1.089]
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("name", COLORS)
def test_color_stands_out_from_white(name):
    """WCAG 2.1: 3 to 1 for lines, and for bold text of the labels' size."""
    luminance = linear(COLORS[name]) @ [0.2126, 0.7152, 0.0722]
    assert 1.05 / (luminance + 0.05) >= 3


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("group", GROUPS)
def test_colors_stay_apart(group, vision):
    """A difference of 2.3 is just noticeable; ours are several times that."""
    for one, other in combinations(GROUPS[group], 2):
        distance = np.linalg.norm(lab(COLORS[one], vision) - lab(COLORS[other], vision))
        assert distance > 10, (one, other, distance)


def test_networks_stay_apart_in_grey_print():
    assert set(LINESTYLES) == set(GROUPS["networks"])
    assert len(set(LINESTYLES.values())) == 3


def test_style_does_not_depend_on_what_was_set_before():
    apply_style()
    first = dict(matplotlib.rcParams)
    matplotlib.rcParams.update({"font.size": 30, "axes.facecolor": "black", "lines.marker": "x"})
    apply_style()
    assert dict(matplotlib.rcParams) == first


def test_figure_has_a_fixed_size_and_a_white_background(tmp_path):
    apply_style()
    for title in ("", "A title\nof two lines"):
        figure = Figure()
        figure.add_subplot(title=title)
        figure.savefig(tmp_path / "f.png")
        pixels = matplotlib.image.imread(tmp_path / "f.png")
        assert pixels.shape[:2] == (468 * SCALE, 780 * SCALE)
        assert (pixels[0, 0] == 1).all()


@pytest.fixture
def line():
    return Figure().add_subplot().plot([0, 1, 2, np.nan], [0.0, 10, 30, 40], color="#0072B2")[0]


def test_label_is_at_the_end_in_the_color_of_the_line(line):
    label = label_line(line, "LSTM")
    assert label.xy == (2, 30)
    assert label.get_color() == "#0072B2"
    assert label.get_text() == "LSTM"


def test_label_is_on_the_line_at_any_x(line):
    assert label_line(line, "LSTM", x=1.5, ha="right").xy == (1.5, 20)


def test_label_nowhere_is_an_error(line):
    with pytest.raises(ValueError, match="outside the line"):
        label_line(line, "LSTM", x=5)
    line.set_ydata([np.nan] * 4)
    with pytest.raises(ValueError, match="no finite point"):
        label_line(line, "LSTM")


def test_label_keeps_within_the_figure():
    apply_style()
    figure = Figure()
    axes = figure.add_subplot()
    label = label_line(axes.plot([0, 1], [0, 1])[0], "a rather long label")
    figure.draw_without_rendering()
    assert label.get_window_extent().x1 <= figure.bbox.x1


def test_start_chapter_twice_is_start_chapter_once():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    start_chapter()
    options, settings = np.get_printoptions(), dict(matplotlib.rcParams)
    start_chapter()
    assert np.get_printoptions() == options
    assert dict(matplotlib.rcParams) == settings
    assert str(np.array([1 / 3, 1e-9])) == "[0.333 0.   ]"
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_no_threads_is_an_error():
    with pytest.raises(ValueError, match="at least 1"):
        limit_threads(0)


@pytest.mark.parametrize("order", ["torch first", "torch later"])
def test_torch_gets_one_thread_whenever_it_is_imported(order):
    lines = ["import torch", "from src.figures import start_chapter; start_chapter()"]
    program = "\n".join(lines if order == "torch first" else lines[::-1])
    program += "\nimport torch; assert torch.get_num_threads() == 1"
    subprocess.run([sys.executable, "-c", program], check=True, env={"OMP_NUM_THREADS": "2"})


def test_figures_import_no_torch():
    program = (
        "import sys, src.figures; src.figures.start_chapter(); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_letters_on_a_heat_map_can_be_read_on_the_light_page_and_on_the_dark():
    for shade in matplotlib.colormaps["Blues"](np.linspace(0, 1, 101))[:, :3]:
        letter = to_rgb(ink_on(shade))
        assert contrast(to_hex(letter), to_hex(shade)) > 3
        assert contrast(*map(to_hex, darkened([letter, shade]))) > 3
