"""What is the GRU's own: two candidates that no weights convert, two directions of z, a bound."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from src.equations import GRU, RNN, flip_update_gate

T, D = 6, 3

both_kinds = pytest.mark.parametrize("kind", ["GRU before", "GRU after"], indirect=True)


@both_kinds
@pytest.mark.parametrize("lengths", [None, [6, 1, 3]], ids=["all", "unequal"])
def test_equal_to_autograd_of_a_transcription(draw_problem, kind, lengths):
    """The five lines of the docstring in torch, one sequence at a time."""
    problem = draw_problem(kind, B=3, T=T, D=D, H=4, lengths=lengths)
    point = {name: torch.from_numpy(p).requires_grad_() for name, p in problem.point.items()}
    W_r, W_z, W = point["weight_ih"].chunk(3)
    U_r, U_z, U = point["weight_hh"].chunk(3)
    b_r, b_z, b = point["bias"].chunk(3)
    loss = 0
    for k in range(3):
        h = point["h"][k]
        for t in range(T if lengths is None else lengths[k]):
            x = point["x"][k, t]
            r = torch.sigmoid(W_r @ x + U_r @ h + b_r)
            z = torch.sigmoid(W_z @ x + U_z @ h + b_z)
            after = r * (U @ h + point["bias_reset"]) if kind.options["reset_after"] else None
            h_tilde = torch.tanh(W @ x + b + (U @ (r * h) if after is None else after))
            h = (1 - z) * h + z * h_tilde
            loss = loss + h @ torch.from_numpy(problem.d_outputs[k, t])
        loss = loss + h @ torch.from_numpy(problem.d_state["h"][k])
    loss.backward()

    assert abs(problem.loss(problem.point) - loss.item()) < 1e-12
    for name, gradient in problem.gradient().items():
        np.testing.assert_allclose(gradient, point[name].grad, rtol=0, atol=1e-12, err_msg=name)


def layer_with(H, *, reset_after, seed=0, biases=True):
    rng = np.random.default_rng(seed)
    layer = GRU.initialize(D, H, rng=rng, reset_after=reset_after)
    for name in ("bias", "bias_reset") if reset_after else ("bias",):
        layer.parameters[name] += biases * rng.standard_normal(layer.parameters[name].shape)
    return layer


class TestTheDirectionOfZ:
    @both_kinds
    def test_flipping_twice_is_no_change_and_arrays_are_new(self, draw_problem, kind):
        parameters = draw_problem(kind).layer.parameters
        flipped = flip_update_gate(parameters)
        twice = flip_update_gate(flipped)
        assert twice.keys() == parameters.keys()
        for name, p in parameters.items():
            np.testing.assert_array_equal(twice[name], p)
            assert not np.shares_memory(flipped[name], p)

    @both_kinds
    def test_only_the_rows_of_z_change_their_sign(self, draw_problem, kind):
        parameters = draw_problem(kind, H=3).layer.parameters
        flipped = flip_update_gate(parameters)
        for name in ("weight_ih", "weight_hh", "bias"):
            signs = np.sign(flipped[name] / parameters[name]).reshape(3, -1)
            np.testing.assert_array_equal(signs, np.array([[1], [-1], [1]]) * np.ones_like(signs))

    @both_kinds
    def test_flipped_weights_in_the_other_formula_take_the_same_step(self, draw_problem, kind):
        """h = z ⊙ h_prev + (1 − z) ⊙ h̃ is what Cho et al. 2014 and PyTorch compute."""
        problem = draw_problem(kind)
        flipped = kind(flip_update_gate(problem.layer.parameters))
        h, x = problem.state["h"], problem.x[:, 0]
        theirs = flipped.step(x, h)
        h_new = theirs.update_gate * h + (1 - theirs.update_gate) * theirs.candidate
        ours = problem.layer.step(x, h)
        np.testing.assert_allclose(ours.hidden_state, h_new, rtol=0, atol=1e-14)
        np.testing.assert_allclose(ours.update_gate, 1 - theirs.update_gate, rtol=0, atol=1e-14)

    def test_unflipped_weights_of_torch_are_wrong(self):
        module = torch.nn.GRU(D, 4, batch_first=True, dtype=torch.float64)
        layer = GRU.from_torch(module)
        unflipped = GRU(flip_update_gate(layer.parameters), reset_after=True)
        x = np.random.default_rng(0).standard_normal((2, T, D))
        expected = module(torch.from_numpy(x))[0].detach().numpy()
        assert np.abs(layer.forward(x)[0] - expected).max() < 1e-14
        assert np.abs(unflipped.forward(x)[0] - expected).max() > 0.1


def difference_of_jacobian(layer, h, x, step=1e-6):
    """∂h̃_k/∂r_j at one point, (H, H), when r is moved through its own bias.

    The reset gate's bias b_r enters the candidate through r alone, so
    ∂h̃/∂r_j = ∂h̃/∂b_rj / (r_j (1 − r_j)).
    """
    H = layer.hidden_size
    columns = []
    for j in range(H):
        sides = []
        for sign in (1, -1):
            moved = {name: p.copy() for name, p in layer.parameters.items()}
            moved["bias"][j] += sign * step
            sides.append(GRU(moved, reset_after=layer.reset_after).step(x, h).candidate[0])
        r = layer.step(x, h).reset_gate[0, j]
        columns.append((sides[0] - sides[1]) / (2 * step * r * (1 - r)))
    return np.stack(columns, axis=1)


def limits_of_unit_0(layer):
    """How many values h'_0 tends to as x, two numbers, goes to infinity in 60 directions."""
    angle = 0.01 + np.arange(60) * np.pi / 30
    far = 1e9 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    h = np.array([[0.5, -0.3]]) * np.ones((60, 1))
    return len(np.unique(layer.step(far, h).hidden_state[:, 0].round(9)))


def four_limits():
    """Reset before the product: r_1 reads the first input, r_2 the second, nothing else does."""
    weight_ih = np.zeros((6, 2))
    weight_ih[:2] = np.eye(2)
    weight_hh = np.zeros((6, 2))
    weight_hh[4:] = [[1.0, 1.0], [1.0, -1.0]]
    return GRU({"weight_ih": weight_ih, "weight_hh": weight_hh, "bias": np.zeros(6)})


class TestNoWeightsTurnOneCandidateIntoTheOther:
    """Why no conversion exists between the reset before and after the product.

    After it, entry k of the candidate depends on r through r_k alone; before it, on every r_j
    with U_kj h_j ≠ 0. So much for the same gates. That no *other* weights will do follows by
    counting limits. Fix h, let the input go to infinity in any direction but a few, and look at
    one unit, (1 − z) h_k + z tanh(w·x + b + r_k v). After the product:

        z reads x:          z → 0 gives h_k; z → 1 gives ±1 if w ≠ 0, else one of two values
        z does not read x:  ± if w ≠ 0, else one of two values (r_k → 0 or 1)

    That makes three limits at most. Before the product, two inputs that open and shut r_1 and
    r_2 separately give tanh(b + {0, U_k1 h_1, U_k2 h_2, both}): four.
    """

    @pytest.mark.parametrize("seed", range(5))
    def test_after_the_product_only_the_own_reset_gate_matters(self, seed):
        rng = np.random.default_rng(seed)
        h, x = rng.standard_normal((1, 2)), rng.standard_normal((1, D))
        jacobian = difference_of_jacobian(layer_with(2, reset_after=True, seed=seed), h, x)
        np.testing.assert_array_equal(jacobian - np.diag(np.diag(jacobian)), 0)
        assert np.abs(np.diag(jacobian)).min() > 1e-3

    @pytest.mark.parametrize("seed", range(5))
    def test_before_the_product_the_other_reset_gates_matter_too(self, seed):
        rng = np.random.default_rng(seed)
        h, x = rng.standard_normal((1, 2)), rng.standard_normal((1, D))
        layer = layer_with(2, reset_after=False, seed=seed)
        U, h_tilde = layer.parameters["weight_hh"][4:], layer.step(x, h).candidate[0]
        expected = (1 - h_tilde**2)[:, None] * U * h
        jacobian = difference_of_jacobian(layer, h, x)
        np.testing.assert_allclose(jacobian, expected, rtol=0, atol=1e-8)
        assert np.abs(jacobian[[0, 1], [1, 0]]).min() > 1e-3

    def test_before_the_product_one_unit_has_four_limits(self):
        assert limits_of_unit_0(four_limits()) == 4

    @pytest.mark.parametrize("silent", [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
    @pytest.mark.parametrize("seed", range(10))
    def test_after_the_product_one_unit_has_at_most_three(self, seed, silent):
        """Whichever of r, z and the candidate read the input."""
        rng = np.random.default_rng(seed)
        layer = GRU.initialize(2, 2, rng=rng, reset_after=True)
        for p in layer.parameters.values():
            p[...] = rng.standard_normal(p.shape)
        for block in silent:
            layer.parameters["weight_ih"][2 * block : 2 * block + 2] = 0
        assert limits_of_unit_0(layer) <= 3

    def test_without_the_state_only_after_the_product_does_the_reset_gate_matter(self):
        """The other direction: at h = 0, b_u gives two limits that no reset before has.

        Before it, z tanh(W x + b) of one unit tends to 0 on one side if z reads x, and to ±c or
        twice to c if not. Here both limits lie above 0 and differ.
        """
        parameters = {
            "weight_ih": np.array([[1.0], [0.0], [0.0]]),  # r reads x
            "weight_hh": np.zeros((3, 1)),
            "bias": np.array([0, 0, 0.5]),
            "bias_reset": np.ones(1),
        }
        far = np.array([[-1e6], [1e6]])
        step = GRU(parameters, reset_after=True).step(far, np.zeros((2, 1)))
        expected = 0.5 * np.tanh([[0.5], [1.5]])
        np.testing.assert_allclose(step.hidden_state, expected, rtol=0, atol=1e-14)

    def test_one_unit_without_biases_cannot_tell(self):
        """U (r h) = r (U h) for numbers: with H = 1 and b_u = 0 the two are one."""
        before = layer_with(1, reset_after=False)
        after = GRU({**before.parameters, "bias_reset": np.zeros(1)}, reset_after=True)
        x = np.random.default_rng(1).standard_normal((2, T, D))
        ours, theirs = before.forward(x)[0], after.forward(x)[0]
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-14)

    def test_two_units_can(self):
        before = layer_with(2, reset_after=False)
        after = GRU({**before.parameters, "bias_reset": np.zeros(2)}, reset_after=True)
        x = np.random.default_rng(1).standard_normal((2, T, D))
        assert np.abs(before.forward(x)[0] - after.forward(x)[0]).max() > 1e-3


@both_kinds
@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(0.1, 30), start=st.floats(0, 1))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_state_stays_between_minus_one_and_one(draw_problem, kind, seed, scale, start):
    """It is a convex combination of the old state and a tanh, entry by entry."""
    problem = draw_problem(kind, T=20, seed=seed)
    for p in problem.layer.parameters.values():
        p *= scale
    h_0 = start * np.tanh(problem.state["h"])
    outputs, *_ = problem.layer.forward(scale * problem.x, h_0)
    assert np.abs(outputs).max() <= 1


@both_kinds
def test_with_open_gates_it_is_a_plain_rnn(draw_problem, kind):
    problem = draw_problem(kind, H=3)
    layer = problem.layer
    for name in ("weight_ih", "weight_hh", "bias"):
        layer.parameters[name][:6] = 0
    layer.parameters["bias"][:6] = 40  # σ(40) rounds to 1 in float64
    recurrent = {name: layer.parameters[name][6:] for name in ("weight_ih", "weight_hh", "bias")}
    if kind.extra_bias:
        recurrent["bias"] = recurrent["bias"] + layer.parameters["bias_reset"]
    outputs, *_ = RNN(recurrent).forward(problem.x, problem.state["h"])
    np.testing.assert_allclose(
        layer.forward(problem.x, problem.state["h"])[0], outputs, rtol=0, atol=1e-14
    )


@both_kinds
def test_a_shut_update_gate_keeps_the_state_exactly(draw_problem, kind):
    problem = draw_problem(kind, T=50, H=3)
    for name in ("weight_ih", "weight_hh", "bias"):
        problem.layer.parameters[name][3:6] = 0
    problem.layer.parameters["bias"][3:6] = -800
    h_0 = problem.state["h"]
    _, h, _ = problem.layer.forward(problem.x, h_0)
    np.testing.assert_array_equal(h, h_0)
