"""At the edges of the equations: a clear error or the right value, never a silent wrong one."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from src.equations import GRU, LSTM, RNN
from src.equations.crossentropy import sequence_cross_entropy
from src.equations.fast import FastGRU, FastLSTM
from src.equations.history.lstm1997 import LSTM1997
from src.equations.history.lstm2000 import LSTM2000
from src.equations.history.peephole import PeepholeLSTM
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
)

B, T, D, H = 3, 4, 2, 4
LENGTHS = np.array([2, 4, 1])
READ = np.arange(T) < LENGTHS[:, None]

LAYERS = {
    "RNN": (RNN, {}),
    "LSTM": (LSTM, {}),
    "GRU before": (GRU, {}),
    "GRU after": (GRU, {"reset_after": True}),
    "fast LSTM": (FastLSTM, {}),
    "fast GRU before": (FastGRU, {}),
    "fast GRU after": (FastGRU, {"reset_after": True}),
    "1997": (LSTM1997, {"blocks": 2}),
    "2000": (LSTM2000, {"blocks": 2}),
    "peephole": (PeepholeLSTM, {}),
    "coupled": (CoupledLSTM, {}),
    "no forget gate": (NoForgetGateLSTM, {}),
    "no output gate": (NoOutputGateLSTM, {}),
    "layer norm": (LayerNormLSTM, {}),
    "minGRU": (MinGRU, {}),
    "signed minGRU": (SignedMinGRU, {}),
    "minLSTM": (MinLSTM, {}),
    "sLSTM": (SLSTM, {}),
    "mLSTM": (MLSTM, {}),
}
PAIRS = [name for name in LAYERS if "GRU" not in name and name not in ("RNN", "minLSTM")]


@pytest.fixture(params=LAYERS)
def layer(request):
    """Every cell, with random, unequal weights."""
    return layer_of(request.param)


def layer_of(name, seed=0):
    layer_class, options = LAYERS[name]
    rng = np.random.default_rng(seed)
    layer = layer_class.initialize(D, H, rng=rng, **options)
    for p in layer.parameters.values():
        p[...] = rng.standard_normal(p.shape)
    return layer


def halves(state):
    return list(state) if isinstance(state, tuple) else [state]


def drawn(layer, seed=1):
    """x, a first state, and gradients from everywhere."""
    rng = np.random.default_rng(seed)
    zero = layer.initial_state(B)

    def state():
        arrays = tuple(rng.standard_normal(half.shape) for half in halves(zero))
        return arrays if isinstance(zero, tuple) else arrays[0]

    x, d_outputs = rng.standard_normal((B, T, D)), rng.standard_normal((B, T, H))
    return x, state(), d_outputs, state()


def both_passes(layer, x, state, lengths, d_outputs, d_state):
    """Every array that forward and backward return."""
    outputs, last, tape = layer.forward(x, state, lengths)
    gradients = layer.backward(tape, d_outputs, d_state)
    arrays = [outputs, *halves(last), gradients.x, *halves(gradients.state)]
    return arrays + list(gradients.parameters.values())


class TestPadding:
    """Nothing that is not read matters."""

    @pytest.mark.parametrize("garbage", [np.nan, np.inf, -np.inf, 1e308])
    def test_anything_may_stand_there(self, layer, garbage):
        x, state, d_outputs, d_state = drawn(layer)
        expected = both_passes(layer, x, state, LENGTHS, d_outputs, d_state)
        x[~READ], d_outputs[~READ] = garbage, garbage
        ours = both_passes(layer, x, state, LENGTHS, d_outputs, d_state)
        for one, other in zip(ours, expected, strict=True):
            np.testing.assert_array_equal(one, other)
        assert not ours[0][~READ].any()
        x_gradient = ours[len(halves(state)) + 1]
        assert x_gradient.shape == x.shape
        assert not x_gradient[~READ].any()

    def test_what_is_read_must_be_finite(self, layer):
        x, state, d_outputs, _ = drawn(layer)
        x[0, 1] = np.nan
        with pytest.raises(ValueError, match="x must be finite"):
            layer.forward(x, state, LENGTHS)
        with pytest.raises(ValueError, match="x must be finite"):
            layer.forward(x, state)
        *_, tape = layer.forward(np.nan_to_num(x), state, LENGTHS)
        d_outputs[1, 3] = np.inf
        with pytest.raises(ValueError, match="d_outputs must be finite"):
            layer.backward(tape, d_outputs)

    def test_where_no_sequence_ends_nothing_is_padding(self, layer):
        x, *_ = drawn(layer)
        x[2, 3] = np.nan
        with pytest.raises(ValueError, match="x must be finite"):
            layer.forward(x, lengths=[T] * B)

    @pytest.mark.parametrize("garbage", [np.nan, np.inf, -1.0, 1e308])
    def test_of_the_loss(self, garbage):
        rng = np.random.default_rng(0)
        logits, targets = rng.standard_normal((B, T, 3)), np.eye(3)[rng.integers(3, size=(B, T))]
        loss, d_logits = sequence_cross_entropy(logits, targets, LENGTHS)
        logits[~READ], targets[~READ] = garbage, garbage
        same_loss, same_d_logits = sequence_cross_entropy(logits, targets, LENGTHS)
        assert same_loss == loss
        np.testing.assert_array_equal(same_d_logits, d_logits)
        assert not same_d_logits[~READ].any()


class TestTapes:
    def test_share_no_memory_with_anything_of_the_callers(self, layer):
        """Buffers that are filled anew between the passes change no gradient."""
        x, state, d_outputs, d_state = drawn(layer)
        lengths = LENGTHS.copy()
        outputs, last, tape = layer.forward(x, state, lengths)
        expected = deepcopy(layer.backward(tape, d_outputs, d_state))
        for array in (x, *halves(state), outputs, *halves(last), lengths):
            array[...] = 1
        ours = layer.backward(tape, d_outputs, d_state)
        np.testing.assert_equal(ours._asdict(), expected._asdict())

    def test_serve_twice(self, layer):
        x, state, d_outputs, d_state = drawn(layer)
        *_, tape = layer.forward(x, state, LENGTHS)
        first = deepcopy(layer.backward(tape, d_outputs, d_state))
        again = layer.backward(tape, d_outputs, d_state)
        np.testing.assert_equal(again._asdict(), first._asdict())

    @pytest.mark.parametrize("bad", [None, (), (1, 2), np.zeros(3), "tape"])
    def test_something_else_is_refused(self, layer, bad):
        with pytest.raises(TypeError, match=r"tape must be what \w+\.forward returned, got"):
            layer.backward(bad, np.zeros((B, T, H)))

    def test_one_of_another_layer_is_refused(self, layer):
        x, *_ = drawn(layer)
        for name in LAYERS:
            other = layer_of(name)
            if repr(other) == repr(layer):
                continue
            *_, tape = other.forward(x)
            with pytest.raises((TypeError, ValueError), match="tape must be"):
                layer.backward(tape, np.zeros((B, T, H)))

    def test_one_of_a_wider_layer_is_refused(self):
        narrow, wide = (LSTM.initialize(D, n, rng=np.random.default_rng(0)) for n in (4, 5))
        *_, tape = wide.forward(np.zeros((B, T, D)))
        with pytest.raises(ValueError, match="tape must be from this layer, LSTM of float64 with"):
            narrow.backward(tape, np.zeros((B, T, 5)))


class TestStates:
    def test_a_step_returns_what_the_next_one_takes(self, layer):
        x, state, *_ = drawn(layer)
        outputs, last, _ = layer.forward(x, state)
        for t in range(T):
            step = layer.step(x[:, t], state)
            state = step.state
            np.testing.assert_allclose(step.hidden_state, outputs[:, t], rtol=0, atol=1e-14)
        for ours, expected in zip(halves(state), halves(last), strict=True):
            np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-14)

    def test_steps_back_make_the_whole_way_back(self, layer):
        x, state, d_outputs, d_state = drawn(layer)
        *_, tape = layer.forward(x, state)
        expected = layer.backward(tape, d_outputs, d_state)
        before, steps = [state], []
        for t in range(T):
            steps.append(layer.step(x[:, t], before[t]))
            before.append(steps[t].state)
        total = {key: np.zeros_like(p) for key, p in layer.parameters.items()}
        for t in reversed(range(T)):
            first, *rest = [half.copy() for half in halves(d_state)]
            first[:, :H] += d_outputs[:, t]
            arriving = (first, *rest) if rest else first
            back = layer.step_backward(x[:, t], before[t], steps[t], arriving)
            np.testing.assert_allclose(back.x, expected.x[:, t], rtol=0, atol=1e-12)
            d_state = back.state
            total = {key: total[key] + back.parameters[key] for key in total}
        for ours, theirs in zip(halves(d_state), halves(expected.state), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
        for key, gradient in total.items():
            np.testing.assert_allclose(gradient, expected.parameters[key], rtol=0, atol=1e-12)

    @pytest.mark.parametrize("name", PAIRS)
    @pytest.mark.parametrize("missing", [0, 1])
    def test_half_a_pair_may_be_none(self, name, missing):
        layer = layer_of(name)
        x, state, d_outputs, d_state = drawn(layer)

        def without(pair, nothing):
            return tuple(nothing(half) if k == missing else half for k, half in enumerate(pair))

        zero, none = (
            both_passes(layer, x, without(state, f), None, d_outputs, without(d_state, f))
            for f in (np.zeros_like, lambda half: None)
        )
        for one, other in zip(none, zero, strict=True):
            np.testing.assert_array_equal(one, other)

    @pytest.mark.parametrize("name", PAIRS)
    def test_a_step_is_no_state(self, name):
        layer = layer_of(name)
        x, state, *_ = drawn(layer)
        step = layer.step(x[:, 0], state)
        with pytest.raises(TypeError, match=r"state must be a (pair|tuple) .* got \w+Step of \d"):
            layer.step(x[:, 1], step)

    def test_a_step_of_another_cell_is_refused(self, layer):
        x, state, _, d_state = drawn(layer)
        foreign = RNN if not isinstance(layer, RNN) else GRU
        step = foreign.initialize(D, H, rng=np.random.default_rng(0)).step(
            x[:, 0], np.zeros((B, H))
        )
        with pytest.raises(TypeError, match=r"step must be what \w+\.step returned, got \w+Step"):
            layer.step_backward(x[:, 0], state, step, d_state)
        with pytest.raises(TypeError, match=r"step must be what .* got NoneType"):
            layer.step_backward(x[:, 0], state, None, d_state)

    def test_a_step_of_another_batch_is_refused(self, layer):
        x, state, _, d_state = drawn(layer)
        one = tuple(half[:1] for half in halves(state))
        step = layer.step(x[:1, 0], one if isinstance(state, tuple) else one[0])
        with pytest.raises(ValueError, match=r"step\.hidden_state must have shape"):
            layer.step_backward(x[:, 0], state, step, d_state)


class TestFlagsAndNumbers:
    @pytest.mark.parametrize("bad", ["no", "False", 0, 1, None, [True]])
    @pytest.mark.parametrize("layer_class", [GRU, FastGRU])
    def test_reset_after(self, layer_class, bad):
        rng = np.random.default_rng(0)
        parameters = GRU.initialize(D, H, rng=rng, reset_after=True).parameters
        with pytest.raises(TypeError, match="reset_after must be True or False, got"):
            layer_class(parameters, reset_after=bad)
        with pytest.raises(TypeError, match="reset_after must be True or False, got"):
            layer_class.initialize(D, H, rng=rng, reset_after=bad)

    def test_a_numpy_bool_is_a_bool(self):
        rng = np.random.default_rng(0)
        assert GRU.initialize(D, H, rng=rng, reset_after=np.True_).reset_after is True

    @pytest.mark.parametrize("layer_class", [LSTM, FastLSTM, PeepholeLSTM, CoupledLSTM])
    @pytest.mark.parametrize(
        ("bad", "error", "message"),
        [
            ("a", TypeError, "forget_bias must be a number, got str"),
            (True, TypeError, "forget_bias must be a number, got bool"),
            (1j, TypeError, "forget_bias must be a number, got complex"),
            (np.nan, ValueError, "forget_bias must be finite, got nan"),
            (10**400, ValueError, "forget_bias must be finite, got 1000"),
        ],
    )
    def test_forget_bias(self, layer_class, bad, error, message):
        with pytest.raises(error, match=message):
            layer_class.initialize(D, H, rng=np.random.default_rng(0), forget_bias=bad)

    @pytest.mark.parametrize("bad", ["float", "half precision", object])
    def test_dtype(self, bad):
        if bad == "float":
            assert RNN.initialize(D, H, rng=np.random.default_rng(0), dtype=bad).dtype == float
            return
        with pytest.raises(TypeError, match="dtype must be float32 or float64, got"):
            RNN.initialize(D, H, rng=np.random.default_rng(0), dtype=bad)


class TestArrays:
    """What looks like an array, or is one of another kind."""

    @pytest.mark.parametrize(
        "bad", [np.ma.masked_array(np.ones((B, D))), np.ones((B, D)).tolist(), torch.ones(B, D)]
    )
    def test_is_refused(self, layer, bad):
        with pytest.raises(TypeError, match="x must be a NumPy array, got"):
            layer.step(bad, layer.initial_state(B))

    def test_a_matrix_is_refused(self, layer):
        """Its * is a matrix product."""
        with pytest.warns(PendingDeprecationWarning):
            x = np.matrix(np.ones((B, D)))
        with pytest.raises(TypeError, match="x must be a NumPy array, got matrix"):
            layer.step(x, layer.initial_state(B))

    def test_order_in_memory_and_read_only_are_of_no_consequence(self, layer):
        x, state, d_outputs, d_state = drawn(layer)
        expected = both_passes(layer, x, state, LENGTHS, d_outputs, d_state)
        strange = np.asfortranarray(x)
        strange.flags.writeable = False
        backwards = np.ascontiguousarray(d_outputs[::-1])[::-1]
        ours = both_passes(layer, strange, state, LENGTHS, backwards, d_state)
        for one, other in zip(ours, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-13)

    @pytest.mark.parametrize("name", LAYERS)
    @pytest.mark.parametrize("bad", [np.float64(1), np.array(1.0), np.ones(4), None, "W", 3])
    def test_scalar_weights(self, name, bad):
        layer = layer_of(name)
        layer_class, options = LAYERS[name]
        for key in layer.parameters:
            wrong = layer.parameters | {key: bad}
            if np.shape(bad) == (4,) and layer.parameters[key].ndim == 1:
                wrong[key] = np.ones((4, 4))
            with pytest.raises((TypeError, ValueError), match=f"{key} must "):
                layer_class(wrong, **options)

    @pytest.mark.parametrize("name", LAYERS)
    @pytest.mark.parametrize("bad", [None, [], {}, {0: np.ones(1)}])
    def test_keys(self, name, bad):
        layer_class, options = LAYERS[name]
        with pytest.raises((TypeError, ValueError), match="parameters must "):
            layer_class(bad, **options)


class TestLoss:
    logits = np.array([[[2.0, -1, 0], [1, 3, 0]]])
    targets = np.eye(3)[[[0, 1]]]

    def test_the_value(self):
        """0.16984603..., computed by hand as the mean of two −log softmax."""
        loss, _ = sequence_cross_entropy(self.logits, self.targets, [2])
        by_hand = [np.log(1 + np.exp(-3) + np.exp(-2)), np.log(1 + np.exp(-2) + np.exp(-3))]
        assert loss == pytest.approx(np.mean(by_hand), abs=1e-15)

    def test_no_lengths_means_all_steps(self):
        without, with_all = (
            sequence_cross_entropy(self.logits, self.targets, *lengths) for lengths in [(), ([2],)]
        )
        assert without[0] == with_all[0]
        np.testing.assert_array_equal(without[1], with_all[1])

    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"logits": logits.astype(int)}, TypeError, "logits must have dtype .* got int64"),
            ({"logits": logits.tolist()}, TypeError, "logits must be a NumPy array, got list"),
            ({"logits": logits.astype(np.float16)}, TypeError, "logits must have .* got float16"),
            ({"logits": logits > 0}, TypeError, "logits must have dtype .* got bool"),
            ({"logits": torch.zeros(1, 2, 3)}, TypeError, "logits must be .* got Tensor"),
            ({"logits": logits.astype(complex)}, TypeError, "logits must have .* got complex128"),
            ({"targets": targets.astype(int)}, TypeError, "targets must have .* got int64"),
            ({"targets": targets.tolist()}, TypeError, "targets must be a NumPy array, got list"),
            (
                {"targets": targets.astype(np.float32)},
                TypeError,
                "targets must have the dtype of logits, float64, got float32",
            ),
            ({"targets": 2 * targets}, ValueError, "targets must be distributions"),
            ({"targets": 0 * targets}, ValueError, "targets must be distributions"),
            ({"targets": 1.5 * targets - 1 / 6}, ValueError, "targets must be distributions"),
            ({"targets": targets * np.nan}, ValueError, "targets must be finite"),
            ({"lengths": [2.0]}, TypeError, "lengths must be integers"),
            ({"lengths": [3]}, ValueError, "lengths must lie between 1 and T = 2"),
        ],
    )
    def test_bad_input(self, change, error, message):
        arguments = {"logits": self.logits, "targets": self.targets, "lengths": [2]} | change
        with pytest.raises(error, match=message):
            sequence_cross_entropy(**arguments)

    def test_extreme_logits(self):
        """A probability of 0 costs nothing where it is not asked for."""
        logits = np.array([[[600.0, -600.0, 0.0]]])
        loss, d_logits = sequence_cross_entropy(logits, np.array([[[1.0, 0.0, 0.0]]]))
        assert loss == 0
        np.testing.assert_allclose(d_logits, np.zeros_like(logits), rtol=0, atol=1e-200)
