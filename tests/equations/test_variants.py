"""The variants of the LSTM: the cells of 1997 and 2000, and peepholes.

Each is checked like the main layers: the hand-made gradient against finite differences and against
autograd of a transcription, with unequal lengths, and mutations of the source that these checks
must refuse.
"""

import inspect
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch

from src.equations import LSTM, gradient_check
from src.equations.history import blocks
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


def draw(name, layer_class=None, B=3, T=4, seed=0, lengths=None):
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
        lengths=lengths,
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
    outputs, (y, C), _ = layer.forward(point["x"], (point["y"], point["C"]), problem.lengths)
    d_y, d_C = problem.d_state
    return np.sum(outputs * problem.d_outputs) + np.sum(y * d_y) + np.sum(C * d_C)


def gradient_of(problem):
    layer = problem.make(problem.parameters)
    *_, tape = layer.forward(problem.x, problem.state, problem.lengths)
    gradients = layer.backward(tape, problem.d_outputs, problem.d_state)
    d_y, d_C = gradients.state
    return {"x": gradients.x, "y": d_y, "C": d_C, **gradients.parameters}


def reference(problem, point):
    """The equations of the papers in torch, cell by cell: the loss."""
    name = problem.make(problem.parameters).__class__.__name__
    W_x, W_h, b = point["weight_ih"], point["weight_hh"], point["bias"]
    share = torch.arange(CELLS) // (CELLS // BLOCKS)  # the block of each cell
    y, C, loss = point["y"], point["C"], 0
    B, T, _ = problem.x.shape
    for t in range(T):
        y_before, C_before = y, C
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
        runs = t < torch.tensor([T] * B if problem.lengths is None else problem.lengths)[:, None]
        y, C = torch.where(runs, y, y_before), torch.where(runs, C, C_before)
        loss = loss + (runs * h * torch.from_numpy(problem.d_outputs[:, t])).sum()
    d_y, d_C = (torch.from_numpy(d) for d in problem.d_state)
    return loss + (y * d_y).sum() + (C * d_C).sum()


def passed_checks(problem):
    """Which of two checks a layer passes: its gradient, and the papers' equations."""
    hand = gradient_of(problem)
    point = point_of(problem)
    right = gradient_check(lambda p: loss_of(problem, p), point, hand, tolerance=1e-9).passed

    tensors = {key: torch.from_numpy(value).requires_grad_() for key, value in point.items()}
    loss = reference(problem, tensors)
    loss.backward()
    equal = abs(loss.item() - loss_of(problem, point)) < 1e-11
    equal &= all(np.allclose(hand[key], t.grad, rtol=0, atol=1e-10) for key, t in tensors.items())
    return {name for name, passed in [("gradient", right), ("papers", equal)] if passed}


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize(
    ("B", "T", "lengths"), [(3, 4, None), (1, 1, None), (2, 7, None), (3, 4, [2, 4, 1])]
)
def test_forward_and_gradient(name, B, T, lengths):
    assert passed_checks(draw(name, B=B, T=T, lengths=lengths)) == {"gradient", "papers"}


@pytest.mark.parametrize("name", VARIANTS)
def test_outputs_and_last_state_with_lengths(name):
    """Each sequence alone, and cut at its end, gives the same."""
    problem = draw(name, lengths=[2, 4, 1])
    layer = problem.make(problem.parameters)
    outputs, (y, C), _ = layer.forward(problem.x, problem.state, problem.lengths)
    for b, length in enumerate(problem.lengths):
        state = tuple(half[b : b + 1] for half in problem.state)
        for t in range(length):
            step = layer.step(problem.x[b : b + 1, t], state)
            state = step.state
            np.testing.assert_allclose(outputs[b, t], step.hidden_state[0], rtol=0, atol=1e-14)
        assert not outputs[b, length:].any()
        np.testing.assert_allclose(y[b], state[0][0], rtol=0, atol=1e-14)
        np.testing.assert_allclose(C[b], state[1][0], rtol=0, atol=1e-14)


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
        ("the carousel stopped", "d_C = d_C + d_h *", "d_C = d_h *"),
        ("no path from h to C", "d_C = d_C + d_h *", "d_C = d_C + 0 *"),
        ("the ½ of the slope forgotten", "(1 - shown**2) / 2", "(1 - shown**2)"),
        ("no gate fed back", "d_C * C_tilde, n) + d_i)", "d_C * C_tilde, n))"),
        ("gates fed back swapped", "d_h, d_i, d_o = d_y", "d_h, d_o, d_i = d_y"),
        ("i and o swapped on the way back", "i, o, C_tilde, C, _, _ =", "o, i, C_tilde, C, _, _ ="),
        ("g' without its ½", "1 - (C_tilde / 2) ** 2", "1 - C_tilde**2"),
        ("σ for σ′", "+ d_o) * o * (1 - o)", "+ d_o) * o"),
        ("δ_i and δ_o swapped", "(delta_i, delta_o, delta_c)", "(delta_o, delta_i, delta_c)"),
        ("no carousel", "delta_c), d_C)", "delta_c), 0 * d_C)"),
        ("the state doubled", "C = C + to_cells", "C = 2 * C + to_cells"),
        ("C̃ let in by o", "C + to_cells(i, self.cells)", "C + to_cells(o, self.cells)"),
        ("h without its gate", "h = to_cells(o, self.cells) * ", "h = "),
        ("i and o fed back swapped", "np.concatenate([h, i, o]", "np.concatenate([h, o, i]"),
    ],
    "2000": [
        ("no forgetting on the way back", "d_C * to_cells(f, cells))", "d_C)"),
        (
            "C̄ forgotten too early",
            "d_C = d_C + d_h * to",
            "d_C = d_C * to_cells(f, cells) + d_h * to",
        ),
        ("C_t for C_(t−1)", "to_blocks(d_C * C_before, n)", "to_blocks(d_C * C, n)"),
        ("i and f swapped on the way back", "i, f, o, C_tilde, C, _ =", "f, i, o, C_tilde, C, _ ="),
        (
            "i and f swapped",
            "C = to_cells(f, self.cells) * C + to_cells(i,",
            "C = to_cells(i, self.cells) * C + to_cells(f,",
        ),
        ("δ_f for δ_i", "to_blocks(d_C * C_tilde, n)", "to_blocks(d_C * C_before, n)"),
        ("σ for σ′", "* f * (1 - f)", "* f"),
        (
            "gates not summed over a block",
            "to_blocks(d_C * C_before, n)",
            "(d_C * C_before)[:, ::2]",
        ),
        ("δ_f and δ_o swapped", "(delta_i, delta_f, delta_o,", "(delta_i, delta_o, delta_f,"),
        ("the slope at C_(t−1)", "shown = squash_state(C)", "shown = squash_state(C_before)"),
    ],
    "blocks": [
        ("W_h transposed", "state=(delta @ W_h, d_C)", "state=(delta @ W_h[:, ::-1], d_C)"),
        ("nothing from later steps", "state=(delta @ W_h, d_C)", "state=(0 * y, d_C)"),
        ("no gradient of W_h", "delta.T @ y", "0 * (delta.T @ y)"),
        ("the bias of the last rows", "[: len(b)],", "[-len(b) :],"),
        ("the last rows biased", "a[:, : len(b)] += b", "a[:, -len(b) :] += b"),
    ],
    "peephole": [
        ("no path back through p_o", " + p_o * delta_o", ""),
        ("no path back through p_i", " + p_i * delta_i", ""),
        ("no path back through p_f", " + p_f * delta_f", ""),
        ("p_i and p_f swapped", "p_i * delta_i + p_f * delta_f", "p_f * delta_i + p_i * delta_f"),
        ("p_o sees the old C", "delta_o * C]", "delta_o * C_before]"),
        ("p_i sees the new C", "[delta_i * C_before,", "[delta_i * C,"),
        (
            "o peeps at the old C",
            "C = f * C + i * C_tilde\n        o =",
            "C, o = f * C + i * C_tilde,",
        ),
        ("f without a peephole", "sigmoid(a_f + p_f * C)", "sigmoid(a_f)"),
        ("no path along the cell", "d_C * f +", "0 * f +"),
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
def test_a_mutation_fails(name, snippet, replacement, monkeypatch):
    """What the block layers share is mutated under the cell of 2000."""
    kind = "2000" if name == "blocks" else name
    cell = inspect.getmodule(VARIANTS[kind][0])
    mutated = blocks if name == "blocks" else cell
    source = inspect.getsource(mutated)
    assert source.count(snippet) == 1
    module = module_from(source.replace(snippet, replacement))
    if mutated is blocks:
        monkeypatch.setitem(sys.modules, blocks.__name__, module)
        module = module_from(inspect.getsource(cell))
    layer_class = getattr(module, VARIANTS[kind][0].__name__)
    mutant = draw(kind, layer_class, B=2, T=3, lengths=[3, 2])
    assert passed_checks(mutant) != {"gradient", "papers"}


def module_from(source):
    module = ModuleType("mutant")
    exec(compile(source, "mutant", "exec"), vars(module))
    return module


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
