"""Clipping, SGD and Adam against PyTorch's, step by step."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from src.equations import SGD, Adam, clip_by_global_norm


def draw(rng, dtype=np.float64):
    return {
        "W": rng.standard_normal((3, 2)).astype(dtype),
        "b": rng.standard_normal(4).astype(dtype),
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("make", "make_torch"),
    [
        (lambda p: SGD(p, 0.1), lambda p: torch.optim.SGD(p, 0.1)),
        (
            lambda p: SGD(p, 0.1, momentum=0.9),
            lambda p: torch.optim.SGD(p, 0.1, momentum=0.9),
        ),
        (lambda p: Adam(p), lambda p: torch.optim.Adam(p)),
        (
            lambda p: Adam(p, 0.03, betas=(0.8, 0.95), epsilon=1e-3),
            lambda p: torch.optim.Adam(p, 0.03, betas=(0.8, 0.95), eps=1e-3),
        ),
    ],
    ids=["SGD", "SGD with momentum", "Adam", "Adam with options"],
)
def test_every_step_is_that_of_torch(make, make_torch, dtype):
    rng = np.random.default_rng(0)
    parameters = draw(rng, dtype)
    mirror = {name: torch.tensor(p, requires_grad=True) for name, p in parameters.items()}
    ours, theirs = make(parameters), make_torch(list(mirror.values()))
    for _ in range(25):
        gradients = draw(rng, dtype)
        before = deepcopy(gradients)
        ours.step(gradients)
        np.testing.assert_equal(gradients, before)
        for name, p in mirror.items():
            p.grad = torch.from_numpy(gradients[name])
        theirs.step()
        for name, p in parameters.items():
            assert p.dtype == dtype
            tolerance = 1e-12 if dtype == np.float64 else 1e-5
            np.testing.assert_allclose(p, mirror[name].detach(), rtol=0, atol=tolerance)


def test_parameters_are_changed_in_place():
    parameters = {"p": np.ones(2)}
    array = parameters["p"]
    SGD(parameters, 0.5).step({"p": np.ones(2)})
    np.testing.assert_array_equal(array, [0.5, 0.5])


@pytest.mark.parametrize("max_norm", [0.1, 1.0, 5.0, 1e9, np.inf])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_clipping_is_that_of_torch(max_norm, dtype):
    gradients = draw(np.random.default_rng(1), dtype)
    before = deepcopy(gradients)
    clipped, norm = clip_by_global_norm(gradients, max_norm)
    tensors = [torch.zeros(g.shape, dtype=torch.from_numpy(g).dtype) for g in gradients.values()]
    for tensor, g in zip(tensors, gradients.values(), strict=True):
        tensor.grad = torch.tensor(g)
    expected_norm = torch.nn.utils.clip_grad_norm_(tensors, max_norm)

    np.testing.assert_equal(gradients, before)
    assert norm == pytest.approx(float(expected_norm), rel=1e-6)
    for g, tensor in zip(clipped.values(), tensors, strict=True):
        assert g.dtype == dtype
        np.testing.assert_allclose(g, tensor.grad, rtol=3e-5)  # torch divides by norm + 1e-6


def test_clipping_keeps_the_direction_and_reaches_the_norm():
    gradients = draw(np.random.default_rng(2))
    clipped, norm = clip_by_global_norm(gradients, 0.25)
    assert clip_by_global_norm(clipped, 1.0)[1] == pytest.approx(0.25, rel=1e-14)
    for name, g in gradients.items():
        np.testing.assert_allclose(clipped[name] * norm / 0.25, g, rtol=1e-13)


def test_clipping_copies_and_leaves_zero_alone():
    gradients = {"p": np.zeros(3)}
    clipped, norm = clip_by_global_norm(gradients, 1.0)
    assert norm == 0
    np.testing.assert_array_equal(clipped["p"], np.zeros(3))
    assert clipped["p"] is not gradients["p"]


@pytest.mark.parametrize("max_norm", [0, -1.0, np.nan])
def test_a_norm_that_is_not_positive(max_norm):
    with pytest.raises(ValueError, match=f"max_norm must be positive, got {max_norm}"):
        clip_by_global_norm({"p": np.ones(2)}, max_norm)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_broken_gradients_are_named(bad):
    with pytest.raises(ValueError, match=r"gradients must be finite, but \['b'\] is not"):
        clip_by_global_norm({"a": np.ones(2), "b": np.array([1.0, bad])}, 1.0)


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1), Adam])
def test_gradients_of_other_keys_or_shapes(make):
    optimizer = make({"p": np.ones(2), "q": np.ones(3)})
    with pytest.raises(ValueError, match=r"gradients must have the keys \['p', 'q'\], got \['p'\]"):
        optimizer.step({"p": np.ones(2)})
    with pytest.raises(ValueError, match=r"gradients\['q'\] must have shape \(3,\), got \(1,\)"):
        optimizer.step({"p": np.ones(2), "q": np.ones(1)})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SGD({}, 0), "learning_rate must be positive, got 0"),
        (lambda: Adam({}, np.nan), "learning_rate must be positive, got nan"),
        (lambda: SGD({}, 0.1, momentum=1), r"momentum must be in \[0, 1\), got 1"),
        (lambda: Adam({}, betas=(0.9, 1.0)), r"betas must be two numbers in \[0, 1\), got"),
        (lambda: Adam({}, betas=(0.9,)), r"betas must be two numbers in \[0, 1\), got"),
        (lambda: Adam({}, epsilon=0), "epsilon must be positive, got 0"),
    ],
)
def test_options_out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()
