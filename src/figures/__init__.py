"""The house style, and what every chapter does first. Imports no torch."""

from src.figures.notebook import limit_threads, start_chapter
from src.figures.style import COLORS, LINESTYLES, apply_style, ink_on, label_line

__all__ = [
    "COLORS",
    "LINESTYLES",
    "apply_style",
    "ink_on",
    "label_line",
    "limit_threads",
    "start_chapter",
]
