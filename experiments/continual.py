"""The continual Reber stream: a cell that only adds, and one that can forget.

Five seeds each of three networks; 3,000 updates of 16 streams times 25 letters, Adam. Each then
reads ten streams of 40,000 letters, from a state of zero. NumPy, float64; about two minutes on one
core. Weights are counted with those of the outputs, which read the input and the cells:

* "1997": memory blocks without a forget gate, 4 blocks of 2 cells, 360 weights;
* "2000": with it, 424 weights, as many as in the paper;
* "1997, reset": the state is set to zero at the start of each string while training (1,500 updates
  of 32 strings).
"""

import numpy as np
from safetensors.numpy import save_file

from experiments.shared import runner
from src.equations.history.lstm1997 import LSTM1997
from src.equations.history.lstm2000 import LSTM2000
from src.results import RESULTS
from src.tasks.continual import error_free_steps, predicts_legal
from src.training.continual import (
    StreamNetwork,
    StreamReading,
    read_streams,
    separate_strings,
    train_on_streams,
    train_with_resets,
)

PACKAGES = ("numpy",)  # what the numbers depend on
BOUND = 0.2  # initial weights are drawn from U(−BOUND, BOUND), as in the paper
SEEDS = range(5)
UPDATES = 3000
EVERY = 25
WARM_UP = 100  # letters; the zero a stream starts from is a state that no training went on from
TEST = {"streams": 10, "letters": 40_000}
# Letters of the stream at which a bin of the curves ends.
EDGES = (25, 50, 100, 200, 400, 1000, 2000, 4000, 10_000, 20_000, 40_000)


def parameters(
    rng: np.random.Generator, rows: int, cells: int, biased: int
) -> dict[str, np.ndarray]:
    """Small random weights of a layer whose cells feed back; biases of zero."""
    return {
        "weight_ih": rng.uniform(-BOUND, BOUND, (rows, 7)),
        "weight_hh": rng.uniform(-BOUND, BOUND, (rows, cells)),
        "bias": np.zeros(biased),
    }


def without_forget_gate(rng: np.random.Generator, blocks: int = 4, cells: int = 8) -> LSTM1997:
    """The cell of 1997; its gates start nearly shut, each block a little more than the last."""
    p = parameters(rng, 2 * blocks + cells, cells, 2 * blocks)
    shut = 0.5 * np.arange(1, blocks + 1)
    p["bias"][:] = np.concatenate([-shut, -shut])
    return LSTM1997(p, blocks=blocks)


def with_forget_gate(rng: np.random.Generator, blocks: int = 4, cells: int = 8) -> LSTM2000:
    """The cell of 2000; its forget gates start open, the others nearly shut."""
    p = parameters(rng, 3 * blocks + cells, cells, 3 * blocks)
    shut = 0.5 * np.arange(1, blocks + 1)
    p["bias"][:] = np.concatenate([-shut, shut, -shut])
    return LSTM2000(p, blocks=blocks)


MODELS = {
    "1997": without_forget_gate,
    "2000": with_forget_gate,
    "1997, reset": without_forget_gate,
}
# The weights of these, of seed 0, are kept for the chapter to look inside.
STORED = {"1997": "continual-1997", "2000": "continual-2000", "1997, reset": "continual-reset"}


def cell(model: str, seed: int, **settings: float) -> dict:
    """The settings of one run."""
    name = f"{model.lower().replace(',', '').replace(' ', '-')}-{seed}"
    updates = UPDATES // 2 if model == "1997, reset" else UPDATES  # it is perfect long before
    defaults = {"updates": updates, "learning_rate": 0.01} | TEST
    return {"id": name, "model": model, "seed": seed} | defaults | settings


CELLS = [cell(model, seed) for seed in SEEDS for model in MODELS]
QUICK = cell("2000", 0, updates=500, letters=1000) | {"id": "quick"}


def run(cell: dict) -> dict:
    """Train one network and let it read long streams.

    Returns:
        the number of weights; the training's curve; `test`, curves over the bins of EDGES (share of
        letters predicted, the same where memory is needed, mean and largest |C|, mean slope of the
        squashed cell state); `error_free`, for each stream the letters before its first error, and
        `error_free_later`, the same from the letter WARM_UP on. With resets also `separate`, the
        share of 2,000 separate strings without an error.
    """
    rng = np.random.default_rng(cell["seed"])
    network = StreamNetwork(MODELS[cell["model"]](rng), rng=rng)
    settings = {"rng": rng, "updates": cell["updates"], "learning_rate": cell["learning_rate"]}
    if cell["model"] == "1997, reset":
        curve = train_with_resets(network, **settings)
    else:
        curve = train_on_streams(network, **settings)
    if cell["model"] in STORED and cell["seed"] == 0 and cell["id"] != "quick":
        save_file(network.parameters, RESULTS / f"{STORED[cell['model']]}.safetensors")
    result = {
        "weights": sum(p.size for p in network.parameters.values()),
        "curve": {name: [round(v, 4) for v in values] for name, values in curve._asdict().items()},
    }
    if cell["model"] == "1997, reset":
        result["separate"] = judge_separate_strings(network, rng)
    reading = read_streams(
        network, rng=rng, batch_size=cell["streams"], steps=cell["letters"], every=EVERY
    )
    return result | {
        "error_free": error_free_steps(reading.right).tolist(),
        "error_free_later": error_free_steps(reading.right[:, WARM_UP:]).tolist(),
        "test": over_the_stream(reading),
    }


def over_the_stream(reading: StreamReading) -> dict[str, list[float]]:
    """Means over the letters of each bin."""
    curves = {name: [] for name in ("letters", "legal", "memory", "state", "largest", "slope")}
    start = 0
    for end in EDGES:
        if end > reading.right.shape[1]:
            break
        right, memory = reading.right[:, start:end], reading.needs_memory[:, start:end]
        C = np.abs(reading.states[:, start // EVERY : end // EVERY])
        curves["letters"].append(end)
        curves["legal"].append(round(float(right.mean()), 5))
        curves["memory"].append(round(float(right[memory].mean()), 5))
        curves["state"].append(round(float(C.mean()), 3))
        curves["largest"].append(round(float(C.max()), 1))
        curves["slope"].append(round(float((1 - np.tanh(C / 2) ** 2).mean()), 5))
        start = end
    return curves


def judge_separate_strings(
    network: StreamNetwork, rng: np.random.Generator, strings: int = 2000
) -> float:
    """The share of separate strings of which every letter is predicted."""
    batch, lengths = separate_strings(rng, strings)
    right = predicts_legal(network.read(batch.inputs)[0], batch.legal)
    behind = np.arange(right.shape[1]) >= lengths[:, None]
    return float((right | behind).all(axis=1).mean())


if __name__ == "__main__":
    runner.main("continual", CELLS, run, QUICK, packages=PACKAGES)
