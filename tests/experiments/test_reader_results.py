"""The readers' committed weights score what their results say."""

import numpy as np
import pytest

from experiments import reader
from src.tasks.stress import load_stress
from src.training.results import load_result, load_weights


@pytest.mark.parametrize(("kind", "name"), reader.NAMES.items())
def test_the_committed_weights_score_what_the_result_says(kind, name):
    test = load_stress().test
    model = load_weights(reader.Reader(kind), name)
    result = load_result(name)
    assert reader.accuracy(model, test) == pytest.approx(result["test_accuracy"], abs=1e-3)
    assert result["majority_accuracy"] == np.mean(test.labels == 0)


def test_a_reader_that_is_there_is_not_trained_again(monkeypatch, capsys):
    monkeypatch.setattr(reader, "train", None)
    reader.main()
    assert capsys.readouterr().out.split("\n")[:2] == [
        "reader: done before",
        "reader-gru: done before",
    ]
