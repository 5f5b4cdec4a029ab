"""How far back does a gradient reach? Its norm |∂L/∂x_t|, lags 0 to 500, untrained and trained.

Sequences of the adding problem, 501 steps long; L = g · h_T with a random g, so that only the last
state is asked. 64 hidden units, NumPy, five seeds. Training is that of `experiments.adding` on
sequences of 100 steps, in float32, until it is solved or 4,000 updates are over; a network that
did not learn is measured like the others. Measured in float64, before and after training on the
same sequences. About ten minutes on one core.
"""

from collections.abc import Callable

import numpy as np
from safetensors.numpy import save_file

from experiments.adding import SETTINGS
from experiments.shared import runner
from src.equations import LSTM, RNN
from src.equations.fast import FastGRU, FastLSTM
from src.equations.initialization import chrono_bias, orthogonal, with_spectral_radius
from src.equations.layer import RecurrentLayer
from src.equations.states import State
from src.results import RESULTS
from src.tasks.adding import adding_modern
from src.training.adding import train_to_add

PACKAGES = ("numpy",)  # what the numbers depend on
HIDDEN_SIZE = 64
LAGS = [*range(20), *range(20, 501, 5)]
PATH_LAGS = [1, 10, 50, 100, 200]
SEQUENCES = 16
ASKED = 4  # of these sequences the Jacobians are taken
LENGTH = 100  # of the sequences to train on
SEEDS = range(5)


def rnn(rng: np.random.Generator) -> RNN:
    """A plain RNN, its weights uniform as in PyTorch."""
    return RNN.initialize(2, HIDDEN_SIZE, rng=rng)


def orthogonal_rnn(rng: np.random.Generator) -> RNN:
    """A plain RNN whose recurrent weights are orthogonal."""
    return RNN(rnn(rng).parameters | {"weight_hh": orthogonal(HIDDEN_SIZE, rng=rng)})


def wide_rnn(rng: np.random.Generator) -> RNN:
    """A plain RNN whose recurrent weights have the spectral radius 1.5."""
    parameters = rnn(rng).parameters
    return RNN(parameters | {"weight_hh": with_spectral_radius(parameters["weight_hh"], 1.5)})


def lstm(forget_bias: float) -> Callable[[np.random.Generator], LSTM]:
    """How to make an LSTM with this forget bias."""
    return lambda rng: FastLSTM.initialize(2, HIDDEN_SIZE, rng=rng, forget_bias=forget_bias)


def chrono_lstm(rng: np.random.Generator) -> LSTM:
    """An LSTM whose biases are drawn for memories of up to 500 steps."""
    return FastLSTM(lstm(0.0)(rng).parameters | {"bias": chrono_bias(HIDDEN_SIZE, 500, rng=rng)})


def gru(rng: np.random.Generator) -> FastGRU:
    """A GRU, reset before the product."""
    return FastGRU.initialize(2, HIDDEN_SIZE, rng=rng)


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


def cell(model: str, seed: int) -> dict:
    """The settings of one network as it is initialised."""
    return {"id": f"{model.lower().replace(' ', '-')}-{seed}", "model": model, "seed": seed}


def trained(model: str, seed: int, length: int = LENGTH, **settings: float) -> dict:
    """The settings of one network that is trained first."""
    start = cell(model, seed)
    name = {"id": f"{start['id']}-trained-{length}"}
    return start | name | {"length": length} | SETTINGS | settings


CELLS = [
    *(cell(model, seed) for seed in SEEDS for model in MODELS),
    *(trained(model, seed) for seed in SEEDS for model in MODELS),
]
QUICK = trained("LSTM bias 1", 99, length=10, updates=100)
STORED = trained("LSTM bias 1", 0)  # its weights are kept


def rounded(value: float) -> float:
    """Four significant digits are enough, and small in a file."""
    return float(f"{value:.4g}")


def gradient_norms(layer: RecurrentLayer, x: np.ndarray, g: np.ndarray) -> list[float]:
    """|∂L/∂x_(T−k)| for the lags k, as a share of its value at lag 0.

    Args:
        layer: RNN, LSTM or GRU with D = 2.
        x: the sequences, (B, T, 2).
        g: (H,), so that L = g · h_T.

    Returns:
        List of floats, one for each of LAGS: over the sequences, the root of the mean square.
    """
    outputs, _, tape = layer.forward(x)
    d_outputs = np.zeros_like(outputs)
    d_outputs[:, -1] = g
    by_step = np.linalg.norm(layer.backward(tape, d_outputs).x, axis=2)  # (B, T)
    by_lag = np.sqrt(np.mean(by_step**2, axis=0))[::-1]
    return [rounded(share) for share in by_lag[LAGS] / by_lag[0]]


def gates_that_keep(layer: RecurrentLayer, x: np.ndarray) -> tuple[np.ndarray | None, list]:
    """What each unit's gate lets pass of the old state, step by step, and the states before them.

    Args:
        layer: LSTM or GRU.
        x: (B, T, D).

    Returns:
        (kept, states): f_t of an LSTM, 1 − z_t of a GRU, (T, B, H); a list of the T states, each
        in the layer's own form.
    """
    state = layer.initial_state(len(x))
    kept, states = [], []
    for t in range(x.shape[1]):
        states.append(state)
        step = layer.step(x[:, t], state)
        kept.append(step.forget_gate if isinstance(layer, LSTM) else 1 - step.update_gate)
        state = step.state
    return np.array(kept), states


def jacobian(layer: RecurrentLayer, x: np.ndarray, state: State) -> np.ndarray:
    """∂C_T/∂C_0 of an LSTM, ∂h_T/∂h_0 of a GRU, by all paths, for one sequence.

    Args:
        layer: LSTM or GRU.
        x: (T, D).
        state: before the first step, in the layer's own form, (1, H).

    Returns:
        (H, H): row i belongs to unit i at the end.
    """
    H = layer.hidden_size
    copies = np.repeat(x[None], H, axis=0)
    if not isinstance(layer, LSTM):
        outputs, _, tape = layer.forward(copies, np.repeat(state, H, axis=0))
        return layer.backward(tape, np.zeros_like(outputs), np.eye(H)).state
    outputs, _, tape = layer.forward(copies, tuple(np.repeat(s, H, axis=0) for s in state))
    asked = (np.zeros((H, H)), np.eye(H))  # copy i asks for unit i of C_T
    return layer.backward(tape, np.zeros_like(outputs), asked).state[1]


def one_of(state: State, b: int) -> State:
    """The state of sequence b alone."""
    return tuple(s[b : b + 1] for s in state) if isinstance(state, tuple) else state[b : b + 1]


def paths(layer: RecurrentLayer, kept: np.ndarray, states: list, x: np.ndarray) -> dict:
    """How large the Jacobian over k steps is, its direct path, and what lies between them.

    The direct path is diag(∏ f_t), or diag(∏ (1 − z_t)) in a GRU.

    Returns:
        A dict: the lags k, and for each the root mean square, over a few sequences, of the
        Frobenius norms of the whole Jacobian, of the direct path, and of their difference.
    """
    norms = {"whole": [], "direct": [], "difference": []}
    for lag in PATH_LAGS:
        whole = np.array(
            [jacobian(layer, x[b, -lag:], one_of(states[-lag], b)) for b in range(ASKED)]
        )
        direct = np.array([np.diag(row) for row in np.prod(kept[-lag:, :ASKED], axis=0)])
        for name, matrices in zip(norms, (whole, direct, whole - direct), strict=True):
            norms[name].append(rounded(np.sqrt(np.mean(np.sum(matrices**2, axis=(1, 2))))))
    return {"lags": PATH_LAGS, **norms}


def gate_values(kept: np.ndarray) -> dict:
    """How open the keeping gates stand.

    Returns:
        A dict: quantiles 0, 0.1, 0.5, 0.9 and 1 of all values, and for each unit, in rising
        order, the geometric mean, which is its factor per step on the direct path.
    """
    by_unit = np.sort(np.exp(np.log(kept).mean(axis=(0, 1))))
    quantiles = np.quantile(kept, [0, 0.1, 0.5, 0.9, 1])
    return {
        "quantiles": [round(float(value), 5) for value in quantiles],
        "by_unit": [round(float(value), 5) for value in by_unit],
    }


def in_dtype(layer: RecurrentLayer, dtype: type) -> RecurrentLayer:
    """The same layer with its weights rounded to a dtype."""
    return type(layer)({name: value.astype(dtype) for name, value in layer.parameters.items()})


def gates_and_paths(layer: RecurrentLayer, x: np.ndarray) -> dict:
    """What `gate_values` and `paths` say about a layer; nothing of a plain RNN."""
    if isinstance(layer, RNN):
        return {}
    kept, states = gates_that_keep(layer, x)
    return {"gates": gate_values(kept), "paths": paths(layer, kept, states, x)}


def run(cell: dict) -> dict:
    """Initialise one network and measure it; train it, if the cell says so, and measure again."""
    rng = np.random.default_rng(cell["seed"])
    layer = MODELS[cell["model"]](rng)
    x = adding_modern(rng, SEQUENCES, LAGS[-1] + 1).inputs
    g = rng.standard_normal(HIDDEN_SIZE)
    if "length" not in cell:
        return {"lags": LAGS, "norms": gradient_norms(layer, x, g)}

    before = gates_and_paths(layer, x)
    layer = in_dtype(layer, np.float32)
    settings = {name: cell[name] for name in SETTINGS}
    try:
        result = train_to_add(layer, cell["length"], rng=rng, progress=True, **settings)
    except ValueError as error:
        return {"solved_at": None, "failed": str(error)}
    if cell == STORED:
        save_file(layer.parameters, RESULTS / "memory.safetensors")
    layer = in_dtype(layer, np.float64)
    return {
        "solved_at": result.solved_at,
        "error": round(result.errors[-1], 5),
        "norms": gradient_norms(layer, x, g),
        "before": before,
        "after": gates_and_paths(layer, x),
    }


if __name__ == "__main__":
    runner.main("memory", CELLS, run, QUICK, packages=PACKAGES)
