"""Bad input raises an error that names the argument and says what came."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

import src.modules
from src.equations import GRU, LSTM, RNN

B, T, D, H = 3, 4, 2, 5


def layer_of(kind):
    return kind.initialize(D, H, rng=np.random.default_rng(0))


def holding(value, *shape):
    array = np.zeros(shape)
    array.flat[-1] = value
    return array


BAD_X = [
    (np.zeros((T, D)), ValueError, r"x must have rank 3, shape \(B, T, 2\), got shape \(4, 2\)"),
    (np.zeros((B, T, D + 1)), ValueError, r"x must have shape \(B, T, 2\), got \(3, 4, 3\)"),
    (np.zeros((B, 0, D)), ValueError, r"x .* \(B, T, 2\) with T at least 1, got \(3, 0, 2\)"),
    (np.zeros((0, T, D)), ValueError, r"x .* \(B, T, 2\) with B at least 1, got \(0, 4, 2\)"),
    (np.zeros((0, 0, D)), ValueError, r"x .* with B and T at least 1, got \(0, 0, 2\)"),
    (np.ma.masked_array(np.zeros((B, T, D))), TypeError, "x must be a NumPy array, got MaskedArr"),
    (holding(np.nan, B, T, D), ValueError, "x must be finite, but it holds NaN or infinity"),
    (holding(-np.inf, B, T, D), ValueError, "x must be finite, but it holds NaN or infinity"),
    (np.zeros((B, T, D), np.float32), TypeError, "x must have dtype float64, .* got float32"),
    (np.zeros((B, T, D), int), TypeError, "x must have dtype float64, .* got int64"),
    (np.zeros((B, T, D)).tolist(), TypeError, "x must be a NumPy array, got list"),
    (torch.zeros(B, T, D), TypeError, "x must be a NumPy array, got Tensor"),
    (None, TypeError, "x must be a NumPy array, got NoneType"),
]

BAD_LENGTHS = [
    ([0, 1, 2], ValueError, "lengths must lie between 1 and T = 4, got 0 to 2"),
    ([-1, 1, 2], ValueError, "lengths must lie between 1 and T = 4, got -1 to 2"),
    ([1, 2, 5], ValueError, "lengths must lie between 1 and T = 4, got 1 to 5"),
    ([1, 2], ValueError, r"lengths must have shape \(3,\), one for each sequence, got \(2,\)"),
    ([[1], [2], [3]], ValueError, r"lengths must have shape \(3,\), .* got \(3, 1\)"),
    (3, ValueError, r"lengths must have shape \(3,\), one for each sequence, got \(\)"),
    ([1.0, 2.0, 3.0], TypeError, "lengths must be integers, got dtype float64"),
    ([True, True, True], TypeError, "lengths must be integers, got dtype bool"),
    (["1", "2", "3"], TypeError, "lengths must be integers, got dtype <U1"),
    ([1, None, 2], TypeError, "lengths must be integers, got dtype object"),
    (
        [1, 2, 2**64],
        ValueError,
        "lengths must lie between 1 and T = 4, got 1 to 18446744073709551616",
    ),
    ([], ValueError, r"lengths must have shape \(3,\), one for each sequence, got \(0,\)"),
    ([[1], [2, 3], [4]], TypeError, "lengths must be integers, got a ragged list"),
]

# (bad array, error, message) where an array (B, H) belongs; {} is the argument's name.
BAD_STATE_ARRAYS = [
    (np.zeros((B, H + 1)), ValueError, r"{} must have shape \(3, 5\), got \(3, 6\)"),
    (np.zeros((B + 1, H)), ValueError, r"{} must have shape \(3, 5\), got \(4, 5\)"),
    (np.zeros((1, B, H)), ValueError, r"{} must have rank 2, .* got shape \(1, 3, 5\)"),
    (holding(np.nan, B, H), ValueError, "{} must be finite"),
    (np.zeros((B, H), np.float32), TypeError, "{} must have dtype float64, .* got float32"),
    ([[0.0] * H] * B, TypeError, "{} must be a NumPy array, got list"),
]

BAD_PAIRS = [
    (np.zeros((2, B, H)), r"{} must be a pair \(h, c\), got ndarray"),
    ((np.zeros((B, H)),), r"{} must be a pair \(h, c\), got tuple of 1"),
    ((np.zeros((B, H)),) * 3, r"{} must be a pair \(h, c\), got tuple of 3"),
]


@pytest.mark.parametrize(("x", "error", "message"), BAD_X)
def test_x(kind, x, error, message):
    with pytest.raises(error, match=message):
        layer_of(kind).forward(x)


@pytest.mark.parametrize(("lengths", "error", "message"), BAD_LENGTHS)
def test_lengths(kind, lengths, error, message):
    with pytest.raises(error, match=message):
        layer_of(kind).forward(np.zeros((B, T, D)), lengths=lengths)


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.zeros((B, T, D)), ValueError, r"x must have rank 2, shape \(B, 2\), got shape"),
        (np.zeros((B, D + 1)), ValueError, r"x must have shape \(B, 2\), got \(3, 3\)"),
        (holding(np.inf, B, D), ValueError, "x must be finite"),
        (np.zeros((B, D), np.float32), TypeError, "x must have dtype float64, .* got float32"),
    ],
)
def test_x_of_step(kind, x, error, message):
    state = np.zeros((B, H)) if len(kind.states) == 1 else (np.zeros((B, H)),) * 2
    with pytest.raises(error, match=message):
        layer_of(kind).step(x, state)


@pytest.mark.parametrize(("bad", "error", "message"), BAD_STATE_ARRAYS)
@pytest.mark.parametrize("kind", ["RNN", "GRU before", "GRU after"], indirect=True)
def test_state_of_a_layer_with_one(kind, bad, error, message):
    layer, x = layer_of(kind), np.zeros((B, T, D))
    *_, tape = layer.forward(x)
    with pytest.raises(error, match="^" + message.format("state")):
        layer.forward(x, bad)
    with pytest.raises(error, match="^" + message.format("state")):
        layer.step(x[:, 0], bad)
    with pytest.raises(error, match="^" + message.format("d_state")):
        layer.backward(tape, np.zeros((B, T, H)), bad)


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize(("bad", "error", "message"), BAD_STATE_ARRAYS)
def test_half_of_the_state_of_an_lstm(half, bad, error, message):
    lstm, x = layer_of(LSTM), np.zeros((B, T, D))
    *_, tape = lstm.forward(x)
    pair = [np.zeros((B, H)), np.zeros((B, H))]
    pair[half] = bad
    with pytest.raises(error, match="^" + message.format(rf"state\[{half}\]")):
        lstm.forward(x, tuple(pair))
    with pytest.raises(error, match="^" + message.format(rf"state\[{half}\]")):
        lstm.step(x[:, 0], tuple(pair))
    with pytest.raises(error, match="^" + message.format(rf"d_state\[{half}\]")):
        lstm.backward(tape, np.zeros((B, T, H)), tuple(pair))


@pytest.mark.parametrize(("bad", "message"), BAD_PAIRS)
def test_an_lstm_wants_a_pair(bad, message):
    lstm, x = layer_of(LSTM), np.zeros((B, T, D))
    *_, tape = lstm.forward(x)
    with pytest.raises(TypeError, match="^" + message.format("state")):
        lstm.forward(x, bad)
    with pytest.raises(TypeError, match="^" + message.format("state")):
        lstm.step(x[:, 0], bad)
    with pytest.raises(TypeError, match="^" + message.format("d_state")):
        lstm.backward(tape, np.zeros((B, T, H)), bad)


def test_one_step_wants_a_state(kind):
    with pytest.raises(TypeError, match=r"^state.* must be a .*, got NoneType"):
        layer_of(kind).step(np.zeros((B, D)), None)


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (np.zeros((B, H)), ValueError, r"d_outputs must have rank 3, shape \(3, 4, 5\)"),
        (np.zeros((B, T + 1, H)), ValueError, r"d_outputs must have shape \(3, 4, 5\), got"),
        (holding(np.nan, B, T, H), ValueError, "d_outputs must be finite"),
        (np.zeros((B, T, H), np.float32), TypeError, "d_outputs must have dtype float64"),
        (None, TypeError, "d_outputs must be a NumPy array, got NoneType"),
    ],
)
def test_d_outputs(kind, bad, error, message):
    layer = layer_of(kind)
    *_, tape = layer.forward(np.zeros((B, T, D)))
    with pytest.raises(error, match=message):
        layer.backward(tape, bad)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"weight_ih": np.zeros((19, D))}, ValueError, r"weight_ih must have shape \(20, D\)"),
        ({"weight_hh": np.zeros((20, 4))}, ValueError, r"weight_hh must have shape \(4H, H\)"),
        (
            {"weight_hh": np.zeros(20)},
            ValueError,
            r"weight_hh must have rank 2, shape \(4H, H\), got",
        ),
        ({"weight_hh": np.float64(1)}, TypeError, "weight_hh must be a NumPy array, got float64"),
        (
            {"weight_hh": np.array(1.0)},
            ValueError,
            r"weight_hh must have rank 2, .* got shape \(\)",
        ),
        (
            {"weight_ih": np.zeros((20, 0))},
            ValueError,
            r"weight_ih .* with D at least 1, got \(20, 0",
        ),
        ({"bias": np.zeros((20, 1))}, ValueError, r"bias must have rank 1, shape \(20,\)"),
        ({"bias": holding(np.nan, 20)}, ValueError, "bias must be finite"),
        ({"bias": np.zeros(20, np.float32)}, TypeError, "bias must have dtype float64"),
        ({"weight_hh": np.zeros((20, 5), int)}, TypeError, "weight_hh must have dtype float32 or"),
        ({"weight_hh": [[0.0] * 5] * 20}, TypeError, "weight_hh must be a NumPy array, got list"),
        ({"bias_hh": np.zeros(20)}, ValueError, r"parameters must have the keys \['weight_ih'"),
    ],
)
def test_parameters(changed, error, message):
    with pytest.raises(error, match=message):
        LSTM({**layer_of(LSTM).parameters, **changed})


def test_missing_and_foreign_parameters(kind):
    parameters = layer_of(kind).parameters
    del parameters["bias"]
    with pytest.raises(ValueError, match=r"parameters must have the keys .*'bias'.* got \["):
        kind(parameters)
    with pytest.raises(TypeError, match="parameters must be a dict, got list"):
        kind(list(parameters.values()))


def test_weights_of_the_other_layer():
    with pytest.raises(ValueError, match=r"weight_hh must have shape \(H, H\), got \(20, 5\)"):
        RNN(layer_of(LSTM).parameters)
    with pytest.raises(ValueError, match=r"weight_hh must have shape \(4H, H\), got \(5, 5\)"):
        LSTM(layer_of(RNN).parameters)
    with pytest.raises(ValueError, match=r"weight_hh must have shape \(3H, H\), got \(20, 5\)"):
        GRU(layer_of(LSTM).parameters)


def test_the_two_gru_do_not_take_each_others_parameters():
    rng = np.random.default_rng(0)
    before = GRU.initialize(D, H, rng=rng).parameters
    after = GRU.initialize(D, H, rng=rng, reset_after=True).parameters
    with pytest.raises(ValueError, match=r"keys .*'bias', 'bias_reset'\], got \['bias', 'weight"):
        GRU(before, reset_after=True)
    with pytest.raises(ValueError, match=r"keys .*'bias'\], got \['bias', 'bias_reset'"):
        GRU(after)
    with pytest.raises(ValueError, match=r"bias_reset must have shape \(5,\), got \(15,\)"):
        GRU({**after, "bias_reset": np.zeros(15)}, reset_after=True)


@pytest.mark.parametrize(
    ("sizes", "error", "message"),
    [
        ((0, 5), ValueError, "input_size must be at least 1, got 0"),
        ((2, -1), ValueError, "hidden_size must be at least 1, got -1"),
        ((2.0, 5), TypeError, "input_size must be an integer, got float"),
        ((2, True), TypeError, "hidden_size must be an integer, got bool"),
    ],
)
def test_sizes(kind, sizes, error, message):
    with pytest.raises(error, match=message):
        kind.initialize(*sizes, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"rng": 0}, TypeError, "rng must be a numpy.random.Generator, .* got int"),
        ({"rng": np.random.RandomState(0)}, TypeError, "rng must be .* got RandomState"),
        ({"dtype": np.float16}, TypeError, "dtype must be float32 or float64, got float16"),
        ({"dtype": int}, TypeError, "dtype must be float32 or float64, got int64"),
    ],
)
def test_generator_and_dtype(kind, options, error, message):
    with pytest.raises(error, match=message):
        kind.initialize(D, H, **{"rng": np.random.default_rng(0), **options})


@pytest.mark.parametrize(
    ("forget_bias", "error", "message"),
    [
        (np.nan, ValueError, "forget_bias must be finite, got nan"),
        (-np.inf, ValueError, "forget_bias must be finite, got -inf"),
        ("1", TypeError, "forget_bias must be a number, got str"),
        (np.ones(H), TypeError, "forget_bias must be a number, got ndarray"),
        (None, TypeError, "forget_bias must be a number, got NoneType"),
        ("a", TypeError, "forget_bias must be a number, got str"),
    ],
)
def test_forget_bias(forget_bias, error, message):
    with pytest.raises(error, match=message):
        LSTM.initialize(D, H, rng=np.random.default_rng(0), forget_bias=forget_bias)


@pytest.mark.parametrize(
    ("layer_class", "module", "error", "message"),
    [
        (
            LSTM,
            torch.nn.GRU(D, H),
            TypeError,
            r"module must be a torch\.nn\.LSTM, got torch\.nn\..*GRU",
        ),
        (LSTM, torch.nn.RNN(D, H), TypeError, "module must be .* got torch.*RNN"),
        (RNN, torch.nn.LSTM(D, H), TypeError, r"module must be a torch\.nn\.RNN, got torch.*LSTM"),
        (
            RNN,
            torch.nn.RNN(D, H, nonlinearity="relu"),
            ValueError,
            "module must have nonlinearity=tanh, got relu",
        ),
        (LSTM, torch.nn.LSTMCell(D, H), TypeError, "module must be .*LSTM, got .*LSTMCell"),
        (LSTM, torch.nn.Linear(D, H), TypeError, "module must be .*LSTM, got .*Linear"),
        (LSTM, {"weight_ih_l0": 0}, TypeError, "module must be .*LSTM, got dict"),
        (LSTM, torch.nn.LSTM(D, H, 2), ValueError, "module must have num_layers=1, got 2"),
        (
            LSTM,
            torch.nn.LSTM(D, H, bidirectional=True),
            ValueError,
            "module must have bidirectional=False, got True",
        ),
        (
            LSTM,
            torch.nn.LSTM(D, H, proj_size=2),
            ValueError,
            "module must have proj_size=0, got 2",
        ),
        (GRU, torch.nn.LSTM(D, H), TypeError, r"module must be a torch\.nn\.GRU, got .*LSTM"),
        (GRU, torch.nn.GRUCell(D, H), TypeError, "module must be .*GRU, got .*GRUCell"),
        (GRU, torch.nn.GRU(D, H, 2), ValueError, "module must have num_layers=1, got 2"),
        (
            GRU,
            torch.nn.GRU(D, H, bidirectional=True),
            ValueError,
            "module must have bidirectional=False, got True",
        ),
        (RNN, SimpleNamespace(mode=None), TypeError, "module must be .*RNN, got .*SimpleNamespace"),
        (
            LSTM,
            torch.nn.LSTM(D, H, dtype=torch.float16),
            TypeError,
            "must have .* got torch.float16",
        ),
        (GRU, torch.nn.GRU(D, H, dtype=torch.bfloat16), TypeError, "module must have .*bfloat16"),
        (RNN, torch.nn.RNN(D, H, device="meta"), ValueError, "must hold numbers, .* meta"),
        (LSTM, src.modules.LSTM(D, H), TypeError, r"torch\.nn\.LSTM, got src\.modules\.lstm\.LSTM"),
        (GRU, src.modules.GRU(D, H), TypeError, r"torch\.nn\.GRU, got src\.modules\.gru\.GRU"),
        (LSTM, torch.nn.LSTM, TypeError, "module must be .*LSTM, got type"),
    ],
)
def test_module(layer_class, module, error, message):
    with pytest.raises(error, match=message):
        layer_class.from_torch(module)
