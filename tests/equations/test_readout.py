"""The linear readout: equal to torch's, its gradient checked, and clear errors."""

import numpy as np
import pytest
import torch

from src.equations import LSTM, gradient_check
from src.equations.readout import Linear


@pytest.fixture
def readout():
    rng = np.random.default_rng(0)
    return Linear({"weight_out": rng.standard_normal((4, 3)), "bias_out": rng.standard_normal(4)})


@pytest.mark.parametrize("axes", [(), (2,), (2, 5), (2, 3, 4)], ids=str)
def test_values_and_gradients_equal_those_of_torch(readout, axes):
    rng = np.random.default_rng(1)
    h, d_y = rng.standard_normal((*axes, 3)), rng.standard_normal((*axes, 4))
    theirs = torch.nn.Linear(3, 4, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight.copy_(torch.from_numpy(readout.parameters["weight_out"]))
        theirs.bias.copy_(torch.from_numpy(readout.parameters["bias_out"]))
    x = torch.from_numpy(h).requires_grad_()
    y = theirs(x)
    y.backward(torch.from_numpy(d_y))

    np.testing.assert_allclose(readout.forward(h), y.detach(), rtol=0, atol=1e-14)
    d_h, gradients = readout.backward(h, d_y)
    np.testing.assert_allclose(d_h, x.grad, rtol=0, atol=1e-14)
    np.testing.assert_allclose(gradients["weight_out"], theirs.weight.grad, rtol=0, atol=1e-13)
    np.testing.assert_allclose(gradients["bias_out"], theirs.bias.grad, rtol=0, atol=1e-13)


def test_behind_a_layer_the_whole_gradient_is_right(readout):
    """One dict of parameters, one gradient of it."""
    rng = np.random.default_rng(2)
    layer = LSTM.initialize(2, 3, rng=rng)
    x, d_y = rng.standard_normal((2, 4, 2)), rng.standard_normal((2, 4, 4))

    def loss(point):
        states = LSTM({key: point[key] for key in layer.parameters}).forward(x)[0]
        answers = Linear({key: point[key] for key in readout.parameters}).forward(states)
        return np.sum(answers * d_y)

    outputs, _, tape = layer.forward(x)
    d_outputs, d_readout = readout.backward(outputs, d_y)
    gradient = layer.backward(tape, d_outputs).parameters | d_readout
    assert gradient_check(loss, layer.parameters | readout.parameters, gradient).passed


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("bound", "largest"), [(None, 0.1), (0.5, 0.5)])
def test_initial_weights(dtype, bound, largest):
    rng = np.random.default_rng(0)
    readout = Linear.initialize(100, 30, rng=rng, bound=bound, dtype=dtype)
    weight = readout.parameters["weight_out"]
    assert (readout.input_size, readout.output_size, readout.dtype) == (100, 30, dtype)
    assert weight.shape == (30, 100)
    assert 0.99 * largest < np.abs(weight).max() <= largest
    assert not readout.parameters["bias_out"].any()
    assert readout.forward(np.zeros((2, 100), dtype)).dtype == dtype


@pytest.mark.parametrize(
    ("h", "error", "message"),
    [
        (np.zeros((2, 4)), ValueError, r"h must have shape \(2, 3\), got \(2, 4\)"),
        (np.zeros((2, 3), int), TypeError, "h must have dtype float64, .* got int64"),
        (np.zeros((2, 3), np.float32), TypeError, "h must have dtype float64, .* got float32"),
        ([[0.0] * 3], TypeError, "h must be a NumPy array, got list"),
        (np.full((2, 3), np.nan), ValueError, "h must be finite"),
        (np.float64(1), TypeError, "h must be a NumPy array, got float64"),
    ],
)
def test_bad_hidden_states(readout, h, error, message):
    with pytest.raises(error, match=message):
        readout.forward(h)
    with pytest.raises(error, match=message):
        readout.backward(h, np.zeros((2, 4)))


@pytest.mark.parametrize("d_y", [np.zeros((2, 3)), np.zeros((1, 4)), np.zeros(4)])
def test_bad_upstream(readout, d_y):
    with pytest.raises(ValueError, match=r"d_y must have .*shape \(2, 4\)"):
        readout.backward(np.zeros((2, 3)), d_y)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"bias_out": np.zeros(3)}, ValueError, r"bias_out must have shape \(4,\), got \(3,\)"),
        ({"weight_out": np.zeros(3)}, ValueError, r"weight_out must have rank 2"),
        ({"bias_out": np.zeros(4, int)}, TypeError, "bias_out must have dtype float64"),
        ({"weight": np.zeros(3)}, ValueError, "parameters must have the keys"),
    ],
)
def test_bad_parameters(readout, change, error, message):
    with pytest.raises(error, match=message):
        Linear(readout.parameters | change)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"bound": "a"}, TypeError, "bound must be a number, got str"),
        ({"bound": np.inf}, ValueError, "bound must be finite"),
        ({"output_size": 0}, ValueError, "output_size must be at least 1, got 0"),
        ({"input_size": 2.0}, TypeError, "input_size must be an integer, got float"),
    ],
)
def test_bad_options(options, error, message):
    arguments = {"input_size": 3, "output_size": 4, "rng": np.random.default_rng(0)}
    with pytest.raises(error, match=message):
        Linear.initialize(**(arguments | options))
