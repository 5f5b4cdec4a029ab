import numpy as np
import pytest
import torch

from src.models import LSTMClassifier, initialize_parameters
from src.tasks.texts import LabelledTexts
from src.training.classification import collate, fit_classifier, predict, score, take
from tools.book import ROOT
from tools.normalise import read

VOWELS = "aeiou"


def words(seed, count):
    """Words of a-j whose class is whether they begin with a vowel."""
    rng = np.random.default_rng(seed)
    texts = ["".join(rng.choice(list("abcdefghij"), rng.integers(2, 7))) for _ in range(count)]
    return LabelledTexts(texts, np.array([int(text[0] in VOWELS) for text in texts]))


def new_model():
    return initialize_parameters(LSTMClassifier(11, 8, 8, 2), np.random.default_rng(1))


def test_collate_and_take():
    examples = collate(LabelledTexts(["ab", "cab", "ba"], np.array([0, 1, 1])), "abc")
    assert examples.tokens.tolist() == [[1, 2, 0], [3, 1, 2], [2, 1, 0]]
    tokens, labels = take(examples, np.array([0, 2]))
    assert tokens.tolist() == [[1, 2], [2, 1]]
    assert labels.tolist() == [0, 1]


def test_predictions_come_in_the_order_of_the_data():
    examples, model = collate(words(0, 40), "abcdefghij"), new_model().eval()
    logits = predict(model, examples, batch_size=7)
    assert logits.shape == (40, 2)
    for n in (0, 13, 39):
        alone = model(examples.tokens[n : n + 1, : examples.lengths[n]])
        np.testing.assert_allclose(logits[n], alone[0].detach().numpy(), atol=1e-6)


def test_equal_lengths_and_packing_give_the_same_logits():
    examples, model = collate(words(0, 40), "abcdefghij"), new_model().eval()
    with torch.no_grad():
        packed = model(examples.tokens, examples.lengths)
    np.testing.assert_allclose(predict(model, examples), packed.numpy(), atol=1e-6)


def test_it_learns_a_rule_about_the_first_letter():
    model, train, validation = new_model(), words(0, 400), words(1, 100)
    history = fit_classifier(
        model,
        collate(train, "abcdefghij"),
        validated := collate(validation, "abcdefghij"),
        epochs=4,
        batch_size=16,
        learning_rate=2e-2,
        rng=np.random.default_rng(0),
    )
    assert len(history.scores) == 4
    assert score(model, validated) == max(history.scores) > 0.95


def test_settings_reach_fit():
    examples = collate(words(0, 20), "abcdefghij")
    with pytest.raises(ValueError, match="max_norm must be above 0"):
        fit_classifier(
            new_model(),
            examples,
            examples,
            epochs=1,
            batch_size=4,
            rng=np.random.default_rng(0),
            max_norm=0.0,
        )


def test_the_loop_that_the_chapter_prints_is_the_librarys():
    """The same seed, the same weights: there is no magic in `fit`."""
    cells = [c.source for c in read(ROOT / "book/4-pytorch/classify.ipynb").cells]
    (imports,) = (c for c in cells if c.rstrip().endswith("start_chapter()"))
    (loop,) = (c for c in cells if "def train_by_hand(" in c)
    chapter: dict = {}
    exec(imports.removesuffix("start_chapter()") + "\n" + loop, chapter)  # our own notebook
    train, validation = (collate(words(s, n), "abcdefghij") for s, n in ((0, 120), (1, 50)))
    settings = {"epochs": 2, "batch_size": 16, "learning_rate": 1e-2}
    found = []
    for train_with in (chapter["train_by_hand"], fit_classifier):
        model = new_model()
        train_with(model, train, validation, rng=np.random.default_rng(2), **settings)
        found.append(torch.cat([p.detach().ravel() for p in model.parameters()]))
    torch.testing.assert_close(*found, rtol=0, atol=1e-6)
    assert (found[0] - torch.cat([p.detach().ravel() for p in new_model().parameters()])).any()
