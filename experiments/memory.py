"""How far back does a gradient reach? Its norm |∂L/∂x_t| at lags 0 to 500, at initialisation.

Sequences of the adding problem, 501 steps long; L = g · h_T with a random g, so that only the last
state is asked. 64 hidden units, float64, NumPy, five seeds; less than a minute on one core.
"""

import numpy as np

from experiments import runner
from src.equations import GRU, LSTM, RNN
from src.equations.initialization import chrono_bias, orthogonal, with_spectral_radius
from src.tasks.adding import adding_modern

HIDDEN_SIZE = 64
LAGS = [*range(20), *range(20, 501, 5)]
SEQUENCES = 16
SEEDS = range(5)


def rnn(rng):
    """A plain RNN, its weights uniform as in PyTorch."""
    return RNN.initialize(2, HIDDEN_SIZE, rng=rng)


def orthogonal_rnn(rng):
    """A plain RNN whose recurrent weights are orthogonal."""
    return RNN(rnn(rng).parameters | {"weight_hh": orthogonal(HIDDEN_SIZE, rng=rng)})


def wide_rnn(rng):
    """A plain RNN whose recurrent weights have the spectral radius 1.5."""
    parameters = rnn(rng).parameters
    return RNN(parameters | {"weight_hh": with_spectral_radius(parameters["weight_hh"], 1.5)})


def lstm(forget_bias):
    """How to make an LSTM with this forget bias."""
    return lambda rng: LSTM.initialize(2, HIDDEN_SIZE, rng=rng, forget_bias=forget_bias)


def chrono_lstm(rng):
    """An LSTM whose biases are drawn for memories of up to 500 steps."""
    return LSTM(lstm(0.0)(rng).parameters | {"bias": chrono_bias(HIDDEN_SIZE, 500, rng=rng)})


def gru(rng):
    """A GRU, reset before the product."""
    return GRU.initialize(2, HIDDEN_SIZE, rng=rng)


MODELS = {
    "RNN": rnn,
    "RNN orthogonal": orthogonal_rnn,
    "RNN radius 1.5": wide_rnn,
    "LSTM bias 0": lstm(0.0),
    "LSTM bias 1": lstm(1.0),
    "LSTM bias 2": lstm(2.0),
    "LSTM chrono": chrono_lstm,
    "GRU": gru,
}


def cell(model, seed):
    """The settings of one run."""
    return {"id": f"{model.lower().replace(' ', '-')}-{seed}", "model": model, "seed": seed}


CELLS = [cell(model, seed) for seed in SEEDS for model in MODELS]
QUICK = cell("LSTM bias 1", 99)


def gradient_norms(layer, rng):
    """|∂L/∂x_(T−k)| for the lags k, as a share of its value at lag 0.

    Args:
        layer: RNN, LSTM or GRU with D = 2.
        rng: numpy.random.Generator; draws the sequences and g.

    Returns:
        List of floats, one for each of LAGS: over the sequences, the root of the mean square.
    """
    x = adding_modern(rng, SEQUENCES, LAGS[-1] + 1).inputs
    outputs, _, tape = layer.forward(x)
    d_outputs = np.zeros_like(outputs)
    d_outputs[:, -1] = rng.standard_normal(layer.hidden_size)
    by_step = np.linalg.norm(layer.backward(tape, d_outputs).x, axis=2)  # (B, T)
    by_lag = np.sqrt(np.mean(by_step**2, axis=0))[::-1]
    return [float(f"{share:.4g}") for share in by_lag[LAGS] / by_lag[0]]


def run(cell: dict) -> dict:
    """Initialise one network and measure it."""
    rng = np.random.default_rng(cell["seed"])
    norms = gradient_norms(MODELS[cell["model"]](rng), rng)
    return {"lags": LAGS, "norms": norms}


if __name__ == "__main__":
    runner.main("memory", CELLS, run, QUICK)
