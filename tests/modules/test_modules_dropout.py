"""Dropout acts between layers, in training, and nowhere else."""

import numpy as np
import pytest
import torch
from torch import nn

from src.modules import GRU, LSTM, RNN

PAIRS = [(RNN, nn.RNN), (LSTM, nn.LSTM), (GRU, nn.GRU)]


def inputs(B, T, D):
    return torch.from_numpy(np.random.default_rng(0).standard_normal((B, T, D)))


@pytest.mark.parametrize(("ours_class", "torch_class"), PAIRS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_same_mask_as_torch(ours_class, torch_class, bidirectional):
    """With one sequence both draw their masks in the same order, and results are equal."""
    options = {"num_layers": 3, "dropout": 0.4, "bidirectional": bidirectional}
    ours = ours_class(3, 5, **options).double()
    theirs = torch_class(3, 5, batch_first=True, **options).double()
    theirs.load_state_dict(ours.state_dict())
    x = inputs(1, 6, 3)
    found = []
    for module in (ours, theirs):
        torch.manual_seed(0)
        outputs, state = module(x)
        outputs.square().sum().backward()
        found.append([outputs, state, [p.grad for p in module.parameters()]])
    torch.testing.assert_close(*found, rtol=0, atol=1e-10)
    assert (ours.eval()(x)[0] - found[0][0]).abs().max() > 1e-3


@pytest.mark.parametrize(("module_class", "_"), PAIRS)
def test_all_of_layer_one_dropped(module_class, _):
    """With dropout 1 the second layer hears nothing of x, and its own outputs are not dropped."""
    module = module_class(3, 5, num_layers=2, dropout=1.0).double()
    outputs, _ = module(inputs(2, 6, 3))
    other, _ = module(-inputs(2, 6, 3))
    assert torch.equal(outputs, other)
    assert (outputs != 0).all()


@pytest.mark.parametrize(("module_class", "_"), PAIRS)
def test_evaluation_is_deterministic(module_class, _):
    module = module_class(3, 5, num_layers=2, dropout=0.5)
    x = inputs(2, 6, 3).float()
    assert not torch.equal(module(x)[0], module(x)[0])
    module.eval()
    assert torch.equal(module(x)[0], module(x)[0])


@pytest.mark.parametrize(("module_class", "_"), PAIRS)
def test_one_layer_warns_and_drops_nothing(module_class, _):
    with pytest.warns(UserWarning, match=r"dropout=0.5 does nothing with num_layers=1"):
        module = module_class(3, 5, dropout=0.5)
    x = inputs(2, 6, 3).float()
    assert torch.equal(module(x)[0], module(x)[0])
