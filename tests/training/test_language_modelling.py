"""Truncated back-propagation: windows in order, a state that goes on, gradients that do not."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from src.models import initialize_parameters
from src.models.character_model import CharacterModel
from src.training.language_modelling import (
    bits,
    bits_per_character,
    cut_streams,
    fit_language_model,
    window_loss,
    windows,
)

V = 5


def make(layer="LSTM", seed=0):
    return initialize_parameters(CharacterModel(layer, V, 3, 6), np.random.default_rng(seed))


def text(size, seed=1):
    return np.random.default_rng(seed).integers(0, V, size)


def test_streams_are_the_text_side_by_side():
    assert cut_streams(np.arange(11), 3).tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_windows_follow_each_other_and_begin_again():
    found = windows(cut_streams(np.arange(12), 2), 2)
    first, second, again = (next(found) for _ in range(3))
    assert first[0].tolist() == [[0, 1], [6, 7]]
    assert first[1].tolist() == [[1, 2], [7, 8]]
    assert second[0].tolist() == [[2, 3], [8, 9]]
    assert not second[2]
    assert again[2]
    assert torch.equal(again[0], first[0])


@pytest.mark.parametrize("layer", ["RNN", "LSTM", "GRU"])
def test_two_windows_with_the_state_kept_cost_what_one_long_one_costs(layer):
    model, streams = make(layer), cut_streams(text(22), 2)
    inputs, targets = streams[:, :10], streams[:, 1:]
    whole, _ = window_loss(model, inputs, targets, None)
    first, state = window_loss(model, inputs[:, :5], targets[:, :5], None)
    second, _ = window_loss(model, inputs[:, 5:], targets[:, 5:], state)
    assert ((first + second) / 2).item() == pytest.approx(whole.item(), rel=1e-6)


def test_no_gradient_flows_into_the_window_before():
    model, streams = make(), cut_streams(text(22), 2)
    _, state = window_loss(model, streams[:, :5], streams[:, 1:6], None)
    assert not any(part.requires_grad for part in state)


def test_bits_are_those_of_the_cross_entropy_and_do_not_depend_on_the_window():
    model, ids = make(), text(200)
    streams = cut_streams(ids, 4)
    logits, _ = model(streams[:, :-1])
    nats = cross_entropy(logits.flatten(0, 1), streams[:, 1:].flatten()).item()
    for window in (7, 500):
        found = bits(model, ids, streams=4, window=window)
        assert found.shape == (4, 49)
        assert found.mean() == pytest.approx(nats / np.log(2), rel=1e-5)


def test_without_carrying_a_window_begins_with_zeros():
    model, ids = make(), text(200)
    carried = bits(model, ids, streams=4, window=7)
    zeros = bits(model, ids, streams=4, window=7, carry=False)
    np.testing.assert_allclose(carried[:, :7], zeros[:, :7], rtol=1e-5)
    assert np.abs(carried[:, 7:] - zeros[:, 7:]).max() > 1e-3
    alone = bits(model, cut_streams(ids, 4)[:, 7:15].numpy().ravel(), streams=4)
    np.testing.assert_allclose(zeros[:, 7:14], alone, rtol=1e-5)


@pytest.mark.parametrize("carry", [True, False])
def test_training_learns_a_text_that_repeats_itself(carry):
    ids = np.tile([0, 1, 2, 3, 4], 200)
    model = make()
    fit_language_model(
        model,
        ids,
        ids[:100],
        window=5,
        streams=4,
        carry=carry,
        updates=150,
        rng=np.random.default_rng(0),
        learning_rate=3e-2,
    )
    assert bits_per_character(model, ids, streams=4, window=5, carry=carry) < 0.5


def test_what_lies_before_the_window_is_learnt_only_with_the_state_carried():
    """A text of pairs xx: the second letter of a pair is the first; windows of 1 cannot see it.

    Carried, the state holds the first letter even if no gradient asked for it.
    """
    ids = np.repeat(np.random.default_rng(2).integers(0, V, 1000), 2)
    settings = {"window": 1, "streams": 8, "updates": 200, "learning_rate": 3e-2}
    cost = {}
    for carry in (True, False):
        model = make()
        fit_language_model(
            model, ids, ids[:400], carry=carry, rng=np.random.default_rng(0), **settings
        )
        cost[carry] = bits_per_character(model, ids, streams=1, window=1, carry=carry)
    assert cost[True] < cost[False] - 0.05


@pytest.mark.parametrize("streams", [0, 6])
def test_a_text_too_short_for_its_streams(streams):
    with pytest.raises(ValueError, match="streams must be"):
        cut_streams(np.arange(11), streams)


@pytest.mark.parametrize("T", [0, 5])
def test_a_window_that_does_not_fit(T):
    with pytest.raises(ValueError, match=r"T must lie in 1\.\.4"):
        next(windows(cut_streams(np.arange(10), 2), T))
