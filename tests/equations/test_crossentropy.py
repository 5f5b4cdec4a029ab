"""The masked cross-entropy: equal to torch's, blind to padding, and its gradient checked."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from src.equations import gradient_check
from src.equations.crossentropy import log_softmax, sequence_cross_entropy

B, T, V = 3, 5, 4
LENGTHS = np.array([5, 2, 3])


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    return 3 * rng.normal(size=(B, T, V)), np.eye(V)[rng.integers(V, size=(B, T))]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equals_torch_with_ignored_padding(batch, dtype):
    logits, targets = (array.astype(dtype) for array in batch)
    labels = torch.from_numpy(targets.argmax(-1))
    labels[torch.arange(T) >= torch.from_numpy(LENGTHS)[:, None]] = -100
    z = torch.from_numpy(logits).requires_grad_()
    expected = cross_entropy(z.transpose(1, 2), labels, ignore_index=-100)
    expected.backward()

    loss, d_logits = sequence_cross_entropy(logits, targets, LENGTHS)

    tolerance = 1e-6 if dtype == np.float32 else 1e-14
    assert loss == pytest.approx(expected.item(), abs=tolerance)
    np.testing.assert_allclose(d_logits, z.grad.numpy(), atol=tolerance)
    assert d_logits.dtype == dtype


def test_gradient_equals_finite_differences(batch):
    logits, targets = batch
    _, d_logits = sequence_cross_entropy(logits, targets, LENGTHS)
    check = gradient_check(
        lambda point: sequence_cross_entropy(point["logits"], targets, LENGTHS)[0],
        {"logits": logits},
        {"logits": d_logits},
    )
    assert check.passed


def test_more_padding_changes_nothing(batch):
    logits, targets = batch
    loss, d_logits = sequence_cross_entropy(logits, targets, LENGTHS)
    padding = np.full((B, 4, V), 7.0)
    longer = [np.concatenate([array, padding], axis=1) for array in batch]
    longer_loss, longer_d_logits = sequence_cross_entropy(*longer, LENGTHS)
    assert longer_loss == pytest.approx(loss, abs=1e-15)
    np.testing.assert_allclose(longer_d_logits[:, :T], d_logits, atol=1e-15)
    assert not longer_d_logits[:, T:].any()


def test_large_logits_do_not_overflow():
    np.testing.assert_allclose(log_softmax(np.array([1000.0, 0.0])), [0.0, -1000.0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"logits": np.zeros((B, V))}, "logits must have rank 3"),
        ({"logits": np.full((B, T, V), np.nan)}, "logits must be finite"),
        ({"targets": np.zeros((B, T, V + 1))}, "targets must have shape"),
        ({"lengths": np.array([5, 0, 3])}, "between 1 and T = 5"),
        ({"lengths": np.array([5, 2])}, "lengths must have shape"),
    ],
)
def test_bad_input_is_named(batch, change, message):
    logits, targets = batch
    arguments = {"logits": logits, "targets": targets, "lengths": LENGTHS} | change
    with pytest.raises(ValueError, match=message):
        sequence_cross_entropy(**arguments)
