"""The character model: the from-scratch twin agrees, the state goes on, bad input is named."""

import numpy as np
import pytest
import torch

from src.models import initialize_parameters
from src.models.character_model import CharacterModel, detach
from src.modules import GRU, LSTM, RNN

TWINS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
V, E, H = 7, 4, 5


def make(layer):
    model = CharacterModel(layer, V, E, H).double()
    return initialize_parameters(model, np.random.default_rng(0))


def draw(*shape):
    return torch.from_numpy(np.random.default_rng(1).integers(0, V, size=shape))


@pytest.mark.parametrize("layer", TWINS)
def test_logits_from_the_equations(layer):
    model, ids = make(layer), draw(3, 6)
    twin = TWINS[layer](E, H).double()
    twin.load_state_dict(model.recurrent.state_dict())
    expected = model.output(twin(model.embedding(ids))[0])
    torch.testing.assert_close(model(ids)[0], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("layer", TWINS)
def test_a_text_in_two_parts_is_the_text_in_one(layer):
    model, ids = make(layer), draw(3, 9)
    whole, _ = model(ids)
    first, state = model(ids[:, :4])
    second, _ = model(ids[:, 4:], state)
    torch.testing.assert_close(torch.cat([first, second], 1), whole, rtol=0, atol=1e-12)


@pytest.mark.parametrize("layer", TWINS)
def test_a_detached_state_has_the_values_and_no_gradient(layer):
    _, state = make(layer)(draw(2, 3))
    parts = zip(*([s] if torch.is_tensor(s) else s for s in (state, detach(state))), strict=True)
    for before, after in parts:
        assert before.requires_grad
        assert not after.requires_grad
        assert torch.equal(before, after)


def test_another_layer_is_named():
    with pytest.raises(ValueError, match="layer must be one of RNN, LSTM, GRU, got 'lstm'"):
        CharacterModel("lstm", V, E, H)


@pytest.mark.parametrize("wrong", [0, -1, 2.0])
def test_sizes_are_positive_ints(wrong):
    with pytest.raises((TypeError, ValueError), match="hidden_size must be"):
        CharacterModel("LSTM", V, E, wrong)


def test_ids_outside_the_vocabulary_are_named():
    with pytest.raises(ValueError, match=r"vocabulary 0\.\.6, got 7"):
        make("GRU")(torch.full((1, 2), V))
