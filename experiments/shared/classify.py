"""One cell of the classification experiments: a model, a task, a number of training texts."""

from typing import Any

import numpy as np

from experiments.shared.schema import epoch_curve
from src.evaluation.baselines import NGramClassifier
from src.models import GRUClassifier, LSTMClassifier, initialize_parameters
from src.results import RESULTS, save_weights
from src.training.classification import collate, fit_classifier, score

MODELS = {"LSTM": LSTMClassifier, "GRU": GRUClassifier}


def n_grams(longest: int, C: float, texts: int) -> dict:
    """Settings of a bag of letter n-grams trained on the first `texts` training texts."""
    cell_id = f"ngrams-{texts}-{longest}-{C}"
    return {"id": cell_id, "model": "n-grams", "texts": texts, "longest": longest, "C": C}


def recurrent(
    model: str, texts: int, seed: int, hidden_size: int, epochs: int, **settings: float
) -> dict:
    """Settings of an LSTM or a GRU trained on the first `texts` training texts."""
    return {
        "id": f"{model.lower()}-{texts}-{hidden_size}-{seed}",
        "model": model,
        "texts": texts,
        "seed": seed,
        "embed_dim": 32,
        "hidden_size": hidden_size,
        "epochs": epochs,
    } | settings


def run(cell: dict, data: Any, alphabet: str, keep_weights_as: str | None = None) -> dict:
    """Train what the cell says on `data`; return its accuracies and its number of weights.

    Args:
        cell: settings, of `n_grams` or of `recurrent`.
        data: has the labelled texts `train`, `validation` and `test`.
        alphabet: the characters that occur in them.
        keep_weights_as: name under experiments/results for the trained weights.
    """
    train = data.train.first(cell["texts"])
    if cell["model"] == "n-grams":
        baseline = NGramClassifier(cell["longest"], cell["C"]).fit(train)
        return {
            "weights": baseline.weights,
            "validation": baseline.score(data.validation),
            "test": baseline.score(data.test),
        }
    rng = np.random.default_rng(cell["seed"])
    classes = int(data.test.labels.max()) + 1
    sizes = (1 + len(alphabet), cell["embed_dim"], cell["hidden_size"], classes)
    model = initialize_parameters(MODELS[cell["model"]](*sizes), rng)
    history = fit_classifier(
        model,
        collate(train, alphabet),
        collate(data.validation, alphabet),
        epochs=cell["epochs"],
        batch_size=cell["batch_size"],
        learning_rate=cell["learning_rate"],
        rng=rng,
        progress=True,
    )
    if keep_weights_as:
        save_weights(RESULTS / f"{keep_weights_as}.safetensors", model)
    return {
        "weights": sum(parameter.numel() for parameter in model.parameters()),
        "curve": epoch_curve(history.losses, history.scores),
        "best_update": history.best_update,
        "validation": max(history.scores),
        "test": score(model, collate(data.test, alphabet)),
    }
