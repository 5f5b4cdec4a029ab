"""Bad input to src.modules: every error names the argument, what is expected and what came."""

import numpy as np
import pytest
import torch

from src.modules import GRU, LSTM, RNN

B, T, D, H = 2, 4, 3, 5
x = torch.ones(B, T, D)
h = torch.zeros(1, B, H)

BAD_CALLS = {
    "x no tensor": (np.ones((B, T, D)), None, None, TypeError, "x must be a torch.Tensor, got nd"),
    "x dtype": (
        x.double(),
        None,
        None,
        TypeError,
        "x must have .* torch.float32, got torch.float64",
    ),
    "x rank": (x[0], None, None, ValueError, r"x must have shape \(B, T, 3\), got \(4, 3\)"),
    "x features": (x[:, :, 1:], None, None, ValueError, r"x must .* 3\), got \(2, 4, 2\)"),
    "x no sequence": (x[:0], None, None, ValueError, r"B, T ≥ 1, got \(0, 4, 3\)"),
    "x no step": (x[:, :0], None, None, ValueError, r"B, T ≥ 1, got \(2, 0, 3\)"),
    "x NaN": (x * float("nan"), None, None, ValueError, "x must be finite"),
    "x infinite": (x / 0, None, None, ValueError, "x must be finite, .* NaN or infinity"),
    "lengths zero": (x, None, [4, 0], ValueError, r"1..T = 4, got 0 for sequence 1"),
    "lengths beyond": (x, None, [5, 1], ValueError, r"1..T = 4, got 5 for sequence 0"),
    "lengths count": (x, None, [4], ValueError, r"shape \(B,\) = \(2,\), got \(1,\)"),
    "lengths rank": (x, None, [[4, 4]], ValueError, r"shape \(B,\) = \(2,\), got \(1, 2\)"),
    "lengths float": (x, None, [4.0, 2.0], TypeError, "integers, got torch.float32"),
    "lengths words": (x, None, ["a", "b"], TypeError, "lengths must be integers, one for each"),
    "lengths ragged": (x, None, [[4], [4, 2]], TypeError, "lengths must be integers, one for each"),
    "lengths bool": (x, None, [True, True], TypeError, "integers, got torch.bool"),
    "state shape": (x, h[:, :1], None, ValueError, r"\(1, 2, 5\), got \(1, 1, 5\)"),
    "state dtype": (
        x,
        h.double(),
        None,
        TypeError,
        "state must have .* torch.float32, got torch.float64",
    ),
    "state NaN": (x, h * float("nan"), None, ValueError, "state must be finite"),
}


@pytest.mark.parametrize("module_class", [RNN, LSTM, GRU])
@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_call(module_class, case):
    bad_x, state, lengths, error, message = BAD_CALLS[case]
    if module_class is LSTM and state is not None:
        state = (h, state)
        message = message.replace("state", r"state\[1\] \(c\)")
    with pytest.raises(error, match=message):
        module_class(D, H)(bad_x, state, lengths)


@pytest.mark.parametrize(
    ("state", "got"), [(h, "Tensor"), ((h,), "1 of them"), ((h, h, h), "3 of them")]
)
def test_the_lstm_needs_two_states(state, got):
    with pytest.raises(TypeError, match=f"state must be a tuple of 2 tensors, got {got}"):
        LSTM(D, H)(x, state)


def test_time_first_is_named_in_the_message():
    with pytest.raises(ValueError, match=r"x must have shape \(T, B, 3\), got \(4, 3\)"):
        RNN(D, H, batch_first=False)(x[0])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"input_size": 0}, ValueError, "input_size must be at least 1, got 0"),
        ({"hidden_size": -1}, ValueError, "hidden_size must be at least 1, got -1"),
        ({"num_layers": 0}, ValueError, "num_layers must be at least 1, got 0"),
        ({"hidden_size": 2.0}, TypeError, "hidden_size must be an int, got float"),
        ({"num_layers": True}, TypeError, "num_layers must be an int, got bool"),
        ({"hidden_size": "5"}, TypeError, "hidden_size must be an int, got str"),
        ({"dropout": "0.3"}, TypeError, "dropout must be a number, got '0.3'"),
        ({"dropout": True, "num_layers": 2}, TypeError, "dropout must be a number, got True"),
        ({"bias": "relu"}, TypeError, "bias must be True or False, got 'relu'"),
        ({"bias": 1}, TypeError, "bias must be True or False, got 1"),
        ({"batch_first": "False"}, TypeError, "batch_first must be True or False, got 'False'"),
        ({"bidirectional": "no"}, TypeError, "bidirectional must be True or False, got 'no'"),
        ({"bidirectional": None}, TypeError, "bidirectional must be True or False, got None"),
        ({"dropout": float("nan"), "num_layers": 2}, ValueError, r"dropout .* \[0, 1\], got nan"),
        ({"dropout": 1.5, "num_layers": 2}, ValueError, r"dropout .* \[0, 1\], got 1.5"),
        ({"proj_size": 2}, TypeError, "proj_size"),
    ],
)
def test_bad_construction(arguments, error, message):
    with pytest.raises(error, match=message):
        LSTM(**{"input_size": D, "hidden_size": H, **arguments})


def test_the_fourth_argument_of_torch_is_not_taken_for_a_bias():
    with pytest.raises(TypeError, match="bias must be True or False, got 'relu'"):
        RNN(D, H, 1, "relu")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32, np.uint64, np.int8, np.int64])
@pytest.mark.parametrize("as_lengths", [np.asarray, torch.as_tensor])
def test_lengths_of_every_integer_kind(dtype, as_lengths):
    module = GRU(D, H)
    expected, _ = module(x, lengths=[4, 2])
    outputs, _ = module(x, lengths=as_lengths(np.array([4, 2], dtype)))
    assert torch.equal(outputs, expected)
