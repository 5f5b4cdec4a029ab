"""Networks that read endless streams: their gradient, their training, and what is measured."""

import numpy as np
import pytest

from src.equations import LSTM, gradient_check
from src.equations.crossentropy import sequence_cross_entropy
from src.equations.history.lstm2000 import LSTM2000
from src.tasks.continual import predicts_legal, stream_windows
from src.training.continual import (
    LONGEST_STRING,
    StreamNetwork,
    read_streams,
    separate_strings,
    train_on_streams,
    train_with_resets,
)


def network(seed=0, hidden_size=3):
    rng = np.random.default_rng(seed)
    return StreamNetwork(LSTM.initialize(7, hidden_size, rng=rng), rng=rng, bound=1.0)


def test_the_gradient_of_a_window_is_right_and_stops_at_its_start():
    net = network()
    windows = stream_windows(np.random.default_rng(0), 2, 5)
    _, state, _ = net.read(next(windows).inputs)  # whatever it is, it is a constant from here on
    w, lengths = next(windows), np.array([5, 5])

    def loss_at(point):
        for name, value in point.items():
            net.parameters[name][...] = value
        return sequence_cross_entropy(net.read(w.inputs, state)[0], w.targets, lengths)[0]

    point = {name: value.copy() for name, value in net.parameters.items()}
    logits, _, record = net.read(w.inputs, state)
    _, d_logits = sequence_cross_entropy(logits, w.targets, lengths)
    gradient = net.gradients(record, d_logits)
    assert gradient_check(loss_at, point, gradient).passed


def test_training_lowers_the_loss_and_changes_the_layer_in_place():
    net = network(hidden_size=8)
    before = net.layer.parameters["weight_hh"].copy()
    curve = train_on_streams(net, rng=np.random.default_rng(0), updates=200, validate_every=50)
    assert curve.updates == [50, 100, 150, 200]
    assert curve.loss[-1] < 0.8 * np.log(7)
    assert curve.legal[-1] > curve.legal[0]
    assert np.abs(net.layer.parameters["weight_hh"] - before).max() > 0.1
    assert net.parameters["weight_hh"] is net.layer.parameters["weight_hh"]


def test_training_with_resets_lowers_the_loss():
    net = network(hidden_size=8)
    curve = train_with_resets(net, rng=np.random.default_rng(0), updates=100, validate_every=100)
    assert curve.loss[-1] < 0.8 * np.log(7)


def test_frozen_rows_stay_as_they_are():
    rng = np.random.default_rng(0)
    p = {
        "weight_ih": rng.standard_normal((10, 7)),
        "weight_hh": rng.standard_normal((10, 4)),
        "bias": rng.standard_normal(6),
    }
    before = {name: value.copy() for name, value in p.items()}
    net = StreamNetwork(LSTM2000(p, blocks=2), rng=rng)
    train_on_streams(net, rng=rng, updates=3, frozen_rows=slice(2, 4))
    for name, value in p.items():
        np.testing.assert_array_equal(value[2:4], before[name][2:4])
        assert np.abs(value[:2] - before[name][:2]).min() > 1e-4


def test_separate_strings_are_whole_strings_from_their_first_letter():
    batch, lengths = separate_strings(np.random.default_rng(0), 2000)
    assert batch.starts[:, 0].all()
    within = np.arange(LONGEST_STRING) < lengths[:, None]
    assert (batch.starts & within).sum() == len(lengths)
    whole = lengths < LONGEST_STRING
    assert whole.mean() > 1 - 1 / 500
    assert ((batch.needs_memory & within).sum(axis=1)[whole] == 1).all()
    ends = batch.inputs[np.arange(2000), lengths - 1].argmax(axis=1)
    assert (ends[whole] == 6).all()  # the E


def test_reading_carries_the_state_from_window_to_window():
    net = network()
    reading = read_streams(net, rng=np.random.default_rng(5), batch_size=2, steps=60, every=20)
    assert reading.right.shape == reading.needs_memory.shape == (2, 60)
    assert reading.states.shape == (2, 3, 3)
    whole = next(stream_windows(np.random.default_rng(5), 2, 20))
    _, (_, C), _ = net.read(whole.inputs)
    np.testing.assert_allclose(reading.states[:, 0], C, atol=1e-12)
    with pytest.raises(ValueError, match="multiple of every = 20"):
        read_streams(net, rng=np.random.default_rng(5), batch_size=2, steps=50, every=20)


def test_the_curve_tells_the_letters_that_need_memory_from_all_letters():
    w = next(stream_windows(np.random.default_rng(5), 16, 25))
    right = predicts_legal(network().read(w.inputs)[0], w.legal)
    needed = w.needs_memory
    assert right[needed].mean() != right.mean(), "else this test could not fail"
    settings = {"updates": 1, "validate_every": 1, "batch_size": 16, "window": 25}
    curve = train_on_streams(network(), rng=np.random.default_rng(5), **settings)
    assert curve.memory == [pytest.approx(right[needed].mean())]
    assert curve.legal == [pytest.approx(right.mean())]
