import numpy as np
import pytest

from src.equations import GRU, LSTM, RNN
from src.tasks.adding import BASELINE_MODERN
from src.training.adding import train_to_add


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("layer_class", [LSTM, GRU])
def test_a_gated_cell_learns_to_add(layer_class, dtype):
    rng = np.random.default_rng(0)
    layer = layer_class.initialize(2, 16, rng=rng, dtype=dtype)
    before = layer.parameters["weight_hh"].copy()
    run = train_to_add(layer, 8, rng=rng, updates=1500, validate_every=50)
    assert run.solved_at == run.updates[-1]
    assert run.errors[-1] < 0.01 <= min(run.errors[:-1])
    assert run.updates == list(range(50, run.solved_at + 1, 50))
    assert layer.parameters["weight_hh"].dtype == dtype
    assert not np.array_equal(layer.parameters["weight_hh"], before), "trained in place"


def test_a_network_without_memory_stays_at_the_level_of_a_constant():
    class Forgetful(RNN):
        """Its backward pass tells nothing of the past, and the past changes nothing."""

        def backward(self, tape, d_outputs, d_state=None):
            gradients = super().backward(tape, d_outputs, d_state)
            gradients.parameters["weight_hh"][:] = 0
            return gradients

    rng = np.random.default_rng(1)
    start = RNN.initialize(2, 8, rng=rng).parameters
    layer = Forgetful(start | {"weight_hh": np.zeros((8, 8))})
    run = train_to_add(layer, 20, rng=rng, updates=300)
    assert run.solved_at is None
    assert 0.6 * BASELINE_MODERN < run.errors[-1] < 1.4 * BASELINE_MODERN


def test_the_same_seed_gives_the_same_run():
    runs = []
    for _ in range(2):
        rng = np.random.default_rng(2)
        runs.append(train_to_add(GRU.initialize(2, 4, rng=rng), 6, rng=rng, updates=30))
    assert runs[0] == runs[1]
    assert runs[0].updates == [30], "the last step is always measured"


def test_a_setting_out_of_range_is_refused():
    rng = np.random.default_rng(3)
    layer = RNN.initialize(2, 4, rng=rng)
    with pytest.raises(ValueError, match="max_norm must be positive"):
        train_to_add(layer, 6, rng=rng, updates=10, max_norm=0)
