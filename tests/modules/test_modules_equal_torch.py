"""src.modules against torch.nn: outputs, final states and every gradient, in float64."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from src.modules import GRU, LSTM, RNN
from src.modules.lstm import lstm_step

TOLERANCE = 1e-10
PAIRS = {"rnn": (RNN, nn.RNN), "lstm": (LSTM, nn.LSTM), "gru": (GRU, nn.GRU)}
LENGTHS = [3, 6, 1, 4]  # unsorted, none of them the T = 7 of x
B, T, D, H = 4, 7, 3, 5
LARGEST = {"B": 5, "T": 6, "D": 4, "H": 5, "L": 3}


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def make_pair(kind, rng, D=D, H=H, **options):
    """Ours and torch's, float64, with the same random unequal weights."""
    ours_class, torch_class = PAIRS[kind]
    ours = ours_class(D, H, **options).double()
    theirs = torch_class(D, H, **{"batch_first": True, **options}).double()
    with torch.no_grad():
        for parameter in theirs.parameters():
            parameter.copy_(0.5 * draw(rng, *parameter.shape))
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def run_theirs(module, x, state, lengths):
    if lengths is None:
        return module(x, state)
    packed = pack_padded_sequence(x, torch.tensor(lengths), module.batch_first, False)
    outputs, state = module(packed, state)
    steps = x.shape[1 if module.batch_first else 0]
    return pad_packed_sequence(outputs, module.batch_first, total_length=steps)[0], state


def results(module, run, x, states, lengths, upstream):
    """Outputs, final states, and the gradients of x, the initial states and all parameters."""
    x = x.clone().requires_grad_()
    states = [state.clone().requires_grad_() for state in states]
    outputs, final = run(module, x, tuple(states) if len(states) == 2 else states[0], lengths)
    named = {"outputs": outputs}
    for name, tensor in zip("hc", final if isinstance(final, tuple) else (final,), strict=False):
        named[f"{name}_n"] = tensor
    loss = sum((value * w).sum() for value, w in zip(named.values(), upstream, strict=False))
    wanted = {"x": x, **dict(zip(["h_0", "c_0"], states, strict=False))}
    wanted |= dict(module.named_parameters())
    gradients = torch.autograd.grad(loss, list(wanted.values()), materialize_grads=True)
    return named | {f"d_{name}": g for name, g in zip(wanted, gradients, strict=True)}


def differences(ours, theirs, rng, lengths=None, B=B, T=T):
    """The largest difference of each quantity; random weights on every output and final state."""
    D, H = theirs.input_size, theirs.hidden_size
    directions = 2 if theirs.bidirectional else 1
    x = draw(rng, B, T, D) if theirs.batch_first else draw(rng, T, B, D)
    state_shape = (theirs.num_layers * directions, B, H)
    states = [draw(rng, *state_shape) for _ in range(2 if isinstance(theirs, nn.LSTM) else 1)]
    upstream = [draw(rng, *x.shape[:2], directions * H)] + [draw(rng, *state_shape)] * 2
    a = results(ours, lambda module, *args: module(*args), x, states, lengths, upstream)
    b = results(theirs, run_theirs, x, states, lengths, upstream)
    assert a.keys() == b.keys()
    assert all(a[name].shape == b[name].shape for name in a)
    return {name: (a[name] - b[name]).abs().max().item() for name in a}


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("lengths", [None, LENGTHS])
@pytest.mark.parametrize("bias", [False, True])
def test_outputs_states_and_gradients_equal(kind, num_layers, bidirectional, lengths, bias):
    rng = np.random.default_rng(num_layers)
    options = {"num_layers": num_layers, "bidirectional": bidirectional, "bias": bias}
    found = differences(*make_pair(kind, rng, **options), rng, lengths)
    assert max(found.values()) < TOLERANCE, found


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_time_first_layout(kind, lengths):
    rng = np.random.default_rng(0)
    pair = make_pair(kind, rng, num_layers=2, bidirectional=True, batch_first=False)
    found = differences(*pair, rng, lengths)
    assert max(found.values()) < TOLERANCE, found


@settings(max_examples=40, deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(PAIRS)))
def test_any_shape(data, kind):
    B, T, D, H, L = (data.draw(st.integers(1, top), label=name) for name, top in LARGEST.items())
    lengths = data.draw(st.none() | st.lists(st.integers(1, T), min_size=B, max_size=B))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    options = {"num_layers": L, "bidirectional": data.draw(st.booleans())}
    found = differences(*make_pair(kind, rng, D, H, **options), rng, lengths, B, T)
    assert max(found.values()) < TOLERANCE, found


@pytest.mark.parametrize("kind", PAIRS)
def test_initial_state_defaults_to_zero(kind):
    ours, theirs = make_pair(kind, np.random.default_rng(1), num_layers=2)
    x = draw(np.random.default_rng(2), B, T, D)
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
def test_padding_is_never_read(kind):
    """NaN in the padding changes neither a number nor a gradient."""
    ours, _ = make_pair(kind, np.random.default_rng(3), num_layers=2, bidirectional=True)
    x = draw(np.random.default_rng(4), B, T, D)
    padding = torch.arange(T) >= torch.tensor(LENGTHS)[:, None]
    found = []
    for filler in (0.0, float("nan")):
        ours.zero_grad()
        outputs, final = ours(x.masked_fill(padding[:, :, None], filler), lengths=LENGTHS)
        assert (outputs[padding] == 0).all()
        outputs.square().sum().backward()
        found.append([outputs, final, [p.grad.clone() for p in ours.parameters()]])
    torch.testing.assert_close(*found, rtol=0, atol=0)


# Mutations: each is a mistake that people make, and the comparison above must see it.


def lstm_input_and_forget_swapped(input_product, state, weight_hh, bias_hh):
    i, f, g, o = input_product.chunk(4, dim=-1)
    rows = torch.cat(weight_hh.chunk(4)[1::-1] + weight_hh.chunk(4)[2:])
    bias = torch.cat(bias_hh.chunk(4)[1::-1] + bias_hh.chunk(4)[2:])
    return lstm_step(torch.cat([f, i, g, o], dim=-1), state, rows, bias)


def lstm_cell_path_cut(input_product, state, weight_hh, bias_hh):
    h, c = state
    return lstm_step(input_product, (h, c.detach()), weight_hh, bias_hh)


def lstm_hidden_path_cut(input_product, state, weight_hh, bias_hh):
    h, c = state
    return lstm_step(input_product, (h.detach(), c), weight_hh, bias_hh)


def lstm_output_before_tanh(input_product, state, weight_hh, bias_hh):
    h, c = lstm_step(input_product, state, weight_hh, bias_hh)
    o = h / torch.tanh(c)
    return torch.tanh(o * c), c


def gru(input_product, state, weight_hh, bias_hh, reset_before=False, z_turned=False):
    (h,) = state
    a_r, a_z, a_n = input_product.chunk(3, dim=-1)
    u_r, u_z, u_n = F.linear(h, weight_hh, bias_hh).chunk(3, dim=-1)
    r, z = torch.sigmoid(a_r + u_r), torch.sigmoid(a_z + u_z)
    if reset_before:
        n = torch.tanh(a_n + F.linear(r * h, weight_hh.chunk(3)[2], bias_hh.chunk(3)[2]))
    else:
        n = torch.tanh(a_n + r * u_n)
    return (z * n + (1 - z) * h if z_turned else (1 - z) * n + z * h,)


def gru_reset_before(*args):
    return gru(*args, reset_before=True)


def gru_update_gate_turned(*args):
    return gru(*args, z_turned=True)


def rnn_transposed(input_product, state, weight_hh, bias_hh):
    return (torch.tanh(input_product + F.linear(state[0], weight_hh.T, bias_hh)),)


def rnn_without_hidden_bias(input_product, state, weight_hh, bias_hh):
    return (torch.tanh(input_product + F.linear(state[0], weight_hh) + 0 * bias_hh),)


MUTANTS = {
    "lstm": [
        lstm_input_and_forget_swapped,
        lstm_cell_path_cut,
        lstm_hidden_path_cut,
        lstm_output_before_tanh,
    ],
    "gru": [gru_reset_before, gru_update_gate_turned],
    "rnn": [rnn_transposed, rnn_without_hidden_bias],
}


@pytest.mark.parametrize(
    ("kind", "mutant"), [(kind, mutant) for kind, found in MUTANTS.items() for mutant in found]
)
def test_a_wrong_step_is_seen(kind, mutant):
    rng = np.random.default_rng(5)
    ours, theirs = make_pair(kind, rng)
    ours.step = mutant
    assert max(differences(ours, theirs, rng).values()) > 1e-3


def test_the_unmutated_gru_of_these_mutations_is_right():
    rng = np.random.default_rng(5)
    ours, theirs = make_pair("gru", rng)
    ours.step = gru
    assert max(differences(ours, theirs, rng).values()) < TOLERANCE


@pytest.mark.parametrize(
    ("kind", "gates"),
    [
        (kind, swap)
        for kind, count in (("lstm", 4), ("gru", 3))
        for swap in itertools.combinations(range(count), 2)
    ],
)
@pytest.mark.parametrize("name", ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"])
def test_two_swapped_gates_in_loaded_weights_are_seen(kind, gates, name):
    rng = np.random.default_rng(6)
    ours, theirs = make_pair(kind, rng)
    rows = theirs.state_dict()[name].unflatten(0, (-1, H)).clone()
    rows[list(gates)] = rows[list(gates[::-1])]
    ours.load_state_dict({**theirs.state_dict(), name: rows.flatten(0, 1)})
    found = differences(ours, theirs, rng)
    assert found["outputs"] > 1e-3
    assert found["d_x"] > 1e-3


@pytest.mark.parametrize("mutation", ["state not frozen", "last step lost"])
def test_wrong_lengths_are_seen(mutation):
    rng = np.random.default_rng(7)
    ours, theirs = make_pair("lstm", rng, bidirectional=True)
    wrong = [T] * B if mutation == "state not frozen" else [max(1, n - 1) for n in LENGTHS]
    x = draw(rng, B, T, D)
    outputs, _ = ours(x, lengths=wrong)
    reference, _ = run_theirs(theirs, x, None, LENGTHS)
    assert (outputs - reference).abs().max() > 1e-3
