"""The chance that an answer is right: fitted on the development words, true of the test words."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from experiments.pronounce import LONG
from src.pronounce import Pronouncer
from src.pronounce.__main__ import main
from src.pronounce.calibration import INTERCEPT, KEPT, SLOPE, chance, undone_logit
from src.tasks.pronunciation import load_pronunciations


def answered(references):
    """Of all answers to these words: log probability, letters, and whether it is right."""
    rows = [
        (answer.log_prob, len(word), answer.phonemes in references[word])
        for word, answers in zip(
            references, Pronouncer.load().pronounce(list(references)), strict=True
        )
        for answer in answers
    ]
    log_prob, letters, right = np.array(rows, dtype=float).T
    return log_prob, letters, right


def test_what_is_undone_is_the_smoothing_of_the_long_run():
    smoothing, outputs = LONG["label_smoothing"], Pronouncer.load().model.output.out_features
    assert pytest.approx(1 - smoothing + smoothing / outputs) == KEPT


def test_the_constants_are_those_of_the_development_words():
    log_prob, letters, right = answered(load_pronunciations().development)
    fitted = LogisticRegression(C=np.inf).fit(undone_logit(log_prob, letters)[:, None], right)
    assert fitted.intercept_[0] == pytest.approx(INTERCEPT, abs=0.01)
    assert fitted.coef_[0, 0] == pytest.approx(SLOPE, abs=0.01)


def test_of_test_words_as_many_are_right_as_it_says():
    words = dict(list(load_pronunciations().test.items())[:3_000])
    log_prob, letters, right = answered(words)
    said = chance(log_prob, letters)
    assert said.mean() == pytest.approx(right.mean(), abs=0.005)
    for low, high in [(0, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1)]:
        inside = (low <= said) & (said < high)
        assert said[inside].mean() == pytest.approx(right[inside].mean(), abs=0.06)


def test_a_long_word_is_surer_than_its_probability():
    assert chance(-1.0, 12) > chance(-1.0, 4)
    assert 0 < chance(-30.0, 5) < 1e-8
    assert chance(-1e-9, 20) < 0.94


def test_the_command_prints_the_chance(capsys):
    assert main(["photographer"]) == 0
    best = Pronouncer.load().pronounce(["photographer"])[0][0]
    printed = float(capsys.readouterr().out.split()[-1])
    assert printed == pytest.approx(float(chance(best.log_prob, 12)), abs=0.006)
    assert printed > 2 * np.exp(best.log_prob)
