import numpy as np
import pytest

from src.equations.fast import FastGRU
from src.equations.variants import MinGRU
from src.tasks.state_tracking import PARITY, draw_tracking
from src.training.tracking import answers, mean_loss, train_to_track


def parity(rng, batch_size):
    return draw_tracking(rng, PARITY, batch_size, 12)


def test_a_gru_learns_parity_and_stops_there():
    rng = np.random.default_rng(0)
    layer = FastGRU.initialize(2, 16, rng=rng)
    run = train_to_track(layer, parity, 2, rng=rng, updates=600, validate_every=50)
    assert run.solved_at == run.updates[-1] < 600
    assert run.accuracies[-1] > 0.999
    assert run.losses[-1] < run.losses[0]
    inputs, targets = parity(np.random.default_rng(5), 200)
    assert np.mean(answers(layer, run.readout, inputs).argmax(axis=2) == targets) > 0.99


def test_what_does_not_learn_makes_all_its_updates():
    rng = np.random.default_rng(0)
    layer = MinGRU.initialize(2, 8, rng=rng)
    before = layer.parameters["weight_ih"].copy()
    run = train_to_track(layer, parity, 2, rng=rng, updates=30, validate_every=20)
    assert run.solved_at is None
    assert run.updates == [20, 30]
    assert not np.array_equal(before, layer.parameters["weight_ih"])


def test_the_same_seed_is_the_same_run():
    def run():
        rng = np.random.default_rng(3)
        layer = MinGRU.initialize(2, 4, rng=rng)
        return train_to_track(layer, parity, 2, rng=rng, updates=5).losses

    assert run() == run()


def test_the_mean_loss_of_even_answers_is_that_of_a_guess():
    assert mean_loss(np.zeros((2, 3, 5)), np.ones((2, 3), int)) == pytest.approx(np.log(5))
