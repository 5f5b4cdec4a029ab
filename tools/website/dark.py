"""A twin for the dark page of every figure: its colours turned from light to dark, its hues kept.

The stored figures are drawn on white. Their twins have the page's own dark ground, so that no white
card glares there, and a line that is blue stays blue. Heat maps keep their colours: a legend in
words ("yellow is 1") has to stay true.
"""

import re

import numpy as np
from matplotlib import colormaps
from scipy import ndimage
from scipy.spatial import cKDTree

from src.figures.style import linear_light, relative_luminance

GROUND = "#12181f"  # the dark page, as book.css has it
INK = "#e8edf2"
# White becomes the ground, black the ink. Colours in between become lighter than halfway, so that
# they stand out as well as they did on white; pale tints and grid lines stay close to the ground.
GAMMA = 0.6
PALE = 2

# Oklab (Ottosson 2020): a space whose L is the lightness that one sees, and whose a, b are the hue.
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)

HEAT = colormaps["cividis"](np.arange(256), bytes=True)[:, :3].astype(float)
HEAT_DISTANCE = 8  # of 255, over all channels: a smooth map has colours between those of its list
HEAT_MAP_SIDE = 10  # pixels: what is smaller and has a colour of the map is a letter's edge

COLOR_IN_SVG = re.compile(
    r"""(?P<before>\b(?:fill|stroke|color|stop-color)\s*[=:]\s*["']?\s*)"""
    r"(?P<color>#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b|white\b|black\b)"
)
SVG_TAG = re.compile(r"<svg\b[^>]*>")
NAMED = {"white": "#ffffff", "black": "#000000"}


def channels(color: str) -> np.ndarray:
    """#rgb or #rrggbb as three numbers from 0 to 1."""
    digits = NAMED.get(color, color).lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    return np.array([int(digits[k : k + 2], 16) for k in (0, 2, 4)]) / 255


def _to_lab(rgb: np.ndarray) -> np.ndarray:
    return np.cbrt(linear_light(rgb) @ TO_CONES.T) @ TO_LAB.T


def _to_rgb(lab: np.ndarray) -> np.ndarray:
    """sRGB; where a colour does not exist, some channel is outside of [0, 1]."""
    light = (lab @ np.linalg.inv(TO_LAB).T) ** 3 @ np.linalg.inv(TO_CONES).T
    root = np.sign(light) * 1.055 * np.abs(light) ** (1 / 2.4) - 0.055
    return np.where(light <= 0.0031308, 12.92 * light, root)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21, as WCAG defines it."""
    low, high = sorted(float(relative_luminance(channels(color))) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def darkened(rgb: np.ndarray) -> np.ndarray:
    """Colours (N, 3) from 0 to 1 for the dark page: lightness turned over, hue kept."""
    ground, ink = _to_lab(channels(GROUND)), _to_lab(channels(INK))
    lab = _to_lab(np.asarray(rgb, dtype=float))
    depth = np.clip(1 - lab[:, :1], 0, 1)  # 0 where it was white, 1 where it was black
    part = np.minimum(depth**GAMMA, PALE * depth)
    grey = ground + part * (ink - ground)
    hue = lab[:, 1:]
    low, high = np.zeros((len(lab), 1)), np.ones((len(lab), 1))
    with_hue = lambda amount: np.hstack([grey[:, :1], grey[:, 1:] + amount * hue])  # noqa: E731
    for _ in range(12):  # as much of the hue as a screen can show at this lightness
        middle = (low + high) / 2
        found = _to_rgb(with_hue(middle))
        shown = ((found >= -1e-4) & (found <= 1 + 1e-4)).all(1, keepdims=True)
        low, high = np.where(shown, middle, low), np.where(shown, high, middle)
    return np.clip(_to_rgb(with_hue(low)), 0, 1)


def dark_color(color: str) -> str:
    red, green, blue = np.rint(255 * darkened(channels(color)[None])[0]).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def dark_svg(text: str) -> str:
    """The drawing with each of its colours replaced, and light where it has none."""
    text = COLOR_IN_SVG.sub(lambda match: match["before"] + dark_color(match["color"]), text)
    root = SVG_TAG.search(text)[0]
    if " fill=" in root:
        return text
    return text.replace(root, root.replace("<svg", f'<svg fill="{INK}"', 1), 1)


def heat_maps(hot: np.ndarray) -> np.ndarray:
    """Which pixels lie in a heat map, given those that have a colour of it."""
    inside = np.zeros_like(hot)
    # Closed by one pixel: between two cells the picture has a mixture of their colours.
    areas, _ = ndimage.label(ndimage.binary_closing(hot, np.ones((3, 3))))
    for box in ndimage.find_objects(areas):
        if min(hot[box].shape) >= HEAT_MAP_SIDE and hot[box].mean() > 0.5:
            inside[box] = True
    return inside


def dark_pixels(pixels: np.ndarray) -> np.ndarray:
    """A picture (height, width, 3) of bytes for the dark page."""
    codes = (pixels.astype(np.uint32) << [16, 8, 0]).sum(2)
    colors, place = np.unique(codes, return_inverse=True)
    rgb = np.stack([colors >> 16, colors >> 8 & 255, colors & 255], 1) / 255
    place = place.reshape(codes.shape)
    turned = np.rint(255 * darkened(rgb)).astype(np.uint8)[place]
    distance, nearest = cKDTree(HEAT).query(255 * rgb)
    hot = distance < HEAT_DISTANCE
    if not (hot & (nearest > 240)).any():
        return turned  # no yellow: the dark blue is that of some other figure
    return np.where(heat_maps(hot[place])[..., None], pixels, turned)
