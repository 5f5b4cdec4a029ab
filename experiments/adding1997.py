"""The adding problem as it was set in 1997, and as it is set today: two tasks, two verdicts.

Both at T = 100, with the network of the paper: 93 weights, two memory blocks of two cells, no
forget gate, a logistic output. Batches of 16 sequences, Adam, its rate falling linearly to zero;
five seeds each. A run stops by the rule of 1997, 2,000 successive training sequences right and
their mean squared error below 0.01, or after 4,000 updates. At every check both verdicts are passed
on the same 500 held-out sequences: the mean squared error, and the share of sequences that are
right. NumPy, float64; about four minutes on one core.

A sequence is right if the error is below 0.04 where targets lie in [0, 1] (1997). Today's targets
lie in [0, 2], so there it is 0.08: the same share of the range.
"""

import numpy as np

from experiments.shared import runner
from src.equations import Adam, clip_by_global_norm, sigmoid
from src.equations.history.lstm1997 import LSTM1997
from src.equations.readout import Linear
from src.tasks.adding import TOLERANCE_1997, AddingBatch, adding_1997, adding_modern

PACKAGES = ("numpy",)  # what the numbers depend on
LENGTH = 100
HELD_OUT = 500
SUCCESSIVE = 2000  # training sequences in a row that must be right
MEAN_ERROR = 0.01
SETTINGS = {"updates": 4000, "batch_size": 16, "learning_rate": 1e-2, "max_norm": 1.0}
CHECK_EVERY = 100

TASKS = {  # how to draw it, and the width of the range of its targets
    "1997": (adding_1997, 1.0),
    "today": (adding_modern, 2.0),
}


def network_of_1997(rng: np.random.Generator) -> LSTM1997:
    """The paper's 88 weights of the hidden layer; input gates start nearly shut."""
    draw = {"weight_ih": (8, 2), "weight_hh": (8, 8), "bias": (8,)}
    parameters = {name: rng.uniform(-0.1, 0.1, shape) for name, shape in draw.items()}
    parameters["bias"][:2] = [-3.0, -6.0]
    return LSTM1997(parameters, blocks=2)


def cell(task: str, seed: int, **settings: float) -> dict:
    """The settings of one run."""
    name = f"{task}-93-weights-{seed}"
    own = {"id": name, "task": task, "network": "93 weights", "seed": seed}
    return own | SETTINGS | settings


CELLS = [cell(task, seed) for task in TASKS for seed in range(5)]
QUICK = cell("1997", 0, updates=100) | {"id": "quick"}


class Adder:
    """A recurrent layer and one logistic output, read at the sequence's end.

    Attributes:
        layer: a layer of `src.equations` with D = 2.
        parameters: the layer's, with weight_out (1, H) and bias_out (1,).
        width: the output lies between 0 and this.
    """

    def __init__(self, layer: LSTM1997, width: float, *, rng: np.random.Generator) -> None:
        self.layer, self.width = layer, width
        self.readout = Linear.initialize(layer.hidden_size, 1, rng=rng, bound=0.1)
        self.readout.parameters["bias_out"][:] = rng.uniform(-0.1, 0.1, 1)
        self.parameters = layer.parameters | self.readout.parameters

    def read(self, batch: AddingBatch) -> tuple[np.ndarray, tuple]:
        """The answers (B,), and what `gradients` needs."""
        outputs, _, tape = self.layer.forward(batch.inputs)
        last = np.arange(len(outputs)), batch.lengths - 1
        y = sigmoid(self.readout.forward(outputs[last]))
        return self.width * y[:, 0], (outputs, tape, last, y)

    def gradients(self, record: tuple, d_answers: np.ndarray) -> dict[str, np.ndarray]:
        """The gradient of every parameter, from that of the answers."""
        outputs, tape, last, y = record
        d_a = d_answers[:, None] * self.width * y * (1 - y)
        d_outputs = np.zeros_like(outputs)
        d_outputs[last], d_readout = self.readout.backward(outputs[last], d_a)
        return self.layer.backward(tape, d_outputs).parameters | d_readout


def run(cell: dict) -> dict:
    """Train one network on one of the two tasks.

    Returns:
        the number of weights; the mean squared error of always saying the mean, on the held-out
        sequences; curves over the checks (mean squared error, share right); `stopped_at`, the
        training sequence at which the rule of 1997 was met (None if it was not).
    """
    rng = np.random.default_rng(cell["seed"])
    draw, width = TASKS[cell["task"]]
    adder = Adder(network_of_1997(rng), width, rng=rng)
    optimizer = Adam(adder.parameters, cell["learning_rate"])
    held_out = draw(rng, HELD_OUT, LENGTH)
    curve = {"sequences": [], "error": [], "right": []}
    recent = np.full(SUCCESSIVE, np.inf)  # errors of the last training sequences, as shares of 0.04
    stopped_at = None
    for update in range(1, cell["updates"] + 1):
        batch = draw(rng, cell["batch_size"], LENGTH)
        answers, record = adder.read(batch)
        errors = answers - batch.targets
        gradients = adder.gradients(record, errors / len(errors))
        optimizer.learning_rate = cell["learning_rate"] * (1 - (update - 1) / cell["updates"])
        optimizer.step(clip_by_global_norm(gradients, cell["max_norm"])[0])

        recent = np.concatenate([recent[len(errors) :], np.abs(errors)])
        all_right = recent.max() < TOLERANCE_1997 * width
        if all_right and np.mean(recent**2) < MEAN_ERROR:
            stopped_at = update * cell["batch_size"]
        if update % CHECK_EVERY == 0 or stopped_at:
            errors = adder.read(held_out)[0] - held_out.targets
            curve["sequences"].append(update * cell["batch_size"])
            curve["error"].append(float(f"{np.mean(errors**2):.3g}"))
            curve["right"].append(float(np.mean(np.abs(errors) < TOLERANCE_1997 * width)))
        if stopped_at:
            break
    return {
        "weights": sum(p.size for p in adder.parameters.values()),
        "baseline": round(float(np.var(held_out.targets)), 4),
        "stopped_at": stopped_at,
        "curve": curve,
    }


if __name__ == "__main__":
    runner.main("adding1997", CELLS, run, QUICK, packages=PACKAGES)
