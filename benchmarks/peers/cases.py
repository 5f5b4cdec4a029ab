"""Random layers and inputs, all weights unequal, that every engine is given."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from src.equations import GRU, LSTM, RNN

SIZES = [(1, 1, 1, 1), (3, 7, 2, 5), (4, 12, 6, 3), (2, 40, 3, 16)]  # B, T, D, H
SEEDS = range(3)


class Case(NamedTuple):
    """A layer of ours with what it reads, and what it answers, in float32."""

    layer: RNN | LSTM | GRU
    x: np.ndarray  # (B, T, D)
    state: tuple[np.ndarray, ...]  # h, or h and C; (B, H) each
    lengths: np.ndarray  # (B,)
    outputs: np.ndarray  # (B, T, H)
    last: tuple[np.ndarray, ...]  # as state


def cases(kind: str) -> Iterator[Case]:
    """Layers of a kind (RNN; LSTM; GRU, reset before; GRU, reset after) at several sizes."""
    for seed in SEEDS:
        for B, T, D, H in SIZES:
            rng = np.random.default_rng([seed, T])
            settings = {"rng": rng, "dtype": np.float32}
            if kind.startswith("GRU"):
                layer = GRU.initialize(D, H, reset_after=kind.endswith("after"), **settings)
            else:
                layer = {"RNN": RNN, "LSTM": LSTM}[kind].initialize(D, H, **settings)
            for parameter in layer.parameters.values():
                parameter[...] = rng.normal(scale=H**-0.5, size=parameter.shape)
            x = rng.standard_normal((B, T, D), dtype=np.float32)
            states = 2 if kind == "LSTM" else 1
            state = tuple(rng.standard_normal((B, H), dtype=np.float32) for _ in range(states))
            lengths = rng.integers(1, T + 1, size=B)
            start = state if states == 2 else state[0]
            outputs, last, _ = layer.forward(x, start, lengths)
            yield Case(layer, x, state, lengths, outputs, last if states == 2 else (last,))
