"""initialize_parameters: torch's distributions from NumPy's generator."""

import numpy as np
import pytest
import torch
from torch import nn

from src.models import GRUClassifier, LSTMClassifier, initialize_parameters
from src.modules import GRU, LSTM, RNN

V, E, H, C = 300, 64, 49, 25


def drawn(model_class, seed, **options):
    return initialize_parameters(
        model_class(V, E, H, C), np.random.default_rng(seed), **options
    ).state_dict()


@pytest.mark.parametrize("model_class", [LSTMClassifier, GRUClassifier])
def test_deterministic(model_class):
    torch.manual_seed(0)
    first = drawn(model_class, 0)
    torch.manual_seed(1)
    again, other = drawn(model_class, 0), drawn(model_class, 1)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("model_class", [LSTMClassifier, GRUClassifier])
def test_torchs_own_distributions(model_class):
    """Bounds and spread of every parameter, beside those that torch itself draws."""
    torch.manual_seed(0)
    reference = model_class(V, E, H, C).state_dict()
    for name, value in drawn(model_class, 0).items():
        assert abs(float(value.std() / reference[name].std()) - 1) < 0.25, name
        assert abs(float(value.mean())) < 5 * float(value.std()) / value.numel() ** 0.5, name
        if name != "embedding.weight":
            bound = (2 * H) ** -0.5 if name.startswith("output") else H**-0.5
            assert 0.8 * bound < float(value.abs().max()) <= bound * (1 + 1e-6), name


@pytest.mark.parametrize(("ours", "theirs"), [(RNN, nn.RNN), (LSTM, nn.LSTM), (GRU, nn.GRU)])
def test_ours_and_torchs_get_the_same_numbers(ours, theirs):
    a, b = (
        initialize_parameters(kind(3, 4, num_layers=2), np.random.default_rng(0)).state_dict()
        for kind in (ours, theirs)
    )
    assert all(torch.equal(a[name], b[name]) for name in b)


def test_float64_is_drawn_in_full():
    a, b = (
        initialize_parameters(nn.Linear(3, 4).to(dtype), np.random.default_rng(0)).weight
        for dtype in (torch.float32, torch.float64)
    )
    assert torch.equal(a, b.float())
    assert not torch.equal(a.double(), b)


def test_padding_row_is_zero():
    embedding = initialize_parameters(nn.Embedding(5, 3, padding_idx=2), np.random.default_rng(0))
    assert (embedding.weight == 0).all(dim=1).tolist() == [False, False, True, False, False]


def test_forget_bias_of_every_lstm():
    model = nn.ModuleList([LSTM(3, 4), nn.LSTM(3, 4, num_layers=2), nn.GRU(3, 4)])
    initialize_parameters(model, np.random.default_rng(0), forget_bias=2.0)
    for lstm, layers in ((model[0], 1), (model[1], 2)):
        for layer in range(layers):
            total = getattr(lstm, f"bias_ih_l{layer}") + getattr(lstm, f"bias_hh_l{layer}")
            assert (total[4:8] == 2).all()
            assert (total[:4].abs() < 1).all()


@pytest.mark.parametrize(
    ("module", "rng", "forget_bias", "error", "message"),
    [
        (nn.Conv1d(1, 1, 1), np.random.default_rng(0), None, TypeError, "weight, bias of Conv1d"),
        (nn.GRU(2, 3), np.random.default_rng(0), 1.0, ValueError, "forget_bias needs an LSTM"),
        (nn.GRU(2, 3), 0, None, TypeError, r"rng must be a numpy.random.Generator, got int"),
    ],
)
def test_bad_call(module, rng, forget_bias, error, message):
    with pytest.raises(error, match=message):
        initialize_parameters(module, rng, forget_bias)
