"""Train an LSTM and a plain RNN, in NumPy, to predict embedded Reber strings.

`python -m experiments.reber` makes forty runs of 1,000 steps: both cells at about the same number
of weights, 256 and 1,024 training strings, ten seeds (about a minute on one core). Each
finished run goes into `experiments/results/reber.json` at once, and a run that is there is not
repeated. The weights of one LSTM go into `reber.safetensors`. The chapter "Train an LSTM by hand"
draws its curves from the one and looks inside the other.
"""

import json
import os
import platform
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from src.equations import LSTM, RNN, Adam, clip_by_global_norm
from src.equations.crossentropy import sequence_cross_entropy
from src.figures import limit_threads
from src.tasks.reber import draw_split, encode, predicts_every_legal_symbol

RESULTS = Path(__file__).parent / "results"
CELLS = {"LSTM": (LSTM, 16), "RNN": (RNN, 36)}  # the cell and its hidden units
TRAIN_STRINGS = (1024, 256)
SEEDS = range(10)
SETTINGS = {
    "steps": 1000,
    "batch_size": 32,
    "learning_rate": 0.01,
    "max_norm": 1.0,
    "test_strings": 256,
    "check_every": 25,
}
STORED = ("LSTM", 1024, 0)  # the run whose weights are kept, as they are after the last step


def main():
    """Make the runs that are missing, and store each as soon as it is finished."""
    limit_threads(1)
    path = RESULTS / "reber.json"
    result = json.loads(path.read_text()) if path.exists() else {"runs": []}
    result = {
        "command": "python -m experiments.reber",
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "settings": SETTINGS,
        "runs": result["runs"],
    }
    finished = {(run["cell"], run["train_strings"], run["seed"]) for run in result["runs"]}
    for key in ((cell, size, seed) for size in TRAIN_STRINGS for cell in CELLS for seed in SEEDS):
        if key in finished:
            continue
        run, parameters = train(*key)
        if key == STORED:
            write(RESULTS / "reber.safetensors", save(parameters))
        result["runs"].append(run)
        write(path, (json.dumps(result, indent=1) + "\n").encode())
        print(*key, "solved at", run["solved_at"], f"({run['cpu_seconds']} s)", flush=True)


def train(cell, train_strings, seed):
    """Train one network on next-symbol prediction, and judge it at every check.

    Returns:
        (run, parameters). In run, `solved_at` is the first check at which every training and
        every test string is predicted (None if there is none). In its curve, `memory` is the
        share of test strings whose last letter but one is predicted, `grammar` the share of
        those of which every other letter is.
    """
    rng = np.random.default_rng(seed)
    train_set, test_set = map(encode, draw_split(rng, train_strings, SETTINGS["test_strings"]))
    layer, hidden_size = CELLS[cell]
    net = layer.initialize(7, hidden_size, rng=rng)
    bound = 1 / np.sqrt(hidden_size)
    parameters = net.parameters | {
        "weight_out": rng.uniform(-bound, bound, (7, hidden_size)),
        "bias_out": np.zeros(7),
    }
    optimizer = Adam(parameters, SETTINGS["learning_rate"])

    def logits_of(batch):
        outputs, _, tape = net.forward(batch.inputs, lengths=batch.lengths)
        return outputs, tape, outputs @ parameters["weight_out"].T + parameters["bias_out"]

    started = time.process_time()
    curve = {"step": [], "loss": [], "memory": [], "grammar": []}
    solved_at = None
    for step in range(1, SETTINGS["steps"] + 1):
        chosen = rng.choice(train_strings, SETTINGS["batch_size"], replace=False)
        batch = type(train_set)(*(array[chosen] for array in train_set))
        outputs, tape, logits = logits_of(batch)
        _, d_logits = sequence_cross_entropy(logits, batch.targets, batch.lengths)
        gradients = net.backward(tape, d_logits @ parameters["weight_out"]).parameters | {
            "weight_out": np.einsum("btv,bth->vh", d_logits, outputs),
            "bias_out": d_logits.sum(axis=(0, 1)),
        }
        optimizer.step(clip_by_global_norm(gradients, SETTINGS["max_norm"])[0])

        if step % SETTINGS["check_every"] == 0:
            logits = logits_of(test_set)[2]
            curve["step"].append(step)
            curve["loss"].append(
                round(sequence_cross_entropy(logits, test_set.targets, test_set.lengths)[0], 4)
            )
            memory, grammar = judge_apart(logits, test_set)
            curve["memory"].append(float(memory.mean()))
            curve["grammar"].append(float(grammar.mean()))
            if solved_at is None and (memory & grammar).all():
                train_logits = logits_of(train_set)[2]
                if predicts_every_legal_symbol(train_logits, train_set).all():
                    solved_at = step
    run = {
        "cell": cell,
        "hidden_size": hidden_size,
        "weights": sum(p.size for p in parameters.values()),
        "train_strings": train_strings,
        "seed": seed,
        "solved_at": solved_at,
        "cpu_seconds": round(time.process_time() - started, 1),
        "curve": curve,
    }
    return run, parameters


def judge_apart(logits, batch):
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


def write(path, content):
    """Write a file whole or not at all."""
    part = path.with_suffix(path.suffix + ".part")
    part.write_bytes(content)
    os.replace(part, path)


if __name__ == "__main__":
    main()
