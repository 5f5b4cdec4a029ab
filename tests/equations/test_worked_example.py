"""The book's worked example, by an LSTM whose gates are set through its biases alone."""

import numpy as np
import pytest

from src.equations import LSTM

I = np.array([0.9, 0.2, 0.7])  # noqa: E741
F = np.array([0.1, 0.9, 0.5])
C_TILDE = np.array([0.5, 0.3, -0.8])
O = np.array([0.8, 0.3, 0.6])  # noqa: E741
C = np.array([0.8, -0.5, 0.3])


@pytest.fixture
def layer():
    def logit(p):
        return np.log(p / (1 - p))

    bias = np.concatenate([logit(I), logit(F), np.arctanh(C_TILDE), logit(O)])
    return LSTM({"weight_ih": np.zeros((12, 2)), "weight_hh": np.zeros((12, 3)), "bias": bias})


def test_every_line_of_the_step(layer):
    rng = np.random.default_rng(0)
    step = layer.step(rng.standard_normal((1, 2)), (rng.standard_normal((1, 3)), C[None]))
    np.testing.assert_allclose(step.input_gate[0], I, rtol=1e-12)
    np.testing.assert_allclose(step.forget_gate[0], F, rtol=1e-12)
    np.testing.assert_allclose(step.candidate[0], C_TILDE, rtol=1e-12)
    np.testing.assert_allclose(step.output_gate[0], O, rtol=1e-12)
    np.testing.assert_allclose(step.forget_gate[0] * C, [0.08, -0.45, 0.15], atol=1e-12)
    np.testing.assert_allclose(step.input_gate[0] * C_TILDE, [0.45, 0.06, -0.56], atol=1e-12)
    np.testing.assert_allclose(step.cell_state[0], [0.53, -0.39, -0.41], atol=1e-12)
    np.testing.assert_array_equal(step.hidden_state[0].round(4), [0.3883, -0.1114, -0.2331])


def test_the_same_by_the_fast_path(layer):
    outputs, (h, c), _ = layer.forward(np.zeros((1, 1, 2)), (np.zeros((1, 3)), C[None]))
    np.testing.assert_array_equal(outputs[0, 0].round(4), [0.3883, -0.1114, -0.2331])
    np.testing.assert_array_equal(h, outputs[:, 0])
    np.testing.assert_allclose(c[0], [0.53, -0.39, -0.41], atol=1e-12)
