"""Dropout and zoneout inside a layer: nothing at p = 0, the right units otherwise."""

import numpy as np
import pytest
import torch
from torch import nn

from src.modules.gru import gru_step
from src.modules.layer import run_layer
from src.modules.lstm import lstm_step
from src.modules.regularized import draw_mask, recurrent_dropout, zoneout

B, T, D, H = 3, 6, 4, 5
STEPS = [(lstm_step, nn.LSTM, 2), (gru_step, nn.GRU, 1)]


def layer(kind, states):
    """A layer of torch, its weights, an input, and a first state for our steps."""
    torch.manual_seed(0)
    module = kind(D, H, batch_first=True).double()
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((B, T, D)))
    return module, module.all_weights[0], x, tuple(x.new_zeros(B, H) for _ in range(states))


@pytest.mark.parametrize(("step", "kind", "states"), STEPS)
def test_at_zero_both_are_torchs_layer(step, kind, states):
    module, weights, x, start = layer(kind, states)
    expected = module(x)[0]
    for changed in (recurrent_dropout(step, draw_mask(start[0], 0.0)), zoneout(step, 0.0)):
        torch.testing.assert_close(run_layer(changed, x, start, weights)[0], expected)


def test_a_dropped_unit_is_not_heard_at_any_step():
    """The same as columns of W_hh set to zero, where all sequences have one mask."""
    module, weights, x, start = layer(nn.LSTM, 2)
    mask = torch.tensor([1.0, 0, 1, 1, 0], dtype=torch.float64)
    step = recurrent_dropout(lstm_step, mask.expand(B, H))
    found = run_layer(step, x, start, weights)[0].detach()
    with torch.no_grad():
        module.weight_hh_l0 *= mask
    torch.testing.assert_close(found, module(x)[0].detach())


def test_a_zoned_unit_keeps_its_state():
    _, weights, x, start = layer(nn.LSTM, 2)
    torch.manual_seed(1)
    outputs, _ = run_layer(zoneout(lstm_step, 0.5), x, start, weights)
    before = torch.cat([start[0][:, None], outputs[:, :-1]], dim=1)
    kept = (outputs == before).double().mean().item()
    assert 0.35 < kept < 0.65
    plain, _ = run_layer(zoneout(lstm_step, 0.5, training=False), x, start, weights)
    again, _ = run_layer(zoneout(lstm_step, 0.5, training=False), x, start, weights)
    assert torch.equal(plain, again)
    assert not (plain[:, 1:] == plain[:, :-1]).any()


def test_in_evaluation_zoneout_mixes_by_its_mean():
    _, weights, x, start = layer(nn.LSTM, 2)
    one_step, p = x[:, :1], 0.3
    fresh = run_layer(lstm_step, one_step, start, weights)[1]
    mixed = run_layer(zoneout(lstm_step, p, training=False), one_step, start, weights)[1]
    torch.testing.assert_close(mixed, tuple((1 - p) * s for s in fresh))


def test_a_mask_has_mean_one_and_two_values():
    torch.manual_seed(0)
    mask = draw_mask(torch.zeros(200, 50), 0.2)
    assert set(mask.unique().tolist()) == {0.0, 1.25}
    assert mask.mean().item() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("p", "error"), [(1.0, ValueError), (-0.1, ValueError), ("0.5", TypeError)]
)
def test_a_wrong_p_is_named(p, error):
    with pytest.raises(error, match="p must"):
        draw_mask(torch.zeros(2, 3), p)
    with pytest.raises(error, match="p must"):
        zoneout(lstm_step, p)
