"""The five tasks on which LSTM and GRU are compared, one function each, and how a run is made.

LSTM and GRU of a task have the same number of weights, to within one per cent. Runs of the same
seed are pairs: they see the same data in the same order. Only the initial weights cannot be equal,
since their shapes are not.
"""

from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import count
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, mse_loss

from src.models import GRUClassifier, LSTMClassifier, initialize_parameters
from src.tasks.adding import adding_modern
from src.tasks.batches import endless_batches
from src.tasks.digits import Digits, load_digit_sequences
from src.tasks.reber import ReberBatch, draw_split, encode, predicts_every_legal_symbol
from src.tasks.stress import LETTERS, load_stress
from src.tasks.sunspots import Windows, load_sunspots, rmse
from src.training import fit, warm_up_then_decay
from src.training.classification import Examples, collate, score, take

LAYERS = {"LSTM": nn.LSTM, "GRU": nn.GRU}
CLASSIFIERS = {"LSTM": LSTMClassifier, "GRU": GRUClassifier}
ADDING_STEPS = 200
STRESS_WORDS = 8_000
BATCH_SIZE = 32  # words have 128, as in the chapter that classifies them
MAX_NORM = 1.0


class StepReader(nn.Module):
    """One recurrent layer, and a linear layer that reads every state: (B, T, D) -> (B, T, O)."""

    def __init__(self, layer: type, input_size: int, output_size: int, hidden_size: int):
        super().__init__()
        self.recurrent = layer(input_size, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size, output_size)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.recurrent(x)[0])


class Problem(NamedTuple):
    """What `fit` needs besides a model."""

    loss: Callable[[nn.Module, tuple[Tensor, ...]], Tensor]
    batches: Iterator[tuple[Tensor, ...]]
    score: Callable[[nn.Module], float]  # on validation data, higher is better
    test: Callable[[nn.Module], float] | None  # None: it counts when the task is solved


class Task(NamedTuple):
    """A task and its settings."""

    problem: Callable[[np.random.Generator], Problem]
    model: Callable[[str, int], nn.Module]  # from "LSTM" or "GRU" and a hidden size
    sizes: dict[str, int]  # hidden sizes with which both have the same number of weights
    updates: int  # at most
    validate_every: int
    solved_above: float | None = None  # the score at which the task is solved


def step_reader(input_size: int, output_size: int) -> Callable[[str, int], nn.Module]:
    """How to make a `StepReader` with a layer of a given kind and size."""
    return lambda kind, size: StepReader(LAYERS[kind], input_size, output_size, size)


def word_reader(kind: str, hidden_size: int) -> nn.Module:
    """Two bidirectional layers, as in the chapter that classifies words."""
    return CLASSIFIERS[kind](1 + len(LETTERS), 32, hidden_size, 12)


def adding(rng: np.random.Generator) -> Problem:
    """The adding problem of today, 200 steps; solved: mean squared error below 0.01."""

    def draw(batch_size: int) -> tuple[Tensor, ...]:
        batch = adding_modern(rng, batch_size, ADDING_STEPS)
        return tuple(torch.from_numpy(a.astype(np.float32)) for a in (batch.inputs, batch.targets))

    def loss(model: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        inputs, sums = batch
        return mse_loss(model(inputs)[:, -1, 0], sums)

    held_out = draw(256)
    return Problem(
        loss, (draw(BATCH_SIZE) for _ in count()), lambda model: -loss(model, held_out).item(), None
    )


def reber(rng: np.random.Generator) -> Problem:
    """Embedded Reber, 1,024 strings; solved: every letter of these and of 256 more is predicted."""
    train, test = map(encode, draw_split(rng, 1024, 256))

    def tensors(batch: ReberBatch, rows: np.ndarray) -> tuple[Tensor, ...]:
        within = np.arange(batch.inputs.shape[1]) < batch.lengths[rows, None]
        letters = np.where(within, batch.targets[rows].argmax(axis=2), -100)  # -100: no letter
        return torch.from_numpy(batch.inputs[rows].astype(np.float32)), torch.from_numpy(letters)

    def loss(model: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        inputs, letters = batch
        return cross_entropy(model(inputs).flatten(0, 1), letters.flatten())

    def predicted(model: nn.Module, batch: ReberBatch) -> float:
        logits = model(torch.from_numpy(batch.inputs.astype(np.float32))).numpy()
        return float(predicts_every_legal_symbol(logits, batch).mean())

    def share(model: nn.Module) -> float:
        """Of the held-out strings; they are the first to ask, and mostly the last."""
        held_out = predicted(model, test)
        return held_out if held_out < 1 else predicted(model, train)

    rows = (rng.choice(1024, BATCH_SIZE, replace=False) for _ in count())
    return Problem(loss, (tensors(train, chosen) for chosen in rows), share, None)


def digits(rng: np.random.Generator) -> Problem:
    """Digits pixel by pixel, 64 steps; each seed draws its own split."""
    train, validation, test = load_digit_sequences(rng)

    def loss(model: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        inputs, labels = batch
        return cross_entropy(model(inputs)[:, -1], labels)

    @torch.no_grad()
    def accuracy(model: nn.Module, part: Digits) -> float:
        classes = model(torch.from_numpy(part.inputs))[:, -1].argmax(dim=1).numpy()
        return float(np.mean(classes == part.labels))

    rows = (rng.choice(len(train.labels), BATCH_SIZE, replace=False) for _ in count())
    batches = (tuple(map(torch.from_numpy, (train.inputs[r], train.labels[r]))) for r in rows)
    return Problem(loss, batches, partial(accuracy, part=validation), partial(accuracy, part=test))


def sunspots(rng: np.random.Generator) -> Problem:
    """Next year's sunspots from 32 years; the score is minus the error of the forecasts."""
    train, validation, test = load_sunspots()

    def tensor(array: np.ndarray) -> Tensor:
        return torch.from_numpy(array.astype(np.float32))

    def forecast(model: nn.Module, inputs: np.ndarray) -> Tensor:
        return model(inputs[..., None])[:, -1, 0]

    def loss(model: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        inputs, targets = batch
        return mse_loss(forecast(model, inputs), targets)

    @torch.no_grad()
    def error(model: nn.Module, part: Windows) -> float:
        return rmse(forecast(model, tensor(part.inputs)).numpy(), part)

    rows = (rng.choice(len(train.targets), BATCH_SIZE, replace=False) for _ in count())
    batches = ((tensor(train.inputs[r]), tensor(train.targets[r])) for r in rows)
    return Problem(
        loss, batches, lambda model: -error(model, validation), partial(error, part=test)
    )


@cache
def stress_examples(words: int) -> tuple[Examples, ...]:
    """The first so many training words, at most half as many to validate, and all test words."""
    data = load_stress()
    parts = data.train.first(words), data.validation.first(words // 2), data.test
    return tuple(collate(part, LETTERS) for part in parts)


def stress(rng: np.random.Generator, words: int = STRESS_WORDS, batch_size: int = 128) -> Problem:
    """Stress patterns of English words, from their letters."""
    train, validation, test = stress_examples(words)

    def loss(model: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        tokens, labels = batch
        return cross_entropy(model(tokens), labels)

    batches = (take(train, rows) for rows in endless_batches(train.lengths, batch_size, rng))
    return Problem(
        loss, batches, partial(score, examples=validation), partial(score, examples=test)
    )


TASKS = {
    "adding": Task(adding, step_reader(2, 1), {"LSTM": 37, "GRU": 43}, 2500, 50, -0.01),
    "reber": Task(reber, step_reader(7, 7), {"LSTM": 23, "GRU": 27}, 1000, 10, 1.0),
    "digits": Task(digits, step_reader(1, 10), {"LSTM": 32, "GRU": 37}, 1000, 100),
    "sunspots": Task(sunspots, step_reader(1, 1), {"LSTM": 18, "GRU": 21}, 600, 25),
    "stress": Task(stress, word_reader, {"LSTM": 48, "GRU": 56}, 800, 100),
}


def weights(model: nn.Module) -> int:
    """How many numbers are trained."""
    return sum(parameter.numel() for parameter in model.parameters())


def cell(name: str, model: str, seed: int, learning_rate: float, **settings: float) -> dict:
    """The settings of one run; updates and hidden size are the task's unless given."""
    task = TASKS[name]
    settings = {"hidden_size": task.sizes[model], "updates": task.updates} | settings
    size, updates = settings["hidden_size"], settings["updates"]
    return {
        "id": f"{name}-{model.lower()}-{size}-{updates}-{learning_rate:g}-{seed}",
        "task": name,
        "model": model,
        "seed": seed,
        "learning_rate": learning_rate,
    } | settings


def run(cell: dict) -> dict:
    """Train one model on one task."""
    task = TASKS[cell["task"]]
    problem = task.problem(np.random.default_rng([cell["seed"], 1]))
    return train(cell, task.model(cell["model"], cell["hidden_size"]), problem, task)


def train(
    cell: dict,
    model: nn.Module,
    problem: Problem,
    task: Task,
    prepare: Callable[[nn.Module], None] = lambda model: None,
) -> dict:
    """Initialise the model, train it as the cell says, and test the weights best on validation.

    `prepare` may change the initial weights before the training begins.

    A task that is solved or not is trained at a constant rate until it is solved; `solved_at` is
    the number of updates by then. On the others the rate rises and falls over the whole budget.
    """
    initialize_parameters(model, np.random.default_rng([cell["seed"], 2]))
    prepare(model)
    result = {"weights": weights(model)}
    try:
        history = fit(
            model,
            problem.loss,
            problem.batches,
            problem.score,
            updates=cell["updates"],
            rng=np.random.default_rng([cell["seed"], 3]),
            learning_rate=cell["learning_rate"],
            schedule=warm_up_then_decay
            if task.solved_above is None
            else lambda update, updates: 1.0,
            max_norm=MAX_NORM,
            validate_every=min(task.validate_every, cell["updates"] // 4),
            solved_above=task.solved_above,
        )
    except FloatingPointError as error:
        return result | {"failed": str(error)}
    result["validation"] = max(history.scores)
    if task.solved_above is None:
        assert problem.test is not None
        result["test"] = problem.test(model)
    else:
        result["solved_at"] = (
            history.updates[-1] if result["validation"] >= task.solved_above else None
        )
    scores = [float(f"{value:.4g}") for value in history.scores]
    return result | {"curve": {"updates": history.updates, "score": scores}}
