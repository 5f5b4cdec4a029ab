"""src.modules against torch.nn: outputs, final states and every gradient, in float64."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from src import equations
from src.modules import GRU, LSTM, RNN

TOLERANCE = 1e-10
PAIRS = {"rnn": (RNN, nn.RNN), "lstm": (LSTM, nn.LSTM), "gru": (GRU, nn.GRU)}
LENGTHS = [3, 6, 1, 4]  # unsorted, none of them the T = 7 of x
B, T, D, H = 4, 7, 3, 5
LARGEST = {"B": 5, "T": 6, "D": 4, "H": 5, "L": 3}


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("lengths", [None, LENGTHS])
@pytest.mark.parametrize("bias", [False, True])
def test_outputs_states_and_gradients_equal(
    kind, num_layers, bidirectional, lengths, bias, make_pair, differences
):
    rng = np.random.default_rng(num_layers)
    options = {"num_layers": num_layers, "bidirectional": bidirectional, "bias": bias}
    found = differences(*make_pair(kind, rng, **options), rng, lengths)
    assert max(found.values()) < TOLERANCE, found


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_time_first_layout(kind, lengths, make_pair, differences):
    rng = np.random.default_rng(0)
    pair = make_pair(kind, rng, num_layers=2, bidirectional=True, batch_first=False)
    found = differences(*pair, rng, lengths)
    assert max(found.values()) < TOLERANCE, found


@settings(max_examples=40, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(PAIRS)))
def test_any_shape(data, kind, make_pair, differences):
    B, T, D, H, L = (data.draw(st.integers(1, top), label=name) for name, top in LARGEST.items())
    lengths = data.draw(st.none() | st.lists(st.integers(1, T), min_size=B, max_size=B))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    options = {"num_layers": L, "bidirectional": data.draw(st.booleans())}
    found = differences(*make_pair(kind, rng, D, H, **options), rng, lengths, B, T)
    assert max(found.values()) < TOLERANCE, found


@pytest.mark.parametrize("kind", PAIRS)
def test_initial_state_defaults_to_zero(kind, make_pair):
    ours, theirs = make_pair(kind, np.random.default_rng(1), num_layers=2)
    x = torch.from_numpy(np.random.default_rng(2).standard_normal((B, T, D)))
    torch.testing.assert_close(ours(x), theirs(x), rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_state_dict_loads_both_ways(kind, bidirectional, bias):
    ours_class, torch_class = PAIRS[kind]
    options = {"num_layers": 2, "bidirectional": bidirectional, "bias": bias}
    ours = ours_class(D, H, **options)
    theirs = torch_class(D, H, batch_first=True, **options)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    theirs.load_state_dict(ours.state_dict())
    torch.testing.assert_close(theirs.state_dict(), ours.state_dict(), rtol=0, atol=0)
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((B, T, D))).float()
    torch.testing.assert_close(ours(x), theirs(x), rtol=0, atol=1e-5)


@pytest.mark.parametrize("kind", PAIRS)
def test_padding_is_never_read(kind, make_pair):
    """NaN in the padding changes neither a number nor a gradient."""
    ours, _ = make_pair(kind, np.random.default_rng(3), num_layers=2, bidirectional=True)
    x = torch.from_numpy(np.random.default_rng(4).standard_normal((B, T, D)))
    padding = torch.arange(T) >= torch.tensor(LENGTHS)[:, None]
    found = []
    for filler in (0.0, float("nan")):
        ours.zero_grad()
        outputs, final = ours(x.masked_fill(padding[:, :, None], filler), lengths=LENGTHS)
        assert (outputs[padding] == 0).all()
        outputs.square().sum().backward()
        found.append([outputs, final, [p.grad.clone() for p in ours.parameters()]])
    torch.testing.assert_close(*found, rtol=0, atol=0)


@pytest.mark.parametrize(("kind", "reference"), [("rnn", equations.RNN), ("lstm", equations.LSTM)])
@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_equal_to_the_equations_in_numpy(kind, reference, lengths, make_pair):
    ours, theirs = make_pair(kind, np.random.default_rng(8))
    x = np.random.default_rng(9).standard_normal((B, T, D))
    outputs, state, _ = reference.from_torch(theirs).forward(x, lengths=lengths)
    found, final = ours(torch.from_numpy(x), lengths=lengths)
    np.testing.assert_allclose(found.detach(), outputs, rtol=0, atol=TOLERANCE)
    for ours_n, theirs_n in zip(
        final if kind == "lstm" else (final,), state if kind == "lstm" else (state,), strict=True
    ):
        np.testing.assert_allclose(ours_n[0].detach(), theirs_n, rtol=0, atol=TOLERANCE)
