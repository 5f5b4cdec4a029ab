import numpy as np

from src.evaluation.baselines import NGramClassifier
from src.tasks.texts import LabelledTexts

TRAIN = LabelledTexts(
    ["under", "undo", "run", "sun"] * 5, np.array([1, 1, 0, 0] * 5)
)  # class 1: the word begins with "un"


def test_it_learns_from_word_beginnings():
    model = NGramClassifier(3).fit(TRAIN)
    assert model.predict(["unit", "bun"]).tolist() == [1, 0]
    assert model.score(TRAIN) == 1.0


def test_it_cannot_see_the_order_of_words():
    model = NGramClassifier(4).fit(TRAIN)
    features = model._vectorizer.transform(["one two three", "three two one"]).toarray()
    assert (features[0] == features[1]).all()


def test_it_counts_its_weights():
    model = NGramClassifier(1).fit(LabelledTexts(["ab", "b", "c"], np.array([0, 1, 2])))
    assert model.weights == (4 + 1) * 3  # the letters a, b, c and the space; a bias


def test_its_answer_is_the_class_of_the_largest_logit():
    labelled = LabelledTexts(["ab", "ba", "cc", "ca"] * 5, np.array([0, 1, 2, 1] * 5))
    model = NGramClassifier(2).fit(labelled)
    logits = model.logits(labelled.texts)
    assert logits.shape == (20, 3)
    assert logits.argmax(1).tolist() == model.predict(labelled.texts).tolist()
