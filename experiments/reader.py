"""A small LSTM and a small GRU that read English words letter by letter, to look inside them.

`python -m experiments.reader` trains one network of 24 units, one direction, of each kind on the
stress patterns of CMUdict (well under a minute on one core), and writes weights and accuracy to
`experiments/results/reader.safetensors` and `reader.json` (the LSTM), `reader-gru.safetensors` and
`reader-gru.json`. A network whose result is there is not trained again. The chapters "Open the
LSTM cell" and "Open the GRU cell" read words with them.
"""

import json
import os
import platform
import sys
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save
from torch import nn

from src.models.initialization import initialize_parameters
from src.tasks.batches import endless_batches, equal_length_batches
from src.tasks.stress import LETTERS, NUM_CLASSES, encode, load_stress
from src.training.fit import fit

RESULTS = Path(__file__).parent / "results"
NAMES = {"lstm": "reader", "gru": "reader-gru"}
LAYERS = {"lstm": nn.LSTM, "gru": nn.GRU}
FORGET_BIAS = {"lstm": 1.0, "gru": None}  # a GRU has no such bias
HIDDEN_SIZE = 24
STEPS = 6000
BATCH_SIZE = 256
SEED = 0


class Reader(nn.Module):
    """One recurrent layer over one-hot letters, and a linear layer on its last hidden state.

    Args:
        kind: "lstm" or "gru", which is also what the layer's weights are called.
    """

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.add_module(kind, LAYERS[kind](len(LETTERS), HIDDEN_SIZE, batch_first=True))
        self.fc = nn.Linear(HIDDEN_SIZE, NUM_CLASSES)

    def forward(self, tokens):
        """Logits (B, 12) of tokens (B, T) from 1 (a) to 26 (z), all of one length."""
        letters = nn.functional.one_hot(tokens - 1, len(LETTERS)).float()
        outputs, _ = self.get_submodule(self.kind)(letters)
        return self.fc(outputs[:, -1])


def main():
    """Train what is missing."""
    torch.set_num_threads(1)
    for kind, name in NAMES.items():
        if (RESULTS / f"{name}.json").exists():
            print(f"{name}: done before")
        else:
            train(kind, name)


def train(kind, name):
    """Train one network, measure once on the test words, and write both files."""
    started = time.process_time()
    data = load_stress()
    rng = np.random.default_rng(SEED)
    model = initialize_parameters(Reader(kind), rng, forget_bias=FORGET_BIAS[kind])
    tokens, lengths = encode(data.train.texts)
    tokens, labels = torch.from_numpy(tokens), torch.from_numpy(data.train.labels)

    def loss(model, batch):
        return nn.functional.cross_entropy(model(tokens[batch, : lengths[batch[0]]]), labels[batch])

    fit(
        model,
        loss,
        endless_batches(lengths, BATCH_SIZE, np.random.default_rng(SEED + 1)),
        lambda model: accuracy(model, data.validation),
        steps=STEPS,
        rng=np.random.default_rng(SEED + 2),
        learning_rate=1e-2,
        validate_every=500,
        progress=True,
    )
    result = {
        "command": "python -m experiments.reader",
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__,
        },
        "seed": SEED,
        "steps": STEPS,
        "cpu_seconds": round(time.process_time() - started, 1),
        "test_accuracy": accuracy(model, data.test),
        "majority_accuracy": float(np.mean(data.test.labels == 0)),
    }
    write(RESULTS / f"{name}.safetensors", save(model.state_dict()))
    write(RESULTS / f"{name}.json", (json.dumps(result, indent=2) + "\n").encode())
    json.dump(result, sys.stdout, indent=2)


@torch.no_grad()
def accuracy(model, words):
    """The share of a set's words whose pattern the model names."""
    tokens, lengths = encode(words.texts)
    right = 0
    for batch in equal_length_batches(lengths, 1024):
        logits = model(torch.from_numpy(tokens[batch, : lengths[batch[0]]]))
        right += int((logits.argmax(1).numpy() == words.labels[batch]).sum())
    return right / len(words.labels)


def write(path, content):
    """Write a file whole or not at all."""
    part = path.with_suffix(path.suffix + ".part")
    part.write_bytes(content)
    os.replace(part, path)


if __name__ == "__main__":
    main()
