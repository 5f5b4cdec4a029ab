"""Autocast, compile, export, the meta device: what `nn.LSTM` does there, our layers do too."""

import pytest
import torch
from torch import nn

from src.modules import GRU, LSTM, RNN

LAYERS = [RNN, LSTM, GRU]


def last_state(result):
    state = result[1]
    return state[0] if isinstance(state, tuple) else state


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("with_state", [False, True])
def test_under_autocast_a_layer_reads_what_a_linear_layer_wrote(layer, with_state):
    torch.manual_seed(0)
    linear, module = nn.Linear(4, 4), layer(4, 5, num_layers=2, bidirectional=True)
    x, h = torch.randn(2, 6, 4), torch.zeros(4, 2, 5)
    state = ((h, h) if layer is LSTM else h) if with_state else None
    exact, _ = module(linear(x), state)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        coarse, _ = module(linear(x), state, lengths=[6, 6])
    assert torch.allclose(exact, coarse.float(), atol=0.02)
    coarse.float().sum().backward()
    assert all(p.grad.isfinite().all() for p in module.parameters())


def test_without_autocast_another_dtype_is_still_refused():
    with pytest.raises(TypeError, match="dtype"):
        LSTM(4, 5)(torch.zeros(2, 3, 4, dtype=torch.bfloat16))
    with (
        torch.autocast("cpu", dtype=torch.bfloat16),
        pytest.raises(TypeError, match="dtype"),
    ):
        LSTM(4, 5)(torch.zeros(2, 3, 4, dtype=torch.int64))


@pytest.mark.parametrize("layer", LAYERS)
def test_an_exported_layer_gives_the_same(layer):
    module, x = layer(3, 4, bidirectional=True).eval(), torch.randn(2, 5, 3)
    lengths = torch.tensor([5, 2])
    exported = torch.export.export(module, (x, None, lengths)).module()
    assert torch.equal(last_state(exported(x, None, lengths)), last_state(module(x, None, lengths)))
    assert torch.equal(exported(x, None, lengths)[0], module(x, None, lengths)[0])


@pytest.mark.parametrize("layer", LAYERS)
def test_compile_needs_no_break_of_the_graph(layer):
    module, x = layer(3, 4).eval(), torch.randn(2, 5, 3)
    compiled = torch.compile(module, backend="eager", fullgraph=True)
    assert torch.equal(compiled(x)[0], module(x)[0])


@pytest.mark.parametrize("layer", LAYERS)
def test_shapes_come_without_numbers(layer):
    outputs, _ = layer(3, 4).to("meta")(torch.empty(2, 5, 3, device="meta"))
    assert outputs.shape == (2, 5, 4)
