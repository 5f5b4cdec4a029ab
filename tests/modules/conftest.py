"""What the comparisons with torch.nn share: the same weights in both, every number compared."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from src.modules import GRU, LSTM, RNN

PAIRS = {"rnn": (RNN, nn.RNN), "lstm": (LSTM, nn.LSTM), "gru": (GRU, nn.GRU)}


def draw(rng, *shape):
    return torch.from_numpy(rng.standard_normal(shape))


def make_pair(kind, rng, D=3, H=5, **options):
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
    """torch's module, over a packed sequence if there are lengths."""
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
    loss = sum((value * w).sum() for value, w in zip(named.values(), upstream, strict=True))
    wanted = {"x": x, **dict(zip(["h_0", "c_0"], states, strict=False))}
    wanted |= dict(module.named_parameters())
    gradients = torch.autograd.grad(loss, list(wanted.values()), materialize_grads=True)
    return named | {f"d_{name}": g for name, g in zip(wanted, gradients, strict=True)}


def differences(ours, theirs, rng, lengths=None, B=4, T=7):
    """The largest difference of each quantity; random weights on every output and final state."""
    D, H = theirs.input_size, theirs.hidden_size
    directions = 2 if theirs.bidirectional else 1
    x = draw(rng, B, T, D) if theirs.batch_first else draw(rng, T, B, D)
    state_shape = (theirs.num_layers * directions, B, H)
    states = [draw(rng, *state_shape) for _ in range(2 if isinstance(theirs, nn.LSTM) else 1)]
    upstream = [draw(rng, *x.shape[:2], directions * H)] + [draw(rng, *state_shape) for _ in states]
    a = results(ours, lambda module, *args: module(*args), x, states, lengths, upstream)
    b = results(theirs, run_theirs, x, states, lengths, upstream)
    assert a.keys() == b.keys()
    assert all(a[name].shape == b[name].shape for name in a)
    return {name: (a[name] - b[name]).abs().max().item() for name in a}


@pytest.fixture(scope="session", name="make_pair")
def make_pair_fixture():
    return make_pair


@pytest.fixture(scope="session", name="run_theirs")
def run_theirs_fixture():
    return run_theirs


@pytest.fixture(scope="session", name="differences")
def differences_fixture():
    return differences
