"""A new cell is a step and a step back: all else comes from `RecurrentLayer`.

The cell here is the minimal GRU, whose gate and candidate read x alone: it has no weight_hh, which
nothing in the contract may ask for.
"""

from typing import NamedTuple

import numpy as np
import pytest

from src.equations import Gradients, RecurrentLayer, gradient_check, sigmoid
from src.equations.fast import FastLSTM
from src.equations.history.lstm1997 import LSTM1997
from src.equations.history.lstm2000 import LSTM2000
from src.training.adding import train_to_add


class MinGRUStep(NamedTuple):
    update_gate: np.ndarray
    candidate: np.ndarray
    hidden_state: np.ndarray

    @property
    def state(self):
        return self.hidden_state


class MinGRU(RecurrentLayer):
    """z_t = σ(W_z x_t + b_z),   h̃_t = W x_t + b,   h_t = (1 − z_t) ⊙ h_(t−1) + z_t ⊙ h̃_t

    Source: Feng et al. 2024.
    """

    shapes = {"weight_ih": ("2H", "D"), "bias": ("2H",)}  # noqa: RUF012

    def step(self, x, state):
        h = self.check_step(x, state)
        a_z, h_tilde = np.split(
            x @ self.parameters["weight_ih"].T + self.parameters["bias"], 2, axis=1
        )
        z = sigmoid(a_z)
        return MinGRUStep(z, h_tilde, (1 - z) * h + z * h_tilde)

    def step_backward(self, x, state, step, d_state):
        h_before, d_h = self.check_step_backward(x, state, step, MinGRUStep, d_state)
        z, h_tilde, _ = step
        delta_z = d_h * (h_tilde - h_before) * z * (1 - z)
        delta = np.concatenate([delta_z, d_h * z], axis=1)
        return Gradients(
            x=delta @ self.parameters["weight_ih"],
            state=d_h * (1 - z),
            parameters={"weight_ih": delta.T @ x, "bias": delta.sum(axis=0)},
        )


@pytest.fixture
def layer():
    return MinGRU.initialize(2, 3, rng=np.random.default_rng(0))


def test_it_is_initialised(layer):
    assert {key: p.shape for key, p in layer.parameters.items()} == {
        "weight_ih": (6, 2),
        "bias": (6,),
    }
    assert 0 < np.abs(layer.parameters["weight_ih"]).max() <= 1 / np.sqrt(3)
    assert not layer.parameters["bias"].any()
    assert (layer.input_size, layer.hidden_size, layer.dtype) == (2, 3, np.float64)
    assert MinGRU.initialize(2, 3, rng=np.random.default_rng(0), dtype=np.float32).dtype == "f4"
    assert repr(layer) == "MinGRU of float64 with weight_ih (6, 2), bias (6,)"


def test_its_gradient_is_right_with_lengths(layer):
    rng = np.random.default_rng(1)
    x, h, lengths = rng.standard_normal((3, 4, 2)), rng.standard_normal((3, 3)), [2, 4, 1]
    d_outputs, d_state = rng.standard_normal((3, 4, 3)), rng.standard_normal((3, 3))

    def loss(point):
        cell = MinGRU({key: point[key] for key in layer.parameters})
        outputs, last, _ = cell.forward(point["x"], point["h"], lengths)
        return np.sum(outputs * d_outputs) + np.sum(last * d_state)

    outputs, last, tape = layer.forward(x, h, lengths)
    back = layer.backward(tape, d_outputs, d_state)
    gradient = {"x": back.x, "h": back.state, **back.parameters}
    check = gradient_check(loss, {"x": x, "h": h, **layer.parameters}, gradient)
    assert check.passed, check.errors
    for b, length in enumerate(lengths):
        alone, alone_last, _ = layer.forward(x[b : b + 1, :length], h[b : b + 1])
        np.testing.assert_allclose(outputs[b, :length], alone[0], rtol=0, atol=1e-15)
        np.testing.assert_allclose(last[b], alone_last[0], rtol=0, atol=1e-15)
        assert not outputs[b, length:].any()


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"weight_ih": np.zeros((6, 2))}, ValueError, r"keys \['weight_ih', 'bias'\], got"),
        (
            {"weight_ih": np.zeros((5, 2)), "bias": np.zeros(5)},
            ValueError,
            r"weight_ih must have shape \(2H, D\), got \(5, 2\)",
        ),
        (
            {"weight_ih": np.zeros((6, 2)), "bias": np.zeros(5)},
            ValueError,
            r"bias must have shape \(6,\), got \(5,\)",
        ),
        ({"weight_ih": np.zeros((6, 2)), "bias": np.zeros(6, int)}, TypeError, "bias must have dt"),
        ({"weight_ih": np.full((6, 2), np.nan), "bias": np.zeros(6)}, ValueError, "be finite"),
    ],
)
def test_its_parameters_are_checked(parameters, error, message):
    with pytest.raises(error, match=message):
        MinGRU(parameters)


def test_its_input_is_checked(layer):
    with pytest.raises(ValueError, match=r"x must have shape \(B, T, 2\), got \(1, 4, 3\)"):
        layer.forward(np.zeros((1, 4, 3)))
    with pytest.raises(ValueError, match="lengths must lie between 1 and T = 4"):
        layer.forward(np.zeros((1, 4, 2)), lengths=[5])
    with pytest.raises(TypeError, match=r"step must be what MinGRU\.step returned"):
        layer.step_backward(np.zeros((1, 2)), np.zeros((1, 3)), None, np.zeros((1, 3)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_learns_to_add_a_little(dtype):
    rng = np.random.default_rng(0)
    layer = MinGRU.initialize(2, 16, rng=rng, dtype=dtype)
    run = train_to_add(layer, 4, rng=rng, updates=400)
    assert run.errors[-1] < run.errors[0]
    assert layer.parameters["weight_ih"].dtype == dtype


@pytest.mark.parametrize("layer_class", [LSTM1997, LSTM2000])
def test_a_layer_of_memory_blocks_learns_to_add_a_little(layer_class):
    rng = np.random.default_rng(0)
    layer = layer_class.initialize(2, 8, rng=rng, blocks=2)
    run = train_to_add(layer, 4, rng=rng, updates=400)
    assert run.errors[-1] < run.errors[0]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"blocks": 3}, ValueError, "hidden_size must be a multiple of blocks = 3, got 8"),
        ({"blocks": 0}, ValueError, "blocks must be at least 1, got 0"),
        ({"blocks": True}, TypeError, "blocks must be an integer, got bool"),
        ({"blocks": 2, "rng": 0}, TypeError, "rng must be a numpy.random.Generator"),
    ],
)
@pytest.mark.parametrize("layer_class", [LSTM1997, LSTM2000])
def test_blocks(layer_class, options, error, message):
    with pytest.raises(error, match=message):
        layer_class.initialize(2, 8, **({"rng": np.random.default_rng(0)} | options))


def test_a_cell_without_a_step_says_so():
    class Nothing(RecurrentLayer):
        shapes = {"weight_ih": ("H", "D")}  # noqa: RUF012

    layer = Nothing.initialize(2, 3, rng=np.random.default_rng(0))
    with pytest.raises(NotImplementedError):
        layer.forward(np.zeros((1, 1, 2)))


def test_only_what_the_fast_twin_arranges_anew_is_its_own():
    own = {name for name in vars(FastLSTM) if not name.startswith("__")}
    assert own == {"forward", "backward"}


class Mean(RecurrentLayer):
    """h_t = ½ h_(t−1) + ½ U x_t: its one parameter has another name than ours."""

    shapes = {"U": ("H", "D")}  # noqa: RUF012

    def step(self, x, state):
        h = self.check_step(x, state)
        h = h / 2 + x @ self.parameters["U"].T / 2
        return MinGRUStep(h, h, h)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_cell_names_its_parameters_as_it_likes(dtype):
    layer = Mean.initialize(2, 3, rng=np.random.default_rng(0), dtype=dtype)
    outputs, _, _ = layer.forward(np.ones((1, 2, 2), dtype))
    assert layer.dtype == outputs.dtype == dtype
    np.testing.assert_allclose(outputs[0, 1], 0.75 * layer.parameters["U"].sum(axis=1), rtol=1e-6)
