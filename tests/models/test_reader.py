"""The stored readers, in NumPy."""

import numpy as np
import pytest

from src.models.reader import load_reader
from src.results import load_result
from src.tasks.stress import encode, load_stress


@pytest.mark.parametrize("kind", ["lstm", "gru"])
def test_it_names_as_many_patterns_as_the_experiment_says(kind):
    layer, readout = load_reader(kind)
    test = load_stress().test
    tokens, lengths = encode(test.texts)
    _, state, _ = layer.forward(np.eye(27)[tokens][:, :, 1:], lengths=lengths)
    h = state[0] if kind == "lstm" else state
    right = np.mean(readout.forward(h).argmax(1) == test.labels)
    (run,) = (run for run in load_result("reader")["runs"] if run["cell"]["kind"] == kind)
    assert right == pytest.approx(run["test_accuracy"], abs=2e-3)


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match="kind must be one of lstm, gru, got 'rnn'"):
        load_reader("rnn")
