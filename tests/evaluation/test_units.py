"""Signals of a text, an LSTM read step by step, and units that are held fast."""

import numpy as np
import pytest
import torch

from src.evaluation.units import correlations, read_clamped, since
from src.models import initialize_parameters
from src.models.character_model import CharacterModel


def make(layer="LSTM"):
    model = CharacterModel(layer, 5, 3, 6).double()
    return initialize_parameters(model, np.random.default_rng(0)).eval()


IDS = torch.from_numpy(np.random.default_rng(1).integers(0, 5, (3, 8)))


def test_characters_since_a_mark():
    assert since("ab\ncd\n\ne", "\n").tolist() == [0, 1, 0, 1, 2, 0, 0, 1]
    assert since("\na", "\n").tolist() == [0, 1]


def test_without_a_clamp_it_is_the_model():
    model = make()
    cells, logits = read_clamped(model, IDS)
    expected, (_, last) = model(IDS)
    torch.testing.assert_close(logits, expected.detach(), rtol=0, atol=1e-12)
    torch.testing.assert_close(cells[:, -1], last[0].detach(), rtol=0, atol=1e-12)


def test_a_clamped_unit_stays_and_the_others_feel_it():
    model = make()
    free, _ = read_clamped(model, IDS)
    held, logits = read_clamped(model, IDS, unit=2, value=1.5)
    assert (held[..., 2] == 1.5).all()
    others = [0, 1, 3, 4, 5]
    torch.testing.assert_close(held[:, 0, others], free[:, 0, others])
    assert (held[:, 1:, others] != free[:, 1:, others]).any()
    expected = make()
    assert (logits - expected(IDS)[0]).abs().max() > 1e-3


def test_a_unit_that_nobody_reads_can_be_clamped_for_free():
    model = make()
    with torch.no_grad():
        model.recurrent.weight_hh_l0[:, 4] = 0
        model.output.weight[:, 4] = 0
    _, free = read_clamped(model, IDS)
    _, held = read_clamped(model, IDS, unit=4, value=-3.0)
    torch.testing.assert_close(held, free)


def test_a_unit_that_is_the_signal_correlates_and_a_constant_one_does_not():
    signal = np.random.default_rng(2).normal(size=50)
    cells = np.column_stack([3 * signal + 1, -signal, np.full(50, 7.0), signal[::-1]])
    found = correlations(cells, signal)
    np.testing.assert_allclose(found[:3], [1, -1, 0], atol=1e-12)
    assert found[3] == pytest.approx(np.corrcoef(signal, signal[::-1])[0, 1])


def test_another_layer_another_unit_another_shape():
    with pytest.raises(ValueError, match="model must be an LSTM, got GRU"):
        read_clamped(make("GRU"), IDS)
    with pytest.raises(ValueError, match=r"unit must lie in 0\.\.5, got 6"):
        read_clamped(make(), IDS, unit=6)
    with pytest.raises(ValueError, match=r"shapes \(N, H\) and \(N,\)"):
        correlations(np.zeros((4, 2)), np.zeros(3))
