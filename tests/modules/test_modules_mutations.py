"""The comparison with torch.nn can fail: mistakes that people make are seen."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from src.modules.lstm import lstm_step


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
def test_a_wrong_step_is_seen(kind, mutant, make_pair, differences):
    rng = np.random.default_rng(5)
    ours, theirs = make_pair(kind, rng)
    ours.step = mutant
    assert max(differences(ours, theirs, rng).values()) > 1e-3


def test_the_unmutated_gru_of_these_mutations_is_right(make_pair, differences):
    rng = np.random.default_rng(5)
    ours, theirs = make_pair("gru", rng)
    ours.step = gru
    assert max(differences(ours, theirs, rng).values()) < 1e-10


@pytest.mark.parametrize(
    ("kind", "gates"),
    [
        (kind, swap)
        for kind, count in (("lstm", 4), ("gru", 3))
        for swap in itertools.combinations(range(count), 2)
    ],
)
@pytest.mark.parametrize("name", ["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"])
def test_two_swapped_gates_in_loaded_weights_are_seen(kind, gates, name, make_pair, differences):
    rng = np.random.default_rng(6)
    ours, theirs = make_pair(kind, rng)
    rows = theirs.state_dict()[name].unflatten(0, (-1, theirs.hidden_size)).clone()
    rows[list(gates)] = rows[list(gates[::-1])]
    ours.load_state_dict({**theirs.state_dict(), name: rows.flatten(0, 1)})
    found = differences(ours, theirs, rng)
    assert found["outputs"] > 1e-3
    assert found["d_x"] > 1e-3


@pytest.mark.parametrize("mutation", ["state not frozen", "last step lost"])
def test_wrong_lengths_are_seen(mutation, make_pair, run_theirs):
    rng = np.random.default_rng(7)
    ours, theirs = make_pair("lstm", rng, bidirectional=True)
    wrong = [7] * 4 if mutation == "state not frozen" else [2, 5, 1, 3]
    x = torch.from_numpy(rng.standard_normal((4, 7, 3)))
    outputs, _ = ours(x, lengths=wrong)
    reference, _ = run_theirs(theirs, x, None, [3, 6, 1, 4])
    assert (outputs - reference).abs().max() > 1e-3
