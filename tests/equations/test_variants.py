"""The variants of the LSTM: the cells of 1997 and 2000, and peepholes.

Each is checked like the main layers: `forward` against a loop over `step`, the hand-made gradient
against finite differences and against autograd of a transcription, and mutations of the source that
these checks must refuse.
"""

import inspect
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch

from src.equations import LSTM, gradient_check
from src.equations.history.lstm1997 import LSTM1997
from src.equations.history.lstm2000 import LSTM2000
from src.equations.history.peephole import PeepholeLSTM

D, BLOCKS, CELLS = 2, 2, 4  # two blocks of two cells

VARIANTS = {
    # class, options, rows, columns of weight_hh, biases
    "1997, cells feed back": (LSTM1997, {"blocks": BLOCKS}, 8, 4, 4),
    "1997, all feeds back": (LSTM1997, {"blocks": BLOCKS}, 8, 8, 8),
    "2000": (LSTM2000, {"blocks": BLOCKS}, 10, 4, 6),
    "peephole": (PeepholeLSTM, {}, 16, 4, 16),
}


def draw(name, layer_class=None, B=3, T=4, seed=0):
    """A layer with random, unequal weights, what it reads, and a gradient from everywhere."""
    original, options, rows, columns, biases = VARIANTS[name]
    rng = np.random.default_rng(seed)
    parameters = {
        "weight_ih": rng.standard_normal((rows, D)),
        "weight_hh": rng.standard_normal((rows, columns)),
        "bias": rng.standard_normal(biases),
    }
    if original is PeepholeLSTM:
        parameters["weight_peephole"] = rng.standard_normal((3, CELLS))
    layer_class = layer_class or original
    return SimpleNamespace(
        make=lambda p: layer_class(p, **options),
        parameters=parameters,
        x=rng.standard_normal((B, T, D)),
        state=(rng.standard_normal((B, columns)), rng.standard_normal((B, CELLS))),
        d_outputs=rng.standard_normal((B, T, CELLS)),
        d_state=(rng.standard_normal((B, columns)), rng.standard_normal((B, CELLS))),
    )


def point_of(problem):
    y, C = problem.state
    return {"x": problem.x, "y": y, "C": C, **problem.parameters}


def loss_of(problem, point):
    layer = problem.make({key: point[key] for key in problem.parameters})
    outputs, (y, C), _ = layer.forward(point["x"], (point["y"], point["C"]))
    d_y, d_C = problem.d_state
    return np.sum(outputs * problem.d_outputs) + np.sum(y * d_y) + np.sum(C * d_C)


def gradient_of(problem):
    layer = problem.make(problem.parameters)
    *_, tape = layer.forward(problem.x, problem.state)
    gradients = layer.backward(tape, problem.d_outputs, problem.d_state)
    d_y, d_C = gradients.state
    return {"x": gradients.x, "y": d_y, "C": d_C, **gradients.parameters}


def reference(problem, point):
    """The equations of the papers in torch, cell by cell: the loss."""
    name = problem.make(problem.parameters).__class__.__name__
    W_x, W_h, b = point["weight_ih"], point["weight_hh"], point["bias"]
    share = torch.arange(CELLS) // (CELLS // BLOCKS)  # the block of each cell
    y, C, loss = point["y"], point["C"], 0
    for t in range(problem.x.shape[1]):
        a = point["x"][:, t] @ W_x.T + y @ W_h.T
        a = torch.cat([a[:, : len(b)] + b, a[:, len(b) :]], dim=1)
        if name == "PeepholeLSTM":
            p = point["weight_peephole"]
            i = torch.sigmoid(a[:, :4] + p[0] * C)
            f = torch.sigmoid(a[:, 4:8] + p[1] * C)
            C = f * C + i * torch.tanh(a[:, 8:12])
            y = h = torch.sigmoid(a[:, 12:] + p[2] * C) * torch.tanh(C)
        else:
            gates = [torch.sigmoid(gate) for gate in a[:, :-CELLS].split(BLOCKS, dim=1)]
            i, o = gates[0][:, share], gates[-1][:, share]
            f = gates[1][:, share] if len(gates) == 3 else 1
            C = f * C + i * (4 * torch.sigmoid(a[:, -CELLS:]) - 2)
            h = o * (2 * torch.sigmoid(C) - 1)
            y = torch.cat([h, *gates], dim=1)[:, : W_h.shape[1]]
        loss = loss + (h * torch.from_numpy(problem.d_outputs[:, t])).sum()
    d_y, d_C = (torch.from_numpy(d) for d in problem.d_state)
    return loss + (y * d_y).sum() + (C * d_C).sum()


def passed_checks(problem):
    """Which of three checks a layer passes: its step, its gradient, and the papers' equations."""
    layer = problem.make(problem.parameters)
    outputs, (y, C), _ = layer.forward(problem.x, problem.state)
    state = problem.state
    expected = []
    for t in range(problem.x.shape[1]):
        step = layer.step(problem.x[:, t], state)
        fed_back = layer.fed_back(step) if hasattr(layer, "fed_back") else step.hidden_state
        state = (fed_back, step.cell_state)
        expected.append(step.hidden_state)
    same = np.allclose(outputs, np.stack(expected, axis=1), rtol=0, atol=1e-12)
    same &= np.allclose(y, state[0], rtol=0, atol=1e-12)
    same &= np.allclose(C, state[1], rtol=0, atol=1e-12)

    hand = gradient_of(problem)
    point = point_of(problem)
    right = gradient_check(lambda p: loss_of(problem, p), point, hand, tolerance=1e-9).passed

    tensors = {key: torch.from_numpy(value).requires_grad_() for key, value in point.items()}
    loss = reference(problem, tensors)
    loss.backward()
    equal = abs(loss.item() - loss_of(problem, point)) < 1e-11
    equal &= all(np.allclose(hand[key], t.grad, rtol=0, atol=1e-10) for key, t in tensors.items())
    return {n for n, ok in [("forward", same), ("gradient", right), ("papers", equal)] if ok}


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize("sizes", [(3, 4), (1, 1), (2, 7)], ids=str)
def test_forward_and_gradient(name, sizes):
    assert passed_checks(draw(name, None, *sizes)) == {"forward", "gradient", "papers"}


@pytest.mark.parametrize("name", VARIANTS)
def test_no_state_means_zero_and_no_upstream_means_zero(name):
    problem = draw(name)
    layer = problem.make(problem.parameters)
    zero = tuple(np.zeros_like(s) for s in problem.state)
    outputs, _, tape = layer.forward(problem.x)
    with_zero, _, tape_of_zero = layer.forward(problem.x, zero)
    np.testing.assert_array_equal(outputs, with_zero)
    ours = layer.backward(tape, problem.d_outputs)
    theirs = layer.backward(tape_of_zero, problem.d_outputs, zero)
    np.testing.assert_array_equal(ours.x, theirs.x)


def test_a_forget_gate_at_1_makes_the_cell_of_1997():
    """With W_f = 0 and b_f = 50, σ rounds to 1: nothing is left of the difference."""
    problem = draw("2000")
    p = problem.parameters
    p["weight_ih"][2:4] = p["weight_hh"][2:4] = 0
    p["bias"][2:4] = 50
    keep = [0, 1, 4, 5, 6, 7, 8, 9]
    old = LSTM1997(
        {
            "weight_ih": p["weight_ih"][keep],
            "weight_hh": p["weight_hh"][keep],
            "bias": p["bias"][[0, 1, 4, 5]],
        },
        blocks=BLOCKS,
    )
    new = LSTM2000(p, blocks=BLOCKS)
    np.testing.assert_array_equal(new.forward(problem.x)[0], old.forward(problem.x)[0])


def test_peepholes_of_zero_make_the_plain_lstm():
    problem = draw("peephole")
    p = problem.parameters | {"weight_peephole": np.zeros((3, CELLS))}
    plain = LSTM({key: p[key] for key in ("weight_ih", "weight_hh", "bias")})
    ours = PeepholeLSTM(p).forward(problem.x, problem.state)[0]
    np.testing.assert_allclose(ours, plain.forward(problem.x, problem.state)[0], atol=1e-14)


def test_only_peepholes_show_a_gate_the_cell_state_behind_a_shut_output_gate():
    problem = draw("peephole")
    p = problem.parameters
    plain = LSTM({key: p[key] for key in ("weight_ih", "weight_hh", "bias")})
    x, C = problem.x[:, 0], problem.state[1]
    h = np.zeros_like(C)  # what a shut output gate leaves of any cell state
    for layer, blind in [(plain, True), (PeepholeLSTM(p), False)]:
        one, other = layer.step(x, (h, C)), layer.step(x, (h, C + 1))
        for gate in ("input_gate", "forget_gate", "output_gate"):
            assert (getattr(one, gate) == getattr(other, gate)).all() == blind


MUTATIONS = {
    "1997, all feeds back": [
        ("the carousel stopped", "E = E + D * into_C[t]", "E = D * into_C[t]"),
        ("no path from h to C", "E = E + D * into_C[t]", "pass"),
        ("the ½ of the slope forgotten", "(1 - shown**2) / 2", "(1 - shown**2)"),
        ("no gate fed back", "deltas[t, :, : 2 * n] += d_y[:, H:]", "pass"),
        ("gates fed back swapped", "+= d_y[:, H:]", "+= np.roll(d_y[:, H:], n, axis=1)"),
        ("i and o swapped in backward", "        i, o = to_cells(", "        o, i = to_cells("),
        ("g' without its ½", "1 - (C_tildes / 2) ** 2", "1 - C_tildes**2"),
        ("σ for σ′", "gates * (1 - gates)", "gates"),
        ("W_h transposed", "d_y = deltas[t] @ W_h", "d_y = deltas[t] @ W_h.T"),
        ("y_t for y_(t−1)", "deltas, ys[:T]", "deltas, ys[1:]"),
        ("the output's gradient late", "d_outputs[:, t]", "d_outputs[:, t - 1]"),
        ("nothing from later steps", "d_y = deltas[t] @ W_h", "d_y = 0 * d_y"),
        ("the state doubled", "C = Cs[t] = C + ", "C = Cs[t] = 2 * C + "),
        ("C̃ let in by o", "i_o[:, 0] * C_tildes[t]", "i_o[:, 1] * C_tildes[t]"),
        ("h without its gate", "i_o[:, 1] * squash_state(C)", "squash_state(C)"),
        ("i and o fed back swapped", "H:] = gates[t]", "H:] = np.roll(gates[t], n, axis=1)"),
    ],
    "2000": [
        ("no forgetting on the way back", "E = E * f[t]", "pass"),
        ("E forgotten too early", "E = E + D * into_C[t]", "E = E * f[t] + D * into_C[t]"),
        ("C_t for C_(t−1)", "to_blocks(E * Cs[t], n)", "to_blocks(E * Cs[t + 1], n)"),
        (
            "i and f swapped in backward",
            "        i, f, o = (to_cells",
            "        f, i, o = (to_cells",
        ),
        (
            "i and f swapped",
            "i_f_o[:, 1] * Cs[t] + i_f_o[:, 0]",
            "i_f_o[:, 0] * Cs[t] + i_f_o[:, 1]",
        ),
        ("δ_f for δ_i", "to_blocks(E * C_tildes[t], n)", "to_blocks(E * Cs[t], n)"),
        ("σ for σ′", "gates * (1 - gates)", "gates"),
        ("gates not summed over a block", "to_blocks(E * Cs[t], n)", "(E * Cs[t])[:, ::2]"),
        ("h_t for h_(t−1)", "deltas, hs[:T]", "deltas, hs[1:]"),
        ("the slope at C_(t−1)", "squash_state(Cs[1:])", "squash_state(Cs[:-1])"),
    ],
    "peephole": [
        ("no path back through p_o", " + p_o * delta_o", ""),
        ("no path back through p_i", " + p_i * delta_i", ""),
        ("no path back through p_f", " + p_f * delta_f", ""),
        ("p_i and p_f swapped", "p_i * delta_i + p_f * delta_f", "p_f * delta_i + p_i * delta_f"),
        ("p_o sees the old C", "(Cs[t], Cs[t], C)", "(Cs[t], Cs[t], Cs[t])"),
        ("p_i sees the new C", "(Cs[t], Cs[t], C)", "(C, Cs[t], C)"),
        (
            "o peeps at the old C",
            "C = f * C + i * C_tilde\n        o =",
            "C, o = f * C + i * C_tilde,",
        ),
        ("f without a peephole", "sigmoid(a_f + p_f * C)", "sigmoid(a_f)"),
        ("no path along the cell", "E = E * f +", "E = 0 * f +"),
    ],
}


@pytest.mark.parametrize(
    ("name", "snippet", "replacement"),
    [
        pytest.param(name, snippet, replacement, id=f"{name}: {what}")
        for name, mutations in MUTATIONS.items()
        for what, snippet, replacement in mutations
    ],
)
def test_a_mutation_fails(name, snippet, replacement):
    original = VARIANTS[name][0]
    source = inspect.getsource(inspect.getmodule(original))
    assert source.count(snippet) == 1
    module = ModuleType("mutant")
    exec(compile(source.replace(snippet, replacement), "mutant", "exec"), vars(module))
    mutant = draw(name, getattr(module, original.__name__), B=2, T=3)
    assert passed_checks(mutant) != {"forward", "gradient", "papers"}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"weight_hh": np.zeros((8, 5))}, ValueError, "must have 4 columns"),
        ({"weight_hh": np.zeros((7, 4))}, ValueError, "2 · 2 rows for the gates"),
        ({"weight_hh": np.zeros((8, 4), np.int64)}, TypeError, "float32 or float64"),
        ({"weight_ih": np.zeros((9, D))}, ValueError, r"weight_ih must have shape \(8, D\)"),
        ({"weight_ih": np.full((8, D), np.nan)}, ValueError, "weight_ih must be finite"),
        ({"bias": np.zeros(5)}, ValueError, "bias must have shape"),
        ({"blocks": 0}, ValueError, "blocks must be at least 1"),
        ({"blocks": 2.0}, TypeError, "blocks must be an integer"),
        ({"extra": np.zeros(1)}, ValueError, "must have the keys"),
    ],
)
def test_bad_parameters_are_named(change, error, message):
    p = draw("1997, cells feed back").parameters | change
    with pytest.raises(error, match=message):
        LSTM1997(p, blocks=p.pop("blocks", BLOCKS))


@pytest.mark.parametrize("name", VARIANTS)
def test_bad_input_is_named(name):
    problem = draw(name)
    layer = problem.make(problem.parameters)
    for argument, message in [
        ((np.zeros((3, 4, D + 1)),), "x must have shape"),
        ((problem.x.astype(np.float32),), "x must have dtype float64"),
        ((problem.x, (np.zeros((3, 1)), problem.state[1])), "state"),
        ((problem.x, problem.state[0]), "state must be a pair"),
    ]:
        with pytest.raises((TypeError, ValueError), match=message):
            layer.forward(*argument)
    *_, tape = layer.forward(problem.x)
    with pytest.raises(ValueError, match="d_outputs must have shape"):
        layer.backward(tape, problem.d_outputs[:, :-1])


def test_bad_peepholes_are_named():
    p = draw("peephole").parameters
    with pytest.raises(ValueError, match="weight_peephole"):
        PeepholeLSTM({key: value for key, value in p.items() if key != "weight_peephole"})
    with pytest.raises(ValueError, match=r"weight_peephole must have shape \(3, 4\)"):
        PeepholeLSTM(p | {"weight_peephole": np.zeros((4, 3))})
    with pytest.raises(ValueError, match="must have the keys"):
        LSTM2000(p, blocks=2)
