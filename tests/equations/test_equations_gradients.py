"""The hand-made gradients against finite differences, and against PyTorch's autograd."""

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from src.equations import flip_update_gate, gradient_check
from src.equations.fast.layout import CHUNK

# The kinds that PyTorch has; test_gru.py checks the other GRU against autograd.
TORCH_KINDS = pytest.mark.parametrize(
    ("kind", "torch_class"),
    [("RNN", torch.nn.RNN), ("LSTM", torch.nn.LSTM), ("GRU after", torch.nn.GRU)],
    indirect=["kind"],
)
LENGTHS = [None, [4, 4, 4], [2, 4, 1], [1, 3, 2]]


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_equal_to_finite_differences(draw_problem, kind, lengths):
    problem = draw_problem(kind, lengths=lengths)
    check = gradient_check(problem.loss, problem.point, problem.gradient(), tolerance=1e-9)
    assert check.passed, check.errors
    parameters = {"weight_ih", "weight_hh", "bias", *kind.extra_bias}
    assert set(check.errors) == {"x", *parameters, *problem.state}


@pytest.mark.parametrize("sizes", [(1, 1, 1, 1), (2, CHUNK, 1, 2), (1, 2 * CHUNK + 3, 2, 1)])
def test_equal_to_finite_differences_at_other_sizes(draw_problem, kind, sizes):
    problem = draw_problem(kind, *sizes)
    check = gradient_check(problem.loss, problem.point, problem.gradient(), tolerance=1e-9)
    assert check.passed, check.errors


@pytest.mark.parametrize("lengths", [None, [7, 3, 40, 1, 22]], ids=["all", "unequal"])
@TORCH_KINDS
def test_equal_to_autograd(draw_problem, kind, torch_class, lengths):
    module = torch_class(6, 8, batch_first=True, dtype=torch.float64)
    rng = np.random.default_rng(1)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.from_numpy(rng.standard_normal(parameter.shape) / 2))
    problem = draw_problem(kind, B=5, T=40, D=6, H=8, lengths=lengths)
    problem.layer = kind.layer_class.from_torch(module)

    x = torch.from_numpy(problem.x).requires_grad_()
    state = {
        name: torch.from_numpy(value).requires_grad_() for name, value in problem.state.items()
    }
    h_0 = problem.pack({name: value[None] for name, value in state.items()})
    if lengths is None:
        outputs, last = module(x, h_0)
    else:
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        outputs, last = module(packed, h_0)
        outputs, _ = pad_packed_sequence(outputs, batch_first=True, total_length=x.shape[1])
    last = problem.unpack(last)
    loss = (outputs * torch.from_numpy(problem.d_outputs)).sum()
    for name, value in last.items():
        loss = loss + (value[0] * torch.from_numpy(problem.d_state[name])).sum()
    loss.backward()

    ours, ours_last = problem.forward(problem.point)
    np.testing.assert_allclose(ours, outputs.detach(), rtol=0, atol=1e-12)
    for name, value in ours_last.items():
        np.testing.assert_allclose(value, last[name][0].detach(), rtol=0, atol=1e-12)
    parameters = {
        "weight_ih": module.weight_ih_l0.grad,
        "weight_hh": module.weight_hh_l0.grad,
        "bias": module.bias_ih_l0.grad,  # where the two are only added, that of bias_hh is the same
    }
    if "bias_reset" in kind.extra_bias:
        parameters["bias_reset"] = module.bias_hh_l0.grad[16:]
        parameters = flip_update_gate({name: p.numpy() for name, p in parameters.items()})
    expected = {
        "x": x.grad,
        **parameters,
        **{name: value.grad for name, value in state.items()},
    }
    gradient = problem.gradient()
    assert gradient.keys() == expected.keys()
    for name, value in gradient.items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-10, atol=1e-10, err_msg=name)


def test_no_state_means_zero_and_no_upstream_means_zero(draw_problem, kind):
    problem = draw_problem(kind, lengths=[2, 4, 1])
    zero = problem.pack({name: np.zeros_like(value) for name, value in problem.state.items()})
    *_, tape = problem.layer.forward(problem.x, None, problem.lengths)
    *_, tape_of_zero = problem.layer.forward(problem.x, zero, problem.lengths)
    ours = problem.layer.backward(tape, problem.d_outputs)
    theirs = problem.layer.backward(tape_of_zero, problem.d_outputs, zero)
    np.testing.assert_array_equal(ours.x, theirs.x)
    for name, value in ours.parameters.items():
        np.testing.assert_array_equal(value, theirs.parameters[name])


@pytest.mark.parametrize("missing", [0, 1])
@pytest.mark.parametrize("kind", ["LSTM"], indirect=True)
def test_half_of_an_lstm_state_may_be_missing_upstream(draw_problem, kind, missing):
    problem = draw_problem(kind)
    *_, tape = problem.layer.forward(problem.x)
    d_state = [problem.d_state["h"], problem.d_state["c"]]
    d_state[missing] = np.zeros_like(d_state[missing])
    expected = problem.layer.backward(tape, problem.d_outputs, tuple(d_state))
    d_state[missing] = None
    ours = problem.layer.backward(tape, problem.d_outputs, tuple(d_state))
    np.testing.assert_array_equal(ours.x, expected.x)


@TORCH_KINDS
def test_a_torch_module_without_bias_has_a_bias_of_zero(kind, torch_class):
    module = torch_class(2, 3, bias=False, batch_first=True, dtype=torch.float64)
    layer = kind.layer_class.from_torch(module)
    for name in ("bias", *kind.extra_bias):
        assert not layer.parameters[name].any()
    x = np.random.default_rng(0).standard_normal((2, 5, 2))
    outputs = module(torch.from_numpy(x))[0].detach()
    np.testing.assert_allclose(layer.forward(x)[0], outputs, rtol=0, atol=1e-14)


@TORCH_KINDS
def test_from_torch_copies(kind, torch_class):
    module = torch_class(2, 3)
    layer = kind.layer_class.from_torch(module)
    before = {name: value.copy() for name, value in layer.parameters.items()}
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.zero_()
    for name, value in layer.parameters.items():
        assert value.dtype == np.float32
        np.testing.assert_array_equal(value, before[name])
