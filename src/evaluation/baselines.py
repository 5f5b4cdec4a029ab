"""The honest opponent of a recurrent classifier: letter n-grams and logistic regression."""

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from src.tasks.texts import LabelledTexts


class NGramClassifier:
    """Logistic regression on which letter n-grams a text contains.

    A text is reduced to the *set* of its n-grams: their order and number are lost. A space at
    either end of each word is a letter too, so " ph" says that a word begins so.

    Args:
        longest: n runs from 1 to this.
        C: scikit-learn's inverse strength of the L2 penalty.
    """

    def __init__(self, longest: int, C: float = 1.0):
        self._vectorizer = CountVectorizer(
            analyzer="char_wb", ngram_range=(1, longest), binary=True
        )
        self._regression = LogisticRegression(C=C, max_iter=500, tol=1e-3)

    def fit(self, labelled: LabelledTexts) -> "NGramClassifier":
        """Learn the vocabulary of n-grams and the weights; return self."""
        features = self._vectorizer.fit_transform(labelled.texts)
        self._regression.fit(features, labelled.labels)
        return self

    def predict(self, texts: list[str]) -> np.ndarray:
        """Give the class of each text: (N,) int."""
        return self._regression.predict(self._vectorizer.transform(texts))

    def logits(self, texts: list[str]) -> np.ndarray:
        """Give the score of every class for each text: (N, C), for three classes or more."""
        return self._regression.decision_function(self._vectorizer.transform(texts))

    def score(self, labelled: LabelledTexts) -> float:
        """Return the fraction of texts whose class is right."""
        return float((self.predict(labelled.texts) == labelled.labels).mean())

    @property
    def weights(self) -> int:
        """Number of trained weights: one per n-gram and class, and a bias per class."""
        return self._regression.coef_.size + self._regression.intercept_.size
