"""`start_chapter`: what every notebook does after its imports, so that its numbers reproduce."""

import os
import sys
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from src.figures.style import apply_style

# No cropping (sizes must not depend on content), no version in the file, the smallest lossless PNG.
PNG_OPTIONS = {
    "bbox_inches": None,
    "metadata": {"Software": None},
    "pil_kwargs": {"optimize": True},
}
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def start_chapter() -> None:
    """House style, one thread, and three digits in printed arrays. Calling it twice is harmless.

    Nothing is seeded: each chapter draws from its own `np.random.default_rng(seed)`.
    One thread, because on a small busy machine a second one makes a step several times slower, and
    because the number of threads changes the last bits of a sum. The environment variable
    CHAPTER_THREADS asks for another number (`make portability` does, to see that nothing printed
    depends on it).
    """
    apply_style()
    _use_inline_figures()
    limit_threads(int(os.environ.get("CHAPTER_THREADS", "1")))
    np.set_printoptions(precision=3, suppress=True, linewidth=75, floatmode="maxprec")


def limit_threads(threads: int) -> None:
    """Give NumPy's BLAS, OpenMP and torch this many threads: those loaded now, and those to come.

    Raises ValueError where threads < 1.
    """
    if threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    for variable in THREAD_VARIABLES:  # read by libraries that are loaded later
        os.environ[variable] = str(threads)
    threadpool_limits(threads)
    if "torch" in sys.modules:  # never imported here: half of the book needs only NumPy
        sys.modules["torch"].set_num_threads(threads)


def _use_inline_figures() -> None:
    """In a notebook: figures as PNG below the cell. Elsewhere: nothing."""
    if "IPython" not in sys.modules or (shell := sys.modules["IPython"].get_ipython()) is None:
        return
    if not hasattr(shell, "kernel"):  # a terminal has no place for figures
        return
    from IPython.core.pylabtools import select_figure_formats
    from matplotlib_inline.config import InlineBackend

    backend: Any = InlineBackend.instance(parent=shell)
    backend.print_figure_kwargs = PNG_OPTIONS
    select_figure_formats(shell, {"retina"}, **PNG_OPTIONS)  # SCALE pixels a point
