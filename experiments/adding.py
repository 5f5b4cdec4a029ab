"""The adding problem at six lengths: where does each cell stop learning?

Modern version (values in [0, 1], target X1 + X2; always to say 1 gives an error of 1/6), 32 hidden
units, at most 4,000 updates for every cell, five seeds. NumPy, float32. The plain RNN is there
three times: as it is, with orthogonal recurrent weights, and with a smaller learning rate. From
100 steps on, the LSTM is there with four initial biases. About forty minutes on one core.
"""

from collections.abc import Callable

import numpy as np

from experiments.shared import runner
from src.equations import RNN
from src.equations.fast import FastGRU, FastLSTM
from src.equations.initialization import chrono_bias, orthogonal
from src.training.adding import train_to_add

PACKAGES = ("numpy",)  # what the numbers depend on
HIDDEN_SIZE = 32
LENGTHS = (10, 25, 50, 100, 200, 400)
SEEDS = range(5)
UPDATES = 4000
SLOW = 1e-3  # the RNN's second learning rate
SETTINGS = {"updates": UPDATES, "batch_size": 32, "learning_rate": 1e-2, "max_norm": 1.0}


def rnn(rng: np.random.Generator) -> RNN:
    """A plain RNN, its weights uniform as in PyTorch."""
    return RNN.initialize(2, HIDDEN_SIZE, rng=rng, dtype=np.float32)


def orthogonal_rnn(rng: np.random.Generator) -> RNN:
    """A plain RNN whose recurrent weights are orthogonal."""
    weight_hh = orthogonal(HIDDEN_SIZE, rng=rng, dtype=np.float32)
    return RNN(rnn(rng).parameters | {"weight_hh": weight_hh})


def lstm(forget_bias: float) -> Callable[[np.random.Generator], FastLSTM]:
    """How to make an LSTM with this forget bias."""
    return lambda rng: FastLSTM.initialize(
        2, HIDDEN_SIZE, rng=rng, forget_bias=forget_bias, dtype=np.float32
    )


def chrono_lstm(rng: np.random.Generator) -> FastLSTM:
    """An LSTM whose biases are drawn for memories of up to 400 steps, the longest here."""
    bias = chrono_bias(HIDDEN_SIZE, LENGTHS[-1], rng=rng, dtype=np.float32)
    return FastLSTM(lstm(0.0)(rng).parameters | {"bias": bias})


def gru(rng: np.random.Generator) -> FastGRU:
    """A GRU, reset before the product."""
    return FastGRU.initialize(2, HIDDEN_SIZE, rng=rng, dtype=np.float32)


MODELS = {
    "RNN": rnn,
    "RNN orthogonal": orthogonal_rnn,
    "LSTM bias 0": lstm(0.0),
    "LSTM bias 1": lstm(1.0),
    "GRU": gru,
}
LONG_MODELS = {"LSTM bias 2": lstm(2.0), "LSTM chrono": chrono_lstm}  # from 100 steps on


def cell(model: str, length: int, seed: int, **settings: float) -> dict:
    """The settings of one run."""
    settings = SETTINGS | settings
    name = f"{model.lower().replace(' ', '-')}-{length}-{settings['learning_rate']:g}-{seed}"
    return {"id": name, "model": model, "length": length, "seed": seed} | settings


CELLS = [
    *(cell(model, T, seed) for seed in SEEDS for T in LENGTHS[:5] for model in MODELS),
    *(cell("RNN", T, seed, learning_rate=SLOW) for seed in SEEDS for T in LENGTHS[:4]),
    *(cell(model, 400, seed) for seed in SEEDS for model in MODELS),
    *(cell(model, T, seed) for T in LENGTHS[3:] for seed in SEEDS for model in LONG_MODELS),
]
QUICK = cell("GRU", 10, 0, updates=300) | {"id": "quick"}


def run(cell: dict) -> dict:
    """Train once. A gradient that is no longer finite ends the run, and is told in `failed`."""
    rng = np.random.default_rng(cell["seed"])
    layer = (MODELS | LONG_MODELS)[cell["model"]](rng)
    settings = {name: cell[name] for name in SETTINGS}
    try:
        result = train_to_add(layer, cell["length"], rng=rng, progress=True, **settings)
    except ValueError as error:
        return {"solved_at": None, "failed": str(error)}
    return {
        "solved_at": result.solved_at,
        "curve": {"updates": result.updates, "error": [round(error, 5) for error in result.errors]},
    }


if __name__ == "__main__":
    runner.main("adding", CELLS, run, QUICK, packages=PACKAGES)
