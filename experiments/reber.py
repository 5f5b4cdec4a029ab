"""Embedded Reber in NumPy: LSTM, GRU and plain RNN of about the same number of weights.

Ten seeds each, with 256 and with 1,024 training strings (about three minutes on one core); the GRU
with the reset before and after the product. The weights of the ten LSTMs and GRUs with 1,024
strings are kept, as they are after the last step. The chapters "Teach it a grammar" and "Train
a GRU by hand" draw their curves from the one and look inside the others.
"""

from functools import partial

import numpy as np
from safetensors.numpy import load_file, save_file

from experiments.shared import runner
from src.equations import RNN, Adam, clip_by_global_norm
from src.equations.crossentropy import sequence_cross_entropy
from src.equations.fast import FastGRU, FastLSTM
from src.equations.readout import Linear
from src.results import RESULTS
from src.tasks.reber import ReberBatch, draw_split, encode, predicts_every_legal_symbol

PACKAGES = ("numpy",)  # what the numbers depend on
MODELS = {  # how to make the layer, and its hidden units
    "LSTM": (FastLSTM.initialize, 16),
    "RNN": (RNN.initialize, 36),
    "GRU-before": (partial(FastGRU.initialize, reset_after=False), 19),
    "GRU-after": (partial(FastGRU.initialize, reset_after=True), 19),
}
SETTINGS = {"updates": 1000, "batch_size": 32, "learning_rate": 0.01, "max_norm": 1.0}
TEST_STRINGS = 256
CHECK_EVERY = 25
STORED = {"LSTM": "reber", "GRU-before": "reber-gru-before", "GRU-after": "reber-gru-after"}

CELLS = [
    {
        "id": f"{model.lower()}-{train_strings}-{seed}",
        "model": model,
        "train_strings": train_strings,
        "seed": seed,
        **SETTINGS,
    }
    for train_strings in (1024, 256)
    for model in MODELS
    for seed in range(10)
]
QUICK = {
    "id": "quick",
    "model": "LSTM",
    "train_strings": 1024,
    "seed": 0,
    **SETTINGS,
    "updates": 100,
}


def run(cell: dict) -> dict:
    """Train one network on next-symbol prediction, and judge it at every check.

    Returns:
        `solved_at`, the first check at which every training and every test string is predicted
        (None if there is none), and curves over the checks: the loss on the test strings, the
        share of them whose last letter but one is predicted (`memory`), and the share of them
        of which every other letter is (`grammar`).
    """
    rng = np.random.default_rng(cell["seed"])
    train, test = map(encode, draw_split(rng, cell["train_strings"], TEST_STRINGS))
    initialize, hidden_size = MODELS[cell["model"]]
    net = initialize(7, hidden_size, rng=rng)
    readout = Linear.initialize(hidden_size, 7, rng=rng)
    parameters = net.parameters | readout.parameters
    optimizer = Adam(parameters, cell["learning_rate"])

    def logits_of(batch: ReberBatch) -> tuple:
        outputs, _, tape = net.forward(batch.inputs, lengths=batch.lengths)
        return readout.forward(outputs), outputs, tape

    curve = {"updates": [], "loss": [], "memory": [], "grammar": []}
    solved_at = None
    for update in range(1, cell["updates"] + 1):
        chosen = rng.choice(cell["train_strings"], cell["batch_size"], replace=False)
        batch = ReberBatch(*(array[chosen] for array in train))
        logits, outputs, tape = logits_of(batch)
        _, d_logits = sequence_cross_entropy(logits, batch.targets, batch.lengths)
        d_outputs, d_readout = readout.backward(outputs, d_logits)
        gradients = net.backward(tape, d_outputs).parameters | d_readout
        optimizer.step(clip_by_global_norm(gradients, cell["max_norm"])[0])

        if update % CHECK_EVERY == 0:
            logits, _, _ = logits_of(test)
            loss, _ = sequence_cross_entropy(logits, test.targets, test.lengths)
            memory, grammar = judge_apart(logits, test)
            curve["updates"].append(update)
            curve["loss"].append(round(loss, 4))
            curve["memory"].append(float(memory.mean()))
            curve["grammar"].append(float(grammar.mean()))
            if solved_at is None and (memory & grammar).all():
                logits, _, _ = logits_of(train)
                if predicts_every_legal_symbol(logits, train).all():
                    solved_at = update
    full_run = cell["train_strings"] == 1024 and cell["updates"] == SETTINGS["updates"]
    if full_run and cell["model"] in STORED:
        path = RESULTS / f"{STORED[cell['model']]}.safetensors"
        others = load_file(path) if path.exists() else {}
        save_file(others | {f"{cell['seed']}/{k}": v for k, v in parameters.items()}, path)
    return {
        "weights": sum(array.size for array in parameters.values()),
        "solved_at": solved_at,
        "curve": curve,
    }


def judge_apart(logits: np.ndarray, batch: ReberBatch) -> tuple[np.ndarray, ...]:
    """Which strings' last letter but one is predicted, and which strings' every other letter.

    The step before the last predicts the last letter but one. Either judgement leaves out the
    other's steps by calling every letter legal there.

    Returns:
        (memory, grammar): each bool (B,).
    """
    needs_memory = np.arange(logits.shape[1]) == batch.lengths[:, None] - 2
    return tuple(
        predicts_every_legal_symbol(logits, batch._replace(legal=batch.legal | free[:, :, None]))
        for free in (~needs_memory, needs_memory)
    )


if __name__ == "__main__":
    runner.main(
        "reber", CELLS, run, QUICK, packages=PACKAGES, side_by_side=False
    )  # they share files
