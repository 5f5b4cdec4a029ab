"""Initial weights of src.modules: bounds, generators, forget bias."""

import numpy as np
import pytest
import torch
from torch import nn

from src.modules import GRU, LSTM, RNN
from src.modules.initialization import draw_uniform, set_forget_bias

PAIRS = [(RNN, nn.RNN), (LSTM, nn.LSTM), (GRU, nn.GRU)]


@pytest.mark.parametrize(("ours_class", "torch_class"), PAIRS)
def test_same_torch_seed_same_weights_as_torch(ours_class, torch_class):
    found = []
    for module_class in (ours_class, torch_class):
        torch.manual_seed(3)
        found.append(module_class(4, 6, num_layers=2, bidirectional=True).state_dict())
    torch.testing.assert_close(*found, rtol=0, atol=0)


@pytest.mark.parametrize(("module_class", "_"), PAIRS)
def test_numpy_generator(module_class, _):
    module = module_class(40, 25, num_layers=2)
    module.reset_parameters(np.random.default_rng(0))
    first = {name: p.clone() for name, p in module.named_parameters()}
    for parameter in first.values():
        assert parameter.abs().max() <= 1 / 5
    assert float(first["weight_ih_l0"].detach().abs().max()) > 0.19
    assert abs(float(first["weight_ih_l0"].detach().std()) - 0.2 / 3**0.5) < 0.01
    module.reset_parameters(np.random.default_rng(1))
    assert not torch.equal(module.weight_ih_l0, first["weight_ih_l0"])
    module.reset_parameters(np.random.default_rng(0))
    assert all(torch.equal(p, first[name]) for name, p in module.named_parameters())


@pytest.mark.parametrize("module_class", [LSTM, nn.LSTM])
def test_forget_bias_is_the_total(module_class):
    lstm = module_class(3, 4, num_layers=2, bidirectional=True)
    before = {name: p.clone() for name, p in lstm.named_parameters()}
    set_forget_bias(lstm, 1.5)
    for suffix in ("_l0", "_l0_reverse", "_l1", "_l1_reverse"):
        total = getattr(lstm, f"bias_ih{suffix}") + getattr(lstm, f"bias_hh{suffix}")
        assert (total[4:8] == 1.5).all()
    for name, parameter in lstm.named_parameters():
        kept = torch.ones(16, dtype=torch.bool)
        kept[4:8] = not name.startswith("bias")
        assert torch.equal(parameter[kept], before[name][kept])


@pytest.mark.parametrize("module", [GRU(3, 4), nn.GRU(3, 4), RNN(3, 4), LSTM(3, 4, bias=False)])
def test_forget_bias_needs_an_lstm_with_biases(module):
    with pytest.raises(ValueError, match="forget_bias needs an LSTM with biases"):
        set_forget_bias(module, 1.0)


def test_seed_is_not_a_generator():
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator, got int"):
        draw_uniform(torch.zeros(2), 1.0, 0)
