"""The tests of the equations can fail: each of these mistakes turns one of them red.

A mutation is one snippet of a file's source, replaced: of a cell's, of the loops over time that all
cells share, or of a fast layer's. "gradient" marks those that the gradient check must refuse. Where
forward and backward pass are wrong in the same way, the gradient is right for a wrong function:
only "equations", the comparison with a transcription of the notation page, can see that.
"""

import inspect
import sys
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from src.equations import gradient_check, layer

RNN_MUTATIONS = {
    "W_h transposed in the step": ("h @ W_h.T + b", "h @ W_h + b", "equations gradient"),
    "no bias": ("h @ W_h.T + b)", "h @ W_h.T)", "equations gradient"),
    "no tanh": (
        "np.tanh(x @ W_x.T + h @ W_h.T + b)",
        "x @ W_x.T + h @ W_h.T + b",
        "equations gradient",
    ),
    "1 − h² forgotten": ("d_h * (1 - h**2)", "d_h", "gradient"),
    "1 − h_(t−1)² for 1 − h_t²": ("d_h * (1 - h**2)", "d_h * (1 - h_before**2)", "gradient"),
    "h for h²": ("d_h * (1 - h**2)", "d_h * (1 - h)", "gradient"),
    "W_h transposed on the way back": ("state=delta @ W_h", "state=delta @ W_h.T", "gradient"),
    "no path through h": ("state=delta @ W_h", "state=0 * delta", "gradient"),
    "no path to x": ("x=delta @ W_x", "x=0 * x", "gradient"),
    "no gradient of the bias": ("delta.sum(axis=0)", "0 * delta.sum(axis=0)", "gradient"),
    "the bias of one sequence": ("delta.sum(axis=0)", "delta[0]", "gradient"),
    "h_t for h_(t−1)": ("delta.T @ h_before", "delta.T @ h", "gradient"),
    "∂L/∂W_h transposed": ("delta.T @ h_before", "h_before.T @ delta", "gradient"),
}

LSTM_MUTATIONS = {
    # Gates swapped.
    "i and f swapped everywhere": (
        "a_i, a_f, a_c, a_o = np.split",
        "a_f, a_i, a_c, a_o = np.split",
        "equations gradient",
    ),
    "o and C̃ swapped": (
        "a_i, a_f, a_c, a_o = np.split",
        "a_i, a_f, a_o, a_c = np.split",
        "equations gradient",
    ),
    "i and f swapped in C": (
        "C = f * C + i * C_tilde",
        "C = i * C + f * C_tilde",
        "equations gradient",
    ),
    "i and o swapped on the way back": (
        "i, f, C_tilde, o, C, _ = step",
        "o, f, C_tilde, i, C, _ = step",
        "gradient",
    ),
    "δ_i and δ_f swapped": (
        "[delta_i, delta_f, delta_c, delta_o]",
        "[delta_f, delta_i, delta_c, delta_o]",
        "gradient",
    ),
    "δ in the order i, f, o, C̃": (
        "[delta_i, delta_f, delta_c, delta_o]",
        "[delta_i, delta_f, delta_o, delta_c]",
        "gradient",
    ),
    # A path of the gradient dropped.
    "no path along the cell state": ("d_C * f)", "0 * d_C)", "gradient"),
    "all of C̄ along the cell state": ("d_C * f)", "d_C)", "gradient"),
    "no path from h to C": ("d_C = d_C + d_h * o *", "d_C = d_C + 0 * o *", "gradient"),
    "nothing from the later C": ("d_C = d_C + d_h * o *", "d_C = d_h * o *", "gradient"),
    "no path through h": ("(delta @ W_h, d_C", "(0 * d_h, d_C", "gradient"),
    "no path to x": ("x=delta @ W_x", "x=0 * x", "gradient"),
    "no gradient of the bias": ("delta.sum(axis=0)", "0 * delta.sum(axis=0)", "gradient"),
    "the bias of one sequence": ("delta.sum(axis=0)", "delta[0]", "gradient"),
    # A wrong factor.
    "W_h transposed in the step": (
        "h @ W_h.T + b",
        "h @ np.concatenate([U.T for U in np.split(W_h, 4)]).T + b",
        "equations gradient",
    ),
    "W_h transposed on the way back": (
        "(delta @ W_h, d_C",
        "(delta @ np.concatenate([U.T for U in np.split(W_h, 4)]), d_C",
        "gradient",
    ),
    "1 − tanh² forgotten at C": ("d_h * o * (1 - tanh_C**2)", "d_h * o", "gradient"),
    "1 − tanh² forgotten at C̃": ("d_C * i * (1 - C_tilde**2)", "d_C * i", "gradient"),
    "o forgotten at C": ("d_h * o * (1 - tanh_C**2)", "d_h * (1 - tanh_C**2)", "gradient"),
    "σ for σ′ at f": ("C_before * f * (1 - f)", "C_before * f", "gradient"),
    "σ for σ′ at i": ("C_tilde * i * (1 - i)", "C_tilde * i", "gradient"),
    "σ for σ′ at o": ("tanh_C * o * (1 - o)", "tanh_C * o", "gradient"),
    "δ_i with tanh(C) for C̃": ("d_C * C_tilde * i", "d_C * tanh_C * i", "gradient"),
    "δ_o with C̃ for tanh(C)": ("d_h * tanh_C * o", "d_h * C_tilde * o", "gradient"),
    "δ_o with C for tanh(C)": ("d_h * tanh_C * o", "d_h * C * o", "gradient"),
    "δ_o from C̄": ("d_h * tanh_C * o", "d_C * tanh_C * o", "gradient"),
    "δ_f from h̄": ("d_C * C_before", "d_h * C_before", "gradient"),
    "C̃ without its tanh": ("C_tilde = np.tanh(a_c)", "C_tilde = a_c", "equations gradient"),
    "h without its tanh": ("h = o * np.tanh(C)", "h = o * C", "equations gradient"),
    "C̃ let in by 1 − f": ("+ i * C_tilde", "+ (1 - f) * C_tilde", "equations gradient"),
    # Off by one in time.
    "C_t for C_(t−1)": ("d_C * C_before * f", "d_C * C * f", "gradient"),
    "h of the step for h_(t−1)": ("delta.T @ h_before", "delta.T @ step[5]", "gradient"),
}

GRU_MUTATIONS = {
    # Gates swapped, or the wrong way round.
    "r and z swapped everywhere": (
        "W_hr, W_hz, W_hn = np.split(W_h, 3)\n        x_r, x_z",
        "W_hz, W_hr, W_hn = np.split(W_h, 3)\n        x_r, x_z",
        "equations gradient",
    ),
    "r and z swapped on the way back": (
        "r, z, h_tilde, _ = step",
        "z, r, h_tilde, _ = step",
        "gradient",
    ),
    "δ_r and δ_z swapped": (
        "[delta_r, delta_z, delta_n]",
        "[delta_z, delta_r, delta_n]",
        "gradient",
    ),
    "z keeps in the step": (
        "h = (1 - z) * h + z * h_tilde",
        "h = z * h + (1 - z) * h_tilde",
        "equations gradient",
    ),
    "z keeps on the way back": ("state=d_h * (1 - z)", "state=d_h * z", "gradient"),
    "1 − z for z at the candidate": ("d_h * z * (1 - h", "d_h * (1 - z) * (1 - h", "gradient"),
    "δ_z with the other sign": ("(h_tilde - h_before)", "(h_before - h_tilde)", "gradient"),
    "z only writes": ("(h_tilde - h_before)", "h_tilde", "gradient"),
    # A path of the gradient dropped.
    "no path past the candidate": ("state=d_h * (1 - z) +", "state=", "gradient"),
    "all of h̄ past the candidate": ("state=d_h * (1 - z)", "state=d_h", "gradient"),
    "no path through z": ("+ delta_z @ W_hz", "", "gradient"),
    "no path through r": ("+ delta_r @ W_hr", "", "gradient"),
    "no path through the candidate": ("+ through_candidate", "", "gradient"),
    "no path to x": ("x=delta @ W_x", "x=0 * x", "gradient"),
    "no gradient of the bias": ("delta.sum(axis=0)", "0 * delta.sum(axis=0)", "gradient"),
    # A wrong factor.
    "W_hz transposed on the way back": ("delta_z @ W_hz", "delta_z @ W_hz.T", "gradient"),
    "W_hr transposed on the way back": ("delta_r @ W_hr", "delta_r @ W_hr.T", "gradient"),
    "W_hz for W_hr": ("delta_r @ W_hr", "delta_r @ W_hz", "gradient"),
    "1 − h̃² forgotten": ("d_h * z * (1 - h_tilde**2)", "d_h * z", "gradient"),
    "1 − z forgotten": ("- h_before) * z * (1 - z)", "- h_before) * z", "gradient"),
    # Off by one in time.
    "h_t for h_(t−1) at z": ("(h_tilde - h_before)", "(h_tilde - step[3])", "gradient"),
    "h_t for h_(t−1) in the products": ("delta_z.T @ h_before", "delta_z.T @ step[3]", "gradient"),
}

RESET_BEFORE_MUTATIONS = {
    "the reset after the product": (
        "h_tilde = np.tanh(x_n + (r * h) @ W_hn.T)",
        "h_tilde = np.tanh(x_n + r * (h @ W_hn.T))",
        "equations gradient",
    ),
    "path 4 without r": ("through_candidate = q * r", "through_candidate = q", "gradient"),
    "δ_r with r ⊙ h for h": ("q * h_before * r", "q * r * h_before * r", "gradient"),
    "1 − r forgotten": ("q * h_before * r * (1 - r)", "q * h_before * r", "gradient"),
    "W_hn transposed on the way back": (
        "q = delta_n @ W_hn\n",
        "q = delta_n @ W_hn.T\n",
        "gradient",
    ),
    "W_hn transposed in the step": ("(r * h) @ W_hn.T", "(r * h) @ W_hn", "equations gradient"),
    "gradient of W_hn with h for r ⊙ h": (
        "delta_n.T @ (r * h_before)",
        "delta_n.T @ h_before",
        "gradient",
    ),
}

RESET_AFTER_MUTATIONS = {
    "the reset before the product": (
        'r * (h @ W_hn.T + self.parameters["bias_reset"])',
        '(r * h) @ W_hn.T + self.parameters["bias_reset"]',
        "equations gradient",
    ),
    "b_hn outside of the reset": (
        'r * (h @ W_hn.T + self.parameters["bias_reset"])',
        'r * (h @ W_hn.T) + self.parameters["bias_reset"]',
        "equations gradient",
    ),
    "gradient of b_hn that of b": ("= q.sum(axis=0)", "= delta_n.sum(axis=0)", "gradient"),
    "q without r": ("q = delta_n * r", "q = delta_n", "gradient"),
    "δ_r without b_hn": (
        '(h_before @ W_hn.T + self.parameters["bias_reset"]) * r',
        "(h_before @ W_hn.T) * r",
        "gradient",
    ),
    "W_hn transposed on the way back": ("= q @ W_hn", "= q @ W_hn.T", "gradient"),
    "gradient of W_hn from δ_n": ("q.T @ h_before", "delta_n.T @ h_before", "gradient"),
}

LOOP_MUTATIONS = {
    # One after the other, forward and back.
    "x a step late": ("self.step(x[:, t]", "self.step(x[:, t - 1]", "equations gradient"),
    "every step from the first state": (
        "self.step(x[:, t], states[t])",
        "self.step(x[:, t], states[0])",
        "equations gradient",
    ),
    "nothing from the outputs": (
        "arriving = add_output(d_state, d_outputs[:, t])",
        "arriving = d_state",
        "gradient",
    ),
    "the output's gradient a step late": ("d_outputs[:, t])", "d_outputs[:, t - 1])", "gradient"),
    "nothing from the last state": (
        'first_state("d_state", d_state,',
        'first_state("d_state", None,',
        "gradient",
    ),
    "x_(t−1) for x_t": (
        "x[:, t], states[t], steps[t], only",
        "x[:, t - 1], states[t], steps[t], only",
        "gradient",
    ),
    "h_t for h_(t−1)": ("states[t], steps[t], only", "states[t + 1], steps[t], only", "gradient"),
    "the gates of the step before": (
        "states[t], steps[t], only",
        "states[t], steps[t - 1], only",
        "gradient",
    ),
    "the weights of one step": ("d_parameters[key] += ", "d_parameters[key] = ", "gradient"),
    # Lengths.
    "the state not frozen past the end": (
        "choose(running[:, t], step.state, states[t])",
        "step.state",
        "equations gradient",
    ),
    "outputs past the end": ("outputs[~running] = 0", "pass", "equations gradient"),
    "no way back past the end": (
        "d_state = choose(running[:, t], d_state, arriving)",
        "pass",
        "gradient",
    ),
    "a step back past the end": ("only(running[:, t], arriving)", "arriving", "gradient"),
    "one step too many": (
        "running = steps_read(lengths, B, T)",
        "running = steps_read(lengths if lengths is None else np.minimum(lengths + 1, T), B, T)",
        "equations",
    ),
}

FAST_LSTM_MUTATIONS = {
    "i and f swapped": (
        "SIGMOIDS_FIRST = [0, 1, 3, 2]",
        "SIGMOIDS_FIRST = [1, 0, 3, 2]",
        "equations gradient",
    ),
    "o and C̃ not swapped": (
        "SIGMOIDS_FIRST = [0, 1, 3, 2]",
        "SIGMOIDS_FIRST = [0, 1, 2, 3]",
        "equations gradient",
    ),
    "o without its ½": ("W[: 3 * H] *= 0.5", "W[: 2 * H] *= 0.5", "equations gradient"),
    "i and o swapped on the way back": (
        "i, f, o, C_tilde, tanh_C = activations[chunk]",
        "o, f, i, C_tilde, tanh_C = activations[chunk]",
        "gradient",
    ),
    "no path along the cell state": ("d_C *= f[k]", "d_C *= 0", "gradient"),
    "no path from h to C": ("d_C += added", "", "gradient"),
    "nothing from the last h": ("= last_d_h.T", "= 0", "gradient"),
    "the bias takes another column": ('"bias": d_W[:, -1]', '"bias": d_W[:, -2]', "gradient"),
    "σ instead of σ′": ("f * (1 - f), out", "f, out", "gradient"),
    "δ_o from C̄": ("delta[3] *= d_h", "delta[3] *= d_C", "gradient"),
    "C_t for C_(t−1)": (
        "np.multiply(cells[chunk],",
        "np.multiply(cells[1:][chunk],",
        "gradient",
    ),
    "h_t for h_(t−1)": ("(stacked, columns[chunk])", "(stacked, columns[1:][chunk])", "gradient"),
    "the output's gradient a step late": (
        "d_h += d_hidden[t]",
        "d_h += d_hidden[t - 1]",
        "gradient",
    ),
    "gates open past the end": (
        "gates[:3, :, ended[t]] = np.array([0, 1, 0], b.dtype)[:, None, None]",
        "pass",
        "equations gradient",
    ),
    "h not frozen past the end": (
        "np.copyto(h, columns[t, :H], where=ended[t])",
        "pass",
        "equations gradient",
    ),
    "no way back past the end": (
        "np.copyto(d_columns[t, :H], d_h, where=ended[t])",
        "pass",
        "gradient",
    ),
}

FAST_GRU_MUTATIONS = {
    "r and z swapped in the forward pass": (
        "r, z, m, h_tilde = activations[t]\n",
        "z, r, m, h_tilde = activations[t]\n",
        "equations gradient",
    ),
    "r and z swapped on the way back": (
        "r, z, m, h_tilde = activations[chunk]",
        "z, r, m, h_tilde = activations[chunk]",
        "gradient",
    ),
    "z without its ½": ("W *= 0.5", "W[:H] *= 0.5", "equations gradient"),
    "z keeps on the way back": ("keep = 1 - z", "keep = z", "gradient"),
    "no path past the candidate": (
        "np.multiply(d_h, keep[k], out=kept)",
        "kept[...] = 0",
        "gradient",
    ),
    "no path from x to the candidate": (
        "d_columns[chunk, H:] += W_candidate[:, :D].T @ delta_n",
        "",
        "gradient",
    ),
    "1 − h̃² forgotten": ("np.multiply(z, 1 - h_tilde**2,", "np.multiply(z, 1,", "gradient"),
    "h_t for h_(t−1) in the products": (
        "2 * H, B), columns[chunk])",
        "2 * H, B), columns[1:][chunk])",
        "gradient",
    ),
    "the output's gradient a step late": (
        "d_h += d_hidden[t]",
        "d_h += d_hidden[t - 1]",
        "gradient",
    ),
    "h not frozen past the end": (
        "z[:, ended[t]] = 0  # keep the state",
        "pass",
        "equations gradient",
    ),
}

FAST_BEFORE_MUTATIONS = {
    "no path through r ⊙ h": ("kept += through_candidate", "pass", "gradient"),
    "path 4 without r": ("through_candidate *= q  # r", "pass", "gradient"),
    "gradient of W_hn with h for r ⊙ h": (
        "sum_of_outer_products(delta_n, m)",
        "sum_of_outer_products(delta_n, previous)",
        "gradient",
    ),
}

FAST_AFTER_MUTATIONS = {
    "no b_hn": ("m += b_hn", "pass", "equations gradient"),
    "gradient of b_hn that of b": ("q.sum(axis=(0, 2))", "delta_n.sum(axis=(0, 2))", "gradient"),
    "q without r": ("q *= delta_n", "q[...] = delta_n", "gradient"),
}

CELL_MUTATIONS = {
    "RNN": RNN_MUTATIONS,
    "LSTM": LSTM_MUTATIONS,
    "GRU before": GRU_MUTATIONS | RESET_BEFORE_MUTATIONS,
    "GRU after": GRU_MUTATIONS | RESET_AFTER_MUTATIONS,
    "fast LSTM": FAST_LSTM_MUTATIONS,
    "fast GRU before": FAST_GRU_MUTATIONS | FAST_BEFORE_MUTATIONS,
    "fast GRU after": FAST_GRU_MUTATIONS | FAST_AFTER_MUTATIONS,
}
LOOPED = ["RNN", "LSTM", "GRU before", "GRU after"]


def cases(kinds_and_mutations):
    return [
        pytest.param(kind, *mutation, id=f"{kind}: {name}")
        for kind, mutations in kinds_and_mutations
        for name, mutation in mutations.items()
    ]


def module_from(source):
    module = ModuleType("mutant")
    exec(compile(source, "mutant", "exec"), vars(module))
    return module


def kind_from(kind, module):
    """The same kind with the layer that another module defines."""
    return replace(kind, layer_class=getattr(module, kind.layer_class.__name__))


def passed_checks(problem):
    """Which of the two checks a layer passes, on unequal lengths and a state from outside."""
    outputs, state = problem.forward(problem.point)
    expected_outputs, expected_state = problem.transcribed()
    same = np.allclose(outputs, expected_outputs, rtol=0, atol=1e-12) and all(
        np.allclose(state[name], expected_state[name], rtol=0, atol=1e-12) for name in state
    )
    right = gradient_check(problem.loss, problem.point, problem.gradient(), tolerance=1e-9).passed
    return {name for name, passed in [("equations", same), ("gradient", right)] if passed}


@pytest.fixture
def checks_passed_by(draw_problem):
    return lambda kind: passed_checks(draw_problem(kind, lengths=[2, 4, 1]))


@pytest.fixture
def mutate(monkeypatch):
    """Function that makes a kind anew, with one snippet of the source of a module replaced."""

    def mutate(kind, mutated, snippet, replacement):
        source = inspect.getsource(mutated)
        assert source.count(snippet) == 1
        mutant = module_from(source.replace(snippet, replacement))
        cell = inspect.getmodule(kind.layer_class)
        if mutated is cell:
            return kind_from(kind, mutant)
        monkeypatch.setitem(sys.modules, mutated.__name__, mutant)
        return kind_from(kind, module_from(inspect.getsource(cell)))

    return mutate


def test_the_unmutated_source_passes(kind, mutate, checks_passed_by):
    copy = mutate(
        kind, inspect.getmodule(kind.layer_class), "import numpy as np\n", "import numpy as np\n"
    )
    assert checks_passed_by(copy) == {"equations", "gradient"}


@pytest.mark.parametrize(
    ("kind", "snippet", "replacement", "fails"),
    cases(CELL_MUTATIONS.items()),
    indirect=["kind"],
)
def test_a_mutation_of_a_cell_fails(kind, snippet, replacement, fails, mutate, checks_passed_by):
    mutant = mutate(kind, inspect.getmodule(kind.layer_class), snippet, replacement)
    assert checks_passed_by(mutant) == {"equations", "gradient"} - set(fails.split())


@pytest.mark.parametrize("kind", LOOPED, indirect=True)
def test_the_unmutated_loops_pass(kind, mutate, checks_passed_by):
    copy = mutate(kind, layer, "outputs[~running] = 0", "outputs[~running] = 0.0")
    assert checks_passed_by(copy) == {"equations", "gradient"}


@pytest.mark.parametrize(
    ("kind", "snippet", "replacement", "fails"),
    cases((kind, LOOP_MUTATIONS) for kind in LOOPED),
    indirect=["kind"],
)
def test_a_mutation_of_the_loops_fails(kind, snippet, replacement, fails, mutate, checks_passed_by):
    mutant = mutate(kind, layer, snippet, replacement)
    assert checks_passed_by(mutant) == {"equations", "gradient"} - set(fails.split())
