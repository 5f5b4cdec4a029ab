"""Python runs this at its start, if its folder is on PYTHONPATH: the perturbed machines.

`np.random.default_rng` then returns a generator whose real numbers, and so every initial weight
and all generated data, are multiplied by 1 + 1e-7 · noise. Integers, shuffles and choices stay as
they are, and the stream of random bits is used up exactly as before.
"""

import functools
import json
import os
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

SIZE = 1e-7
REAL_DRAWS = (
    "beta",
    "chisquare",
    "dirichlet",
    "exponential",
    "gamma",
    "gumbel",
    "laplace",
    "logistic",
    "lognormal",
    "multivariate_normal",
    "normal",
    "random",
    "rayleigh",
    "standard_cauchy",
    "standard_exponential",
    "standard_gamma",
    "standard_normal",
    "standard_t",
    "triangular",
    "uniform",
    "vonmises",
    "weibull",
)


class PerturbedGenerator(np.random.Generator):
    """`np.random.Generator` with draws that are off by one part in ten million.

    The noise is drawn from where the generator starts, so that equal seeds give equal numbers.
    """

    def __init__(self, bit_generator: np.random.BitGenerator) -> None:
        super().__init__(bit_generator)
        state = json.dumps(bit_generator.state, default=str).encode()
        seeds = [int(os.environ["PERTURBATION_SEED"]), zlib.crc32(state)]
        self.noise = np.random.Generator(np.random.PCG64(seeds))


def perturbed(name: str) -> Callable[..., Any]:
    """The method `name`, its result multiplied by 1 + 1e-7 · noise; dtype and `out` are kept."""
    draw = getattr(np.random.Generator, name)

    @functools.wraps(draw)
    def draw_and_perturb(self: Any, *args: Any, **kwargs: Any) -> Any:
        drawn = draw(self, *args, **kwargs)
        if isinstance(drawn, np.ndarray):
            drawn *= (1 + SIZE * self.noise.standard_normal(drawn.shape)).astype(drawn.dtype)
            return drawn
        return type(drawn)(drawn * (1 + SIZE * self.noise.standard_normal()))

    return draw_and_perturb


def default_rng(seed: Any = None) -> np.random.Generator:
    """Takes the place of `np.random.default_rng`."""
    if isinstance(seed, np.random.Generator):
        return seed
    return PerturbedGenerator(original_default_rng(seed).bit_generator)


original_default_rng = np.random.default_rng
for real_draw in REAL_DRAWS:
    setattr(PerturbedGenerator, real_draw, perturbed(real_draw))
np.random.default_rng = default_rng
