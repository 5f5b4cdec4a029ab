"""The variants of `src.equations.variants`, checked like the main layers.

Each hand-made gradient is held against finite differences, with a gradient from everywhere; each
forward pass and its gradient against the papers' equations in torch, without stabilisers and
without scans; and mutations of the source must fail one of the two.
"""

import inspect
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch

from src.equations import GRU, LSTM, gradient_check
from src.equations.history.lstm1997 import LSTM1997
from src.equations.layer import RecurrentLayer
from src.equations.variants import (
    MLSTM,
    SLSTM,
    CoupledLSTM,
    LayerNormLSTM,
    MinGRU,
    MinLSTM,
    NoForgetGateLSTM,
    NoOutputGateLSTM,
    SignedMinGRU,
    diagonal,
    layer_norm,
    linear_recurrence,
    lstm_variant,
    parallel_scan,
    scan,
)
from src.equations.variants.stacked import Stacked

D, H = 2, 3
VARIANTS = {
    cell.__name__: cell
    for cell in (
        CoupledLSTM,
        NoForgetGateLSTM,
        NoOutputGateLSTM,
        LayerNormLSTM,
        MinGRU,
        SignedMinGRU,
        MinLSTM,
        SLSTM,
        MLSTM,
    )
}
SCANNED = ("MinGRU", "SignedMinGRU", "MinLSTM")


def parts(state):
    return list(state) if isinstance(state, tuple) else [state]


def draw(name, layer_class=None, B=3, T=4, lengths=None, seed=0):
    """A layer with random, unequal weights, what it reads, and a gradient from everywhere."""
    rng = np.random.default_rng(seed)
    layer = (layer_class or VARIANTS[name]).initialize(D, H, rng=rng)
    for p in layer.parameters.values():
        p[...] = rng.standard_normal(p.shape)
    zero = layer.initial_state(B)

    def state():
        drawn = tuple(rng.standard_normal(part.shape) for part in parts(zero))
        return drawn if isinstance(zero, tuple) else drawn[0]

    first = state()
    if name == "SLSTM":
        first[2][...] = 0.5 + np.abs(first[2])  # a sum of positive numbers
    return SimpleNamespace(
        layer=layer,
        lengths=lengths,
        x=rng.standard_normal((B, T, D)),
        state=first,
        d_outputs=rng.standard_normal((B, T, H)),
        d_state=state(),
    )


def point_of(problem):
    """Everything that the loss depends on, by name."""
    states = {f"state {k}": part for k, part in enumerate(parts(problem.state))}
    return {"x": problem.x, **problem.layer.parameters, **states}


def pack(problem, point):
    state = tuple(point[f"state {k}"] for k in range(len(parts(problem.state))))
    return state if isinstance(problem.state, tuple) else state[0]


def loss_of(problem, point):
    layer = type(problem.layer)({key: point[key] for key in problem.layer.parameters})
    outputs, last, _ = layer.forward(point["x"], pack(problem, point), problem.lengths)
    into_state = sum(
        np.sum(part * d) for part, d in zip(parts(last), parts(problem.d_state), strict=True)
    )
    return np.sum(outputs * problem.d_outputs) + into_state


def gradient_of(problem, d_state):
    *_, tape = problem.layer.forward(problem.x, problem.state, problem.lengths)
    gradients = problem.layer.backward(tape, problem.d_outputs, d_state)
    states = {f"state {k}": part for k, part in enumerate(parts(gradients.state))}
    return {"x": gradients.x, **gradients.parameters, **states}


def normalized(v):
    return (v - v.mean(-1, keepdim=True)) / torch.sqrt(v.var(-1, keepdim=True, correction=0) + 1e-5)


def reference_step(name, p, x, state):
    """One step by the equations of the papers: h, and the state, which begins with h.

    The gates of sLSTM and mLSTM are exponentials as they stand there. Their states come in divided
    by exp(m), which is undone by `reference`.
    """
    a = x @ p["weight_ih"].T
    if "weight_hh" in p:
        a = a + state[0] @ p["weight_hh"].T
    if name == "LayerNormLSTM":
        blocks = normalized(a.reshape(-1, 4, H)).reshape(-1, 4 * H)
        a = p["gain"] * blocks + p["bias"]
    else:
        a = a + p["bias"]
    s, tanh, blocks = torch.sigmoid, torch.tanh, a.split(H, dim=1)
    if name == "CoupledLSTM":
        f, c, o = blocks
        C = s(f) * state[1] + (1 - s(f)) * tanh(c)
        return [s(o) * tanh(C), C]
    if name == "NoForgetGateLSTM":
        i, c, o = blocks
        C = state[1] + s(i) * tanh(c)
        return [s(o) * tanh(C), C]
    if name == "NoOutputGateLSTM":
        i, f, c = blocks
        C = s(f) * state[1] + s(i) * tanh(c)
        return [tanh(C), C]
    if name == "LayerNormLSTM":
        i, f, c, o = blocks
        C = s(f) * state[1] + s(i) * tanh(c)
        return [s(o) * tanh(p["gain_shown"] * normalized(C) + p["bias_shown"]), C]
    if name in ("MinGRU", "SignedMinGRU"):
        z, new = s(blocks[0]), blocks[1]
        return [(1 - z if name == "MinGRU" else 1 - 2 * z) * state[0] + z * new]
    if name == "MinLSTM":
        i, f = s(blocks[0]), s(blocks[1])
        return [(f * state[0] + i * blocks[2]) / (f + i)]
    if name == "SLSTM":
        i, f, z, o = torch.exp(blocks[0]), s(blocks[1]), tanh(blocks[2]), s(blocks[3])
        c, n = f * state[1] + i * z, f * state[2] + i
        return [o * c / n, c, n]
    q, k, v, o = blocks
    k = k / H**0.5
    i, f = (x @ p["weight_gates"].T + p["bias_gates"]).split(1, dim=1)
    i, f = torch.exp(i), s(f)
    C = f[:, :, None] * state[1] + i[:, :, None] * torch.einsum("bv,bk->bvk", v, k)
    n = f * state[2] + i * k
    down = torch.clamp((n * q).sum(1, keepdim=True).abs(), min=1)
    return [s(o) * torch.einsum("bvk,bk->bv", C, q) / down, C, n]


def reference(problem, point):
    """All outputs by the papers' equations, as a tensor (B, T, H)."""
    name = type(problem.layer).__name__
    state = [point[f"state {k}"] for k in range(len(parts(problem.state)))]
    if name in ("SLSTM", "MLSTM"):
        h, *kept, m = state
        state = [h, *(part * torch.exp(m.reshape(-1, *m.shape[1:])) for part in kept[1:])]
        state.insert(1, kept[0] * torch.exp(m if name == "SLSTM" else m[:, :, None]))
    B, T, _ = problem.x.shape
    lengths = torch.tensor([T] * B if problem.lengths is None else problem.lengths)
    outputs = []
    for t in range(T):
        after = reference_step(name, point, point["x"][:, t], state)
        runs = t < lengths
        outputs.append(runs[:, None] * after[0])
        state = [
            torch.where(runs.reshape(-1, *[1] * (new.dim() - 1)), new, old)
            for new, old in zip(after, state, strict=True)
        ]
    return torch.stack(outputs, dim=1)


def passed_checks(problem):
    """Which of two checks a layer passes: its gradient, and the papers' equations."""
    point = point_of(problem)
    hand = gradient_of(problem, problem.d_state)
    right = gradient_check(
        lambda p: loss_of(problem, p), point, hand, step=2e-4, tolerance=1e-8
    ).passed

    tensors = {key: torch.from_numpy(value).requires_grad_() for key, value in point.items()}
    outputs = reference(problem, tensors)
    (outputs * torch.from_numpy(problem.d_outputs)).sum().backward()
    ours = problem.layer.forward(problem.x, problem.state, problem.lengths)[0]
    same = np.allclose(ours, outputs.detach(), rtol=0, atol=1e-11)
    hand = gradient_of(problem, None)
    for key, tensor in tensors.items():
        expected = np.zeros(tensor.shape) if tensor.grad is None else tensor.grad.numpy()
        same &= np.allclose(hand[key], expected, rtol=1e-9, atol=1e-9)
    return {name for name, passed in [("gradient", right), ("papers", same)] if passed}


@pytest.mark.parametrize("name", VARIANTS)
@pytest.mark.parametrize(("B", "T", "lengths"), [(1, 1, None), (1, 9, None), (3, 4, [2, 4, 1])])
def test_forward_and_gradient(name, B, T, lengths):
    assert passed_checks(draw(name, B=B, T=T, lengths=lengths)) == {"gradient", "papers"}


@pytest.mark.parametrize("name", SCANNED)
@pytest.mark.parametrize("T", [1, 2, 3, 8, 21, 64])
def test_the_scan_is_the_loop(name, T):
    problem = draw(name, B=4, T=T, lengths=[1, T, (T + 1) // 2, T])
    given = problem.x, problem.state, problem.lengths
    plain = type(problem.layer)(problem.layer.parameters)
    plain.recurrence = linear_recurrence
    outputs, last, tape = problem.layer.forward(*given)
    looped, last_of_loop, tape_of_loop = RecurrentLayer.forward(problem.layer, *given)
    np.testing.assert_allclose(outputs, looped, rtol=0, atol=1e-12)
    np.testing.assert_allclose(last, last_of_loop, rtol=0, atol=1e-12)
    np.testing.assert_allclose(plain.forward(*given)[0], looped, rtol=0, atol=1e-12)
    ours = problem.layer.backward(tape, problem.d_outputs, problem.d_state)
    theirs = RecurrentLayer.backward(
        problem.layer, tape_of_loop, problem.d_outputs, problem.d_state
    )
    np.testing.assert_allclose(ours.x, theirs.x, rtol=0, atol=1e-11)
    np.testing.assert_allclose(ours.state, theirs.state, rtol=0, atol=1e-11)
    for key, gradient in ours.parameters.items():
        np.testing.assert_allclose(gradient, theirs.parameters[key], rtol=0, atol=1e-10)


@pytest.mark.parametrize("T", [1, 2, 5, 16, 100])
def test_a_parallel_scan_is_a_linear_recurrence(T):
    rng = np.random.default_rng(T)
    a, b = rng.uniform(-1, 1, (2, T, 3)), rng.standard_normal((2, T, 3))
    h, copies = rng.standard_normal((2, 3)), (a.copy(), b.copy())
    np.testing.assert_allclose(
        parallel_scan(a, b, h), linear_recurrence(a, b, h), rtol=0, atol=1e-13
    )
    np.testing.assert_array_equal((a, b), copies)  # its arguments are left as they were


@pytest.mark.parametrize("T", [1, 2, 7, 50])
def test_the_parallel_form_of_the_mlstm_is_its_loop(T):
    problem = draw("MLSTM", B=3, T=T)
    looped = problem.layer.forward(problem.x)[0]
    np.testing.assert_allclose(problem.layer.parallel(problem.x), looped, rtol=0, atol=1e-11)


@pytest.mark.parametrize("name", ["SLSTM", "MLSTM"])
def test_input_gates_of_any_size_stay_finite(name):
    """exp(±500) overflows, or underflows to a division of 0 by 0; the stabiliser prevents both."""
    layer = draw(name).layer
    bias = layer.parameters["bias" if name == "SLSTM" else "bias_gates"]
    x = np.random.default_rng(0).standard_normal((2, 6, D))
    for gate in (500.0, -500.0):
        bias[: H if name == "SLSTM" else 1] = gate
        outputs, last, tape = layer.forward(x)
        gradients = layer.backward(tape, np.ones_like(outputs))
        for array in (outputs, *last, gradients.x, *gradients.parameters.values()):
            assert np.isfinite(array).all()
    assert (np.abs(outputs) < 1).all()


def test_the_first_candidate_is_all_that_an_slstm_has_read():
    """c/n is then z itself, whatever the gates are."""
    problem = draw("SLSTM")
    step = problem.layer.step(problem.x[:, 0], problem.layer.initial_state(3))
    expected = step.output_gate * step.candidate
    np.testing.assert_allclose(step.hidden_state, expected, rtol=0, atol=1e-15)


def test_an_mlstm_returns_the_value_of_a_key():
    """Gates of 1, two orthonormal keys: each key's query reads its own value."""
    layer = MLSTM(
        {
            # x is one-hot of (write or read) × (key 1 or key 2); a query is written as 3 · key
            "weight_ih": np.zeros((4 * H, 4)),
            "bias": np.concatenate([np.zeros(3 * H), np.full(H, 50.0)]),
            "weight_gates": np.array([[0.0, 0, -50, -50], [0, 0, 0, 0]]),
            "bias_gates": np.array([0.0, 50.0]),
        }
    )
    q, k, v, _ = np.split(layer.parameters["weight_ih"], 4)
    values = np.array([[1.0, -2, 3], [0.5, 0, -1]])
    for key in (0, 1):
        k[key, key] = np.sqrt(H)
        v[:, key] = values[key]
        q[key, 2 + key] = 1
    outputs = layer.forward(np.eye(4)[None, [0, 1, 3, 2]])[0]
    np.testing.assert_allclose(outputs[0, 2:], values[::-1], rtol=0, atol=1e-12)


def test_coupled_gates_move_the_cell_state_as_a_gru_moves_its_state():
    """With z = 1 − f, where nothing is fed back."""
    problem = draw("CoupledLSTM", T=1)
    p = problem.layer.parameters
    layer = CoupledLSTM(p | {"weight_hh": np.zeros((3 * H, H))})

    def blocks(array):  # r, which does not matter where W_h is 0; z = 1 − f; the candidate
        return np.concatenate([0 * array[:H], -array[:H], array[H : 2 * H]])

    gru = GRU(
        {
            "weight_ih": blocks(p["weight_ih"]),
            "weight_hh": np.zeros((3 * H, H)),
            "bias": blocks(p["bias"]),
        }
    )
    C = problem.state[1]
    ours = layer.step(problem.x[:, 0], (np.zeros_like(C), C))
    np.testing.assert_allclose(
        ours.cell_state, gru.step(problem.x[:, 0], C).state, rtol=0, atol=1e-14
    )


@pytest.mark.parametrize("name", ["NoForgetGateLSTM", "NoOutputGateLSTM"])
def test_a_gate_that_is_left_out_is_a_gate_of_1(name):
    problem = draw(name)
    kept = {"NoForgetGateLSTM": (0, 2, 3), "NoOutputGateLSTM": (0, 1, 2)}[name]
    rows = np.concatenate([np.arange(k * H, (k + 1) * H) for k in kept])
    parameters = {
        "weight_ih": np.zeros((4 * H, D)),
        "weight_hh": np.zeros((4 * H, H)),
        "bias": np.full(4 * H, 50.0),
    }
    for key, p in problem.layer.parameters.items():
        parameters[key][rows] = p
    whole = LSTM(parameters).forward(problem.x, problem.state)[0]
    ours = problem.layer.forward(problem.x, problem.state)[0]
    np.testing.assert_allclose(ours, whole, rtol=0, atol=1e-13)


def test_no_forget_gate_is_the_cell_of_1997_in_other_ranges():
    """Its candidate is 2 tanh(½a) and it shows tanh(½C): twice the weights, twice the state."""
    problem = draw("NoForgetGateLSTM")
    p = problem.layer.parameters
    p["bias"][H : 2 * H] = 0  # the old cells have no bias
    order = np.r_[:H, 2 * H : 3 * H, H : 2 * H]  # input gates, output gates, cells
    scale = np.r_[np.ones(2 * H), np.full(H, 2.0)][:, None]
    old = LSTM1997(
        {
            "weight_ih": p["weight_ih"][order] * scale,
            "weight_hh": p["weight_hh"][order] * scale,
            "bias": p["bias"][order[: 2 * H]],
        },
        blocks=H,
    )
    h, C = problem.state
    ours = problem.layer.forward(problem.x, (h, C))[0]
    np.testing.assert_allclose(ours, old.forward(problem.x, (h, 2 * C))[0], rtol=0, atol=1e-13)


def test_layer_norm_does_not_see_the_size_of_its_weights():
    problem = draw("LayerNormLSTM")
    p = problem.layer.parameters
    larger = LayerNormLSTM(p | {key: 10 * p[key] for key in ("weight_ih", "weight_hh")})
    ours = problem.layer.forward(problem.x, problem.state)[0]
    np.testing.assert_allclose(larger.forward(problem.x, problem.state)[0], ours, rtol=0, atol=1e-4)


class TestForgetBias:
    @pytest.mark.parametrize("name", ["CoupledLSTM", "NoOutputGateLSTM", "LayerNormLSTM"])
    def test_is_1_where_there_is_a_forget_gate(self, name):
        k = VARIANTS[name].blocks.index("f")
        for given, expected in ({}, 1.0), ({"forget_bias": -2.5}, -2.5):
            layer = VARIANTS[name].initialize(D, H, rng=np.random.default_rng(0), **given)
            bias = layer.parameters["bias"].copy()
            np.testing.assert_array_equal(bias[k * H : (k + 1) * H], expected)
            bias[k * H : (k + 1) * H] = 0
            assert not bias.any()

    def test_there_is_none_without_one(self):
        with pytest.raises(ValueError, match="forget_bias must be None: NoForgetGateLSTM has no"):
            NoForgetGateLSTM.initialize(D, H, rng=np.random.default_rng(0), forget_bias=1.0)
        layer = NoForgetGateLSTM.initialize(D, H, rng=np.random.default_rng(0))
        assert not layer.parameters["bias"].any()


def test_gains_begin_at_1():
    parameters = LayerNormLSTM.initialize(D, H, rng=np.random.default_rng(0)).parameters
    assert (parameters["gain"] == 1).all()
    assert (parameters["gain_shown"] == 1).all()


class TestStacked:
    def test_gradient(self):
        rng = np.random.default_rng(0)
        stack = Stacked([MinGRU.initialize(D, H, rng=rng), LSTM.initialize(H, 2, rng=rng)])
        x, d_outputs = rng.standard_normal((3, 5, D)), rng.standard_normal((3, 5, 2))
        assert set(stack.parameters) == {
            "weight_ih_0",
            "bias_0",
            "weight_ih_1",
            "weight_hh_1",
            "bias_1",
        }

        def loss(point):
            parameters = [
                {key[:-2]: p for key, p in point.items() if key.endswith(f"_{k}")} for k in (0, 1)
            ]
            layers = [MinGRU(parameters[0]), LSTM(parameters[1])]
            return np.sum(Stacked(layers).forward(point["x"])[0] * d_outputs)

        gradients = stack.backward(stack.forward(x)[2], d_outputs)
        check = gradient_check(
            loss, {"x": x, **stack.parameters}, {"x": gradients.x, **gradients.parameters}
        )
        assert check.passed, check.errors
        assert [np.shape(state) for state in gradients.state] == [(3, H), (2, 3, 2)]

    def test_layers_that_do_not_fit_are_refused(self):
        rng = np.random.default_rng(0)
        layer = MinGRU.initialize(D, H, rng=rng)
        with pytest.raises(ValueError, match=r"layers\[1\] must read 3 numbers.* it reads 2"):
            Stacked([layer, MinGRU.initialize(D, H, rng=rng)])
        with pytest.raises(ValueError, match="at least one layer"):
            Stacked([])


MUTATIONS = {
    "CoupledLSTM": [
        ("the old kept by 1 − f", "f * C + (1 - f) * C_tilde", "(1 - f) * C + f * C_tilde"),
        ("f and o swapped", "a_f, a_c, a_o = self", "a_o, a_c, a_f = self"),
        ("f only keeps", "(C_before - C_tilde)", "C_before"),
        ("δ_f with the other sign", "(C_before - C_tilde)", "(C_tilde - C_before)"),
        ("C̃ by f", "d_C * (1 - f) * (1 - C", "d_C * f * (1 - C"),
        ("no path along the cell", "d_C * f)", "0 * d_C)"),
        ("C_t for C_(t−1)", "d_C * (C_before", "d_C * (C"),
        ("δ swapped", "[delta_f, delta_c, delta_o]", "[delta_c, delta_f, delta_o]"),
    ],
    "NoForgetGateLSTM": [
        ("it forgets", "C = C + i", "C = 0.5 * C + i"),
        ("i and o swapped", "a_i, a_c, a_o = self", "a_o, a_c, a_i = self"),
        ("no path along the cell", "delta_o], d_C)", "delta_o], 0 * d_C)"),
        ("δ_o from C̄", "d_h * tanh_C * o", "d_C * tanh_C * o"),
        ("δ_i with C", "d_C * C_tilde * i", "d_C * C * i"),
    ],
    "NoOutputGateLSTM": [
        ("h without its tanh", "h = np.tanh(C)", "h = C"),
        ("1 − tanh² forgotten", "d_h * (1 - h**2)", "d_h"),
        ("i and f swapped", "a_i, a_f, a_c = self", "a_f, a_i, a_c = self"),
        ("C_t for C_(t−1)", "d_C * C_before * f", "d_C * np.arctanh(h) * f"),
        ("δ swapped", "[delta_i, delta_f, delta_c]", "[delta_f, delta_i, delta_c]"),
    ],
    "LayerNormLSTM": [
        ("no gain", 'p["gain"].reshape(4, H) * before.values +', "before.values +"),
        ("no way back through N at C", "d_C + normalize_backward(shown, ", "d_C + ("),
        ("no way back through N", "normalize_backward(before, ", "("),
        ("gain_shown without N", "(delta_s * shown.values)", "(delta_s * 1)"),
        ("gain for bias", "gain=(delta * before.values)", "gain=(delta * 1)"),
        ("blocks read across", "product.reshape(-1, 4, H)", "product.reshape(-1, H, 4).mT"),
    ],
    "MinGRU": [
        ("z keeps", "1 - (1 - self.dtype.type(self.lowest)) * z, z * h", "z, (1 - z) * h"),
        ("z and h̃ swapped", "return sigmoid(a_z), h_tilde", "return sigmoid(h_tilde), a_z"),
        ("ā forgotten", "d_write * h_tilde - (1", "d_write * h_tilde - 0 * (1"),
        ("σ for σ′", "d_z * z * (1 - z)", "d_z * z"),
    ],
    "MinLSTM": [
        ("i and f swapped", "return f / (f + i), i", "return i / (f + i), f"),
        ("not normalised", "return f / (f + i), i / (f + i)", "return f, i"),
        ("δ_i with the other sign", "[-q * keep", "[q * keep"),
        ("h̃ forgotten in q", "d_keep - d_write * h_tilde", "d_keep - d_write"),
        ("δ swapped", "(1 - i), q * keep * new * (1 - f)", "(1 - f), q * keep * new * (1 - i)"),
    ],
    "SLSTM": [
        ("no normaliser", "h = o * c / n", "h = o * c"),
        ("n without f", "n = f * n + i", "n = n + i"),
        ("i and f swapped", "a_i, a_f, a_z, a_o = np", "a_f, a_i, a_z, a_o = np"),
        ("m forgotten in f′", "np.minimum(log_f + m - m_new, 0)", "np.minimum(log_f, 0)"),
        ("no way back through n", "d_n = d_n - d_h * o * c / n**2", "pass"),
        ("nothing through m", "d_m = d_m - p - q", "d_m = 0 * d_m - p - q"),
        ("m to the wrong place", "np.where(from_memory, 0, d_m)", "np.where(from_memory, d_m, 0)"),
        ("σ for log σ′", "d_log_f * -np.expm1(log_f)", "d_log_f * np.exp(log_f)"),
        ("n_t for n_(t−1)", "d_n * n_before) * f", "d_n * n) * f"),
        ("no path along c", "d_c * f, d_n * f", "0 * d_c, d_n * f"),
    ],
    "MLSTM": [
        ("key and value swapped", "v[:, :, None] * k[:, None, :]", "k[:, :, None] * v[:, None, :]"),
        ("key not scaled", "k = k / self.dtype.type(np.sqrt(self.hidden_size))", "pass"),
        ("read without 1", "np.maximum(np.abs(_dot(n, q)), _one(m_new))", "np.abs(_dot(n, q))"),
        ("1 for exp(−m)", "return np.exp(np.minimum(-m, ", "return 1 + 0 * np.exp(np.minimum(-m, "),
        ("the other sign", "d_d * np.sign(s)", "-d_d * np.sign(s)"),
        ("no path from 1", "np.where(by_memory, 0, d_d * one)", "0"),
        ("C not transposed", "_times(C.transpose(0, 2, 1), d_y", "_times(C, d_y"),
        ("n left out of k̄", "v) + d_n)", "v))"),
        ("C_t for C_(t−1)", "(d_C * C_before)", "(d_C * C)"),
        ("key's scale forgotten", "d_k / self.dtype", "d_k / 1 / self.dtype.type(1) # "),
        ("no path along C", "f[:, :, None] * d_C, f", "0 * d_C, f"),
    ],
}
SHARED = {
    lstm_variant: (
        "CoupledLSTM",
        [
            (
                "W_h transposed on the way back",
                '@ self.parameters["weight_hh"]',
                '@ self.parameters["weight_hh"][::-1]',
            ),
            ("no bias", "delta.sum(axis=0)", "0 * delta.sum(axis=0)"),
            ("h of the step for h_(t−1)", "delta.T @ h,", "delta.T @ (h + 1),"),
        ],
    ),
    layer_norm: (
        "LayerNormLSTM",
        [
            ("variance not removed", "- mean - values * along", "- mean"),
            ("mean not removed", "- mean - values", "- values"),
            ("no scale", ") / scale\n", ") / 1\n"),
        ],
    ),
    diagonal: (
        "MinGRU",
        [
            ("ended steps are not frozen", "a[~running], b[~running] = 1, 0", "pass"),
            ("outputs past the end", "states[:, 1:] * running[:, :, None]", "states[:, 1:].copy()"),
            ("h_t for h_(t−1)", "states[:, :-1][running]", "states[:, 1:][running]"),
            (
                "the first state forgotten",
                "self.recurrence(a, b, h_0)",
                "self.recurrence(a, b, 0 * h_0)",
            ),
            ("no way to the first state", "a[:, 0] * d_h[:, 0]", "d_h[:, 0]"),
        ],
    ),
    scan: (
        "MinGRU",
        [
            ("a round too few", "while reach < b.shape[1]", "while 2 * reach < b.shape[1]"),
            ("factors not joined", "a[:, reach:] = a[:, reach:] * a[:, :-reach]", "pass"),
            (
                "factors joined first",
                "b[:, reach:] += a[:, reach:] * b",
                "b[:, reach:] += a[:, :-reach] * b",
            ),
            ("a_t for a_(t+1)", "a[:, :0:-1]", "a[:, -2::-1]"),
            ("time not turned", "d_last)[:, ::-1]", "d_last)"),
        ],
    ),
}


def module_from(source):
    module = ModuleType("mutant")
    exec(compile(source, "mutant", "exec"), vars(module))
    return module


def mutant_of(cell, part, snippet, replacement):
    """The module of a cell, with a snippet replaced within one class or the whole of it."""
    assert part.count(snippet) == 1
    whole = inspect.getsource(inspect.getmodule(cell))
    return module_from(whole.replace(part, part.replace(snippet, replacement)))


@pytest.mark.parametrize(
    ("name", "snippet", "replacement"),
    [
        pytest.param(name, snippet, replacement, id=f"{name}: {what}")
        for name, mutations in MUTATIONS.items()
        for what, snippet, replacement in mutations
    ],
)
def test_a_mutation_fails(name, snippet, replacement):
    cell = VARIANTS[name]
    source = inspect.getsource(cell)
    if snippet not in source:  # a helper of the same file
        source = inspect.getsource(inspect.getmodule(cell))
    mutant = getattr(mutant_of(cell, source, snippet, replacement), name)
    assert passed_checks(draw(name, mutant, B=2, T=3, lengths=[3, 2])) != {"gradient", "papers"}


@pytest.mark.parametrize(
    ("mutated", "name", "snippet", "replacement"),
    [
        pytest.param(module, name, snippet, replacement, id=f"{module.__name__}: {what}")
        for module, (name, mutations) in SHARED.items()
        for what, snippet, replacement in mutations
    ],
)
def test_a_mutation_of_what_is_shared_fails(mutated, name, snippet, replacement, monkeypatch):
    source = inspect.getsource(mutated)
    assert source.count(snippet) == 1
    modules = [mutated]
    if mutated is scan:
        modules.append(diagonal)
    cell = inspect.getmodule(VARIANTS[name])
    for module in modules:
        text = source.replace(snippet, replacement) if module is mutated else None
        monkeypatch.setitem(
            sys.modules, module.__name__, module_from(text or inspect.getsource(module))
        )
    fresh = sys.modules[cell.__name__] if mutated is cell else module_from(inspect.getsource(cell))
    mutant = getattr(fresh, name)
    assert passed_checks(draw(name, mutant, B=2, T=3, lengths=[3, 2])) != {"gradient", "papers"}


@pytest.mark.parametrize("name", VARIANTS)
def test_the_unmutated_source_passes(name):
    cell = VARIANTS[name]
    copy = getattr(module_from(inspect.getsource(inspect.getmodule(cell))), name)
    assert passed_checks(draw(name, copy, B=2, T=3, lengths=[3, 2])) == {"gradient", "papers"}
