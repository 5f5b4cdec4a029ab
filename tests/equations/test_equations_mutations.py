"""The tests of the equations can fail: each of these mistakes turns one of them red.

A mutation is one snippet of a layer's source, replaced. "gradient" marks those that the gradient
check must refuse. Where forward and backward pass are wrong in the same way, the gradient is right
for a wrong function: only "forward", the comparison with the loop over `step`, can see that.
"""

import inspect
from types import ModuleType

import numpy as np
import pytest

from src.equations import gradient_check, lstm, rnn

BLOCKS_TRANSPOSED = "W_h.reshape(-1, H, H).swapaxes(1, 2).reshape(W_h.shape)"

LSTM_MUTATIONS = {
    # Gates swapped.
    "i and f swapped everywhere": (
        "SIGMOIDS_FIRST = [0, 1, 3, 2]",
        "SIGMOIDS_FIRST = [1, 0, 3, 2]",
        "forward",
    ),
    "o and C̃ not swapped": (
        "SIGMOIDS_FIRST = [0, 1, 3, 2]",
        "SIGMOIDS_FIRST = [0, 1, 2, 3]",
        "forward",
    ),
    "i and f swapped in the forward pass": (
        "i, f, o, C_tilde, tanh_C = activations[t]\n            C, h",
        "f, i, o, C_tilde, tanh_C = activations[t]\n            C, h",
        "forward gradient",
    ),
    "i and o swapped in the backward pass": (
        "i, f, o, C_tilde, tanh_C = activations[t]\n            D_t",
        "o, f, i, C_tilde, tanh_C = activations[t]\n            D_t",
        "gradient",
    ),
    "δ_i and δ_f swapped": (
        "delta_i, delta_f, delta_o, delta_c, through_tanh = slopes",
        "delta_f, delta_i, delta_o, delta_c, through_tanh = slopes",
        "gradient",
    ),
    "gradients of the weights left in the order i, f, o, C̃": (
        "d_W = _sigmoids_first(d_W)",
        "",
        "gradient",
    ),
    # A path of the gradient dropped.
    "no path along the cell state": ("E_t *= f", "E_t *= 0", "gradient"),
    "no path from h to C": ("E_t += through_tanh", "", "gradient"),
    "no path through h": (
        "np.matmul(W_transposed, delta, out=d_columns[t])",
        "np.matmul(W_transposed, delta, out=d_columns[t]); d_columns[t, :H] = 0",
        "gradient",
    ),
    "nothing from the outputs": ("D_t += d_hidden[t]", "", "gradient"),
    "nothing from the last h": (
        'initial_state("d_state[0]", d_h, B',
        'initial_state("d_state[0]", None, B',
        "gradient",
    ),
    "nothing from the last C": (
        'initial_state("d_state[1]", d_C, B',
        'initial_state("d_state[1]", None, B',
        "gradient",
    ),
    "no gradient of the bias": ('"bias": d_W[:, -1]', '"bias": 0 * d_W[:, -1]', "gradient"),
    "the bias takes another column": ('"bias": d_W[:, -1]', '"bias": d_W[:, -2]', "gradient"),
    # A wrong factor.
    "W_h transposed in the backward pass": (
        "np.concatenate([W_h, W_x], axis=1)",
        f"np.concatenate([{BLOCKS_TRANSPOSED}, W_x], axis=1)",
        "gradient",
    ),
    "W_h transposed in the forward pass": (
        "np.concatenate([W_h, W_x, b[:, None]], axis=1)",
        f"np.concatenate([{BLOCKS_TRANSPOSED}, W_x, b[:, None]], axis=1)",
        "forward gradient",
    ),
    "1 − tanh² forgotten at C": ("through_tanh *= o", "through_tanh[...] = o", "gradient"),
    "1 − tanh² forgotten at C̃": ("delta_c *= i", "delta_c[...] = i", "gradient"),
    "σ instead of σ′": (
        "np.subtract(activations[t, :3], slopes[:3], out=slopes[:3])",
        "slopes[:3] = activations[t, :3]",
        "gradient",
    ),
    "δ_i with tanh(C) for C̃": ("delta_i *= C_tilde", "delta_i *= tanh_C", "gradient"),
    "δ_o with C̃ for tanh(C)": ("delta_o *= tanh_C", "delta_o *= C_tilde", "gradient"),
    "C̃ let in by f": (
        "np.multiply(i, C_tilde, out=added)",
        "np.multiply(f, C_tilde, out=added)",
        "forward gradient",
    ),
    "o without its ½": ("W[: 3 * H] *= 0.5", "W[: 2 * H] *= 0.5", "forward gradient"),
    # Off by one in time.
    "C_t for C_(t−1)": ("delta_f *= cells[t]", "delta_f *= cells[t + 1]", "gradient"),
    "h_t for h_(t−1)": (
        "columns[t : min(t + CHUNK, T)]",
        "columns[t + 1 : min(t + CHUNK, T) + 1]",
        "gradient",
    ),
    "the output's gradient a step late": (
        "D_t += d_hidden[t]",
        "D_t += d_hidden[t - 1]",
        "gradient",
    ),
    # Lengths.
    "gates open behind the end": (
        "gates[:3, :, ended[t]] = np.array([0, 1, 0], b.dtype)[:, None, None]",
        "pass",
        "forward gradient",
    ),
    "h not frozen behind the end": (
        "np.copyto(h, columns[t, :H], where=ended[t])",
        "pass",
        "forward gradient",
    ),
    "no way back past the end": (
        "np.copyto(d_columns[t, :H], D_t, where=ended[t])",
        "pass",
        "gradient",
    ),
}

RNN_MUTATIONS = {
    "no path through h": (
        "np.matmul(W_transposed, delta, out=d_columns[t])",
        "np.matmul(W_transposed, delta, out=d_columns[t]); d_columns[t, :H] = 0",
        "gradient",
    ),
    "nothing from the outputs": ("D_t += d_hidden[t]", "", "gradient"),
    "nothing from the last h": (
        'initial_state("d_state", d_state, B',
        'initial_state("d_state", None, B',
        "gradient",
    ),
    "no gradient of the bias": ('"bias": d_W[:, -1]', '"bias": 0 * d_W[:, -1]', "gradient"),
    "W_h transposed in the backward pass": (
        "np.concatenate([W_h, W_x], axis=1)",
        "np.concatenate([W_h.T, W_x], axis=1)",
        "gradient",
    ),
    "W_h transposed in the forward pass": (
        "np.concatenate([W_h, W_x, b[:, None]], axis=1)",
        "np.concatenate([W_h.T, W_x, b[:, None]], axis=1)",
        "forward gradient",
    ),
    "1 − h² forgotten": ("np.subtract(1, delta, out=delta)", "delta[...] = 1", "gradient"),
    "1 − h_(t−1)² for 1 − h_t²": (
        "h, delta, D_t = columns[t + 1, :H]",
        "h, delta, D_t = columns[t, :H]",
        "gradient",
    ),
    "h_t for h_(t−1)": (
        "np.tensordot(deltas, columns[:T]",
        "np.tensordot(deltas, columns[1:]",
        "gradient",
    ),
    "h not frozen behind the end": (
        "np.copyto(h, columns[t, :H], where=ended[t])",
        "pass",
        "forward gradient",
    ),
    "δ behind the end": ("delta *= ~ended[t]", "pass", "gradient"),
    "no way back past the end": (
        "np.copyto(d_columns[t, :H], D_t, where=ended[t])",
        "pass",
        "gradient",
    ),
}

MUTATIONS = [
    pytest.param(original, *mutation, id=f"{original.__name__.rpartition('.')[2]}: {name}")
    for original, mutations in [(lstm, LSTM_MUTATIONS), (rnn, RNN_MUTATIONS)]
    for name, mutation in mutations.items()
]


def layer_from_source(original, source):
    """The LSTM or RNN that a module with this source defines."""
    module = ModuleType("mutant")
    exec(compile(source, "mutant", "exec"), vars(module))
    return getattr(module, "LSTM" if original is lstm else "RNN")


def passed_checks(problem):
    """Which of the two checks a layer passes, on unequal lengths and a state from outside."""
    outputs, state = problem.forward(problem.point)
    expected_outputs, expected_state = problem.loop_over_step()
    same = np.allclose(outputs, expected_outputs, rtol=0, atol=1e-12) and all(
        np.allclose(state[name], expected_state[name], rtol=0, atol=1e-12) for name in state
    )
    right = gradient_check(problem.loss, problem.point, problem.gradient(), tolerance=1e-9).passed
    return {name for name, passed in [("forward", same), ("gradient", right)] if passed}


@pytest.fixture
def checks_passed_by(draw_problem):
    return lambda layer_class: passed_checks(draw_problem(layer_class, lengths=[2, 4, 1]))


@pytest.mark.parametrize("original", [lstm, rnn], ids=["lstm", "rnn"])
def test_the_unmutated_source_passes(original, checks_passed_by):
    layer_class = layer_from_source(original, inspect.getsource(original))
    assert checks_passed_by(layer_class) == {"forward", "gradient"}


@pytest.mark.parametrize(("original", "snippet", "replacement", "fails"), MUTATIONS)
def test_a_mutation_fails(original, snippet, replacement, fails, checks_passed_by):
    source = inspect.getsource(original)
    assert source.count(snippet) == 1
    layer_class = layer_from_source(original, source.replace(snippet, replacement))
    assert checks_passed_by(layer_class) == {"forward", "gradient"} - set(fails.split())
