"""The dark twins of the figures: legible, in the same hues, and heat maps as they were."""

import colorsys

import numpy as np
import pytest
from matplotlib import colormaps

from src.figures.style import COLORS
from tools.website.dark import (
    GROUND,
    INK,
    channels,
    contrast,
    dark_color,
    dark_pixels,
    dark_svg,
    darkened,
)


def hue(color):
    return colorsys.rgb_to_hls(*channels(color))[0]


def test_contrast_is_that_of_wcag():
    assert contrast("#ffffff", "#000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_paper_becomes_the_ground_and_black_the_ink():
    assert dark_color("#fff") == GROUND
    assert dark_color("black") == INK


@pytest.mark.parametrize("name", COLORS)
def test_a_colour_of_the_book_can_be_read_in_the_dark(name):
    twin = dark_color(COLORS[name])
    assert contrast(twin, GROUND) >= 4.5


@pytest.mark.parametrize("name", [name for name in COLORS if name not in ("rnn", "hidden_state")])
def test_a_colour_of_the_book_keeps_its_hue(name):
    difference = abs(hue(COLORS[name]) - hue(dark_color(COLORS[name])))
    assert min(difference, 1 - difference) < 0.05


def test_what_was_darker_on_white_is_lighter_in_the_dark():
    greys = np.linspace(0, 1, 256)[:, None].repeat(3, 1)
    assert (np.diff(darkened(greys).sum(1)) < 0).all()


def test_a_grid_stays_faint():
    assert contrast(dark_color("#E3E3E3"), GROUND) < 1.6


def test_a_drawing_changes_its_colours_and_nothing_else():
    drawing = '<svg viewBox="0 0 9 9"><a href="#add"/><b fill="#fff" style="stroke:black"/>h</svg>'
    assert dark_svg(drawing) == (
        f'<svg fill="{INK}" viewBox="0 0 9 9"><a href="#add"/>'
        f'<b fill="{GROUND}" style="stroke:{INK}"/>h</svg>'
    )


def test_a_drawing_keeps_its_own_default():
    assert dark_svg('<svg fill="none"><b/></svg>') == '<svg fill="none"><b/></svg>'


def picture(heat):
    """White paper with a heat map on it and a black stroke beside it."""
    pixels = np.full((60, 80, 3), 255, np.uint8)
    pixels[10:50, 10:60] = heat
    pixels[20:22, 65:78] = 0
    return pixels


def test_a_heat_map_keeps_its_colours():
    colors = colormaps["cividis"](np.linspace(0, 1, 40 * 50).reshape(40, 50), bytes=True)[..., :3]
    pixels = picture(colors)
    turned = dark_pixels(pixels)
    assert (turned[10:50, 10:60] == pixels[10:50, 10:60]).all()
    assert tuple(turned[0, 0]) == tuple(np.rint(255 * channels(GROUND)))
    assert turned[20, 70].min() > 200


def test_a_dark_blue_area_without_yellow_is_no_heat_map():
    turned = dark_pixels(picture((8, 48, 107)))
    assert turned[30, 30].sum() > 300
