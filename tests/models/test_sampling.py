"""Drawing characters: the temperature, top-k, and draws that follow the probabilities."""

import numpy as np
import pytest
import torch

from src.models import initialize_parameters
from src.models.character_model import CharacterModel
from src.models.sampling import probabilities, write

LOGITS = torch.tensor([[2.0, 1.0, 0.0, -1.0]], dtype=torch.float64)


def make(layer="LSTM"):
    model = CharacterModel(layer, 5, 3, 6)
    return initialize_parameters(model, np.random.default_rng(0)).double()


def test_at_temperature_one_it_is_the_softmax():
    assert torch.equal(probabilities(LOGITS), torch.softmax(LOGITS, 1))


@pytest.mark.parametrize("temperature", [0.5, 2.0])
def test_the_temperature_divides_the_log_odds(temperature):
    log_p = probabilities(LOGITS, temperature).log()
    odds = (log_p[0, 0] - log_p[0, 2]).item()
    assert odds == pytest.approx(2 / temperature)


def test_top_k_keeps_the_largest_and_their_odds():
    p = probabilities(LOGITS, top_k=2)[0]
    assert p[2:].tolist() == [0, 0]
    assert p.sum().item() == pytest.approx(1)
    assert (p[0] / p[1]).item() == pytest.approx(np.e)


@pytest.mark.parametrize("temperature", [0, -1.0, float("nan")])
def test_a_temperature_that_is_not_positive(temperature):
    with pytest.raises(ValueError, match="temperature must be above 0"):
        probabilities(LOGITS, temperature)


@pytest.mark.parametrize("top_k", [0, 5])
def test_top_k_out_of_range(top_k):
    with pytest.raises(ValueError, match=r"top_k must lie in 1\.\.4"):
        probabilities(LOGITS, top_k=top_k)


@pytest.mark.parametrize("layer", ["RNN", "LSTM", "GRU"])
def test_the_first_character_is_drawn_from_the_models_distribution(layer):
    model, prompt = make(layer), np.array([1, 4, 2])
    drawn = write(model, prompt, 1, np.random.default_rng(1), samples=20_000)
    with torch.no_grad():
        expected = model(torch.from_numpy(prompt)[None])[0][0, -1].softmax(0)
    found = np.bincount(drawn[:, 0], minlength=5) / len(drawn)
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_what_was_drawn_is_read_before_the_next_draw():
    model, prompt = make(), np.array([3])
    model.embedding.weight.data *= 4  # so that what was read matters
    drawn = write(model, prompt, 2, np.random.default_rng(2), samples=20_000)
    for first in range(5):
        rows = drawn[drawn[:, 0] == first]
        with torch.no_grad():
            expected = model(torch.tensor([[3, first]]))[0][0, -1].softmax(0)
        found = np.bincount(rows[:, 1], minlength=5) / len(rows)
        np.testing.assert_allclose(found, expected, atol=0.04)


def test_a_cold_model_writes_the_most_probable_character():
    model = make()
    with torch.no_grad():
        best = model(torch.tensor([[2]]))[0][0, -1].argmax().item()
    for settings in ({"temperature": 1e-3}, {"top_k": 1}):
        assert write(model, np.array([2]), 1, np.random.default_rng(0), **settings) == best


def test_the_same_generator_writes_the_same():
    texts = [write(make(), np.array([0]), 9, np.random.default_rng(5)).tolist() for _ in "ab"]
    assert texts[0] == texts[1]
    assert len(texts[0][0]) == 9


def test_steps_is_a_positive_int():
    with pytest.raises(ValueError, match="steps must be at least 1"):
        write(make(), np.array([0]), 0, np.random.default_rng(0))
