"""LSTMClassifier and GRUClassifier: shapes, padding, bad input."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from src.models import GRUClassifier, LSTMClassifier, initialize_parameters
from src.modules import GRU, LSTM

MODELS = [LSTMClassifier, GRUClassifier]
V, E, H, C = 7, 4, 5, 3


def make(model_class, dtype=torch.float64, num_layers=2):
    model = model_class(V, E, H, C, num_layers).to(dtype).eval()
    return initialize_parameters(model, np.random.default_rng(0))


def draw_tokens(rng, *shape):
    return torch.from_numpy(rng.integers(0, V, size=shape))


@pytest.mark.parametrize("model_class", MODELS)
def test_architecture(model_class):
    model = model_class(V, E, H, C)
    recurrent = model.lstm if model_class is LSTMClassifier else model.gru
    assert isinstance(recurrent, nn.LSTM if model_class is LSTMClassifier else nn.GRU)
    assert (recurrent.num_layers, recurrent.bidirectional, recurrent.dropout) == (2, True, 0.3)
    assert model(torch.zeros(6, 9, dtype=torch.long)).shape == (6, C)


@pytest.mark.parametrize(
    ("model_class", "module_class"), [(LSTMClassifier, LSTM), (GRUClassifier, GRU)]
)
@pytest.mark.parametrize("num_layers", [1, 3])
def test_logits_from_the_equations(model_class, module_class, num_layers):
    """The from-scratch twin with the same state dict, read at each sequence's two ends."""
    model = make(model_class, num_layers=num_layers)
    recurrent = model.lstm if model_class is LSTMClassifier else model.gru
    twin = module_class(E, H, num_layers, bidirectional=True).double()
    twin.load_state_dict(recurrent.state_dict())
    tokens = draw_tokens(np.random.default_rng(1), 3, 6)
    lengths = torch.tensor([2, 6, 1])
    outputs, _ = twin(model.embedding(tokens), lengths=lengths)
    forward = outputs[torch.arange(3), lengths - 1, :H]
    backward = outputs[:, 0, H:]
    expected = model.output(torch.cat([forward, backward], dim=-1))
    torch.testing.assert_close(model(tokens, lengths), expected, rtol=0, atol=1e-10)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), model_class=st.sampled_from(MODELS))
def test_padding_does_not_change_the_logits(data, model_class):
    """Any amount of padding, any tokens in it, unsorted lengths: logits and gradients stay."""
    lengths = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=5), label="lengths")
    padding = data.draw(st.integers(0, 5), label="padding")
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    model = make(model_class)
    tokens = draw_tokens(rng, len(lengths), max(lengths))
    upstream = torch.from_numpy(rng.standard_normal((len(lengths), C)))

    def logits_and_gradients(logits):
        gradients = torch.autograd.grad((logits * upstream).sum(), list(model.parameters()))
        return [logits, gradients]

    alone = torch.cat([model(row[None, :n]) for row, n in zip(tokens, lengths, strict=True)])
    padded = draw_tokens(rng, len(lengths), max(lengths) + padding)
    for row, word, n in zip(padded, tokens, lengths, strict=True):
        row[:n] = word[:n]
    together = model(padded, torch.tensor(lengths))
    torch.testing.assert_close(
        logits_and_gradients(together), logits_and_gradients(alone), rtol=0, atol=1e-10
    )


@pytest.mark.parametrize("model_class", MODELS)
@pytest.mark.parametrize("lengths", [[5, 2, 4], [5, 5, 5]])
def test_appended_padding_leaves_float32_logits_bit_identical(model_class, lengths):
    model = make(model_class, torch.float32)
    tokens = draw_tokens(np.random.default_rng(2), 3, 5)
    padded = torch.cat([tokens, draw_tokens(np.random.default_rng(3), 3, 4)], dim=1)
    assert torch.equal(model(tokens, torch.tensor(lengths)), model(padded, torch.tensor(lengths)))


@pytest.mark.parametrize("model_class", MODELS)
def test_without_lengths_padding_is_read(model_class):
    model = make(model_class)
    tokens = draw_tokens(np.random.default_rng(4), 3, 5)
    padded = torch.cat([tokens, torch.zeros(3, 4, dtype=torch.long)], dim=1)
    assert (model(tokens) - model(padded)).abs().max() > 1e-3
    assert torch.equal(model(tokens), model(tokens, torch.tensor([5, 5, 5])))


@pytest.mark.parametrize("model_class", MODELS)
def test_token_zero_is_an_ordinary_token(model_class):
    model = make(model_class)
    model(torch.zeros(1, 2, dtype=torch.long)).sum().backward()
    assert (model.embedding.weight.grad[0] != 0).all()
    assert (model.embedding.weight.grad[1:] == 0).all()


@pytest.mark.parametrize("model_class", MODELS)
@pytest.mark.parametrize("dtype", [torch.int32, torch.int16, torch.uint8])
def test_lengths_of_any_integer_type(model_class, dtype):
    model = make(model_class)
    tokens = draw_tokens(np.random.default_rng(5), 3, 5)
    lengths = torch.tensor([1, 5, 3])
    assert torch.equal(model(tokens.int(), lengths.to(dtype)), model(tokens, lengths))


@pytest.mark.parametrize("model_class", MODELS)
def test_dropout_in_training_only_and_none_with_one_layer(model_class, recwarn):
    model, shallow = make(model_class), make(model_class, num_layers=1)
    tokens = draw_tokens(np.random.default_rng(6), 3, 5)
    assert torch.equal(model(tokens), model(tokens))
    model.train()
    assert not torch.equal(model(tokens), model(tokens))
    shallow.train()
    assert torch.equal(shallow(tokens), shallow(tokens))
    assert not recwarn.list


tokens = torch.zeros(2, 4, dtype=torch.long)

BAD_CALLS = {
    "no tensor": ([[1, 2]], None, TypeError, "tokens must be a torch.Tensor, got list"),
    "bool": (tokens.bool(), None, TypeError, "tokens must be int64 or int32, got torch.bool"),
    "embedded": (torch.zeros(2, 4, E), None, TypeError, "tokens must be int64 or int32, got"),
    "float": (tokens.float(), None, TypeError, "tokens must be int64 or int32, got torch.float32"),
    "rank": (tokens[0], None, ValueError, r"tokens must have shape \(B, T\) .* got \(4,\)"),
    "empty batch": (tokens[:0], None, ValueError, r"B, T ≥ 1, got \(0, 4\)"),
    "no step": (tokens[:, :0], None, ValueError, r"B, T ≥ 1, got \(2, 0\)"),
    "rank 3": (tokens[:, :, None], None, ValueError, r"\(B, T\) .* got \(2, 4, 1\)"),
    "id too large": (tokens + V, None, ValueError, r"tokens.* vocabulary 0..6, got 7"),
    "id negative": (tokens - 1, None, ValueError, r"tokens.* vocabulary 0..6, got -1"),
    "length zero": (tokens, [4, 0], ValueError, r"lengths .* 1..T = 4, got 0 for sequence 1"),
    "length beyond": (tokens, [5, 4], ValueError, r"lengths .* 1..T = 4, got 5 for sequence 0"),
    "length count": (tokens, [4], ValueError, r"lengths must have shape \(B,\) = \(2,\), got"),
    "id too large beside padding": (
        torch.tensor([[0, 0], [V, 0]]),
        [2, 1],
        ValueError,
        "tokens must lie in the vocabulary 0..6, got 7",
    ),
    "length negative": (tokens, [4, -1], ValueError, "lengths .* got -1 for sequence 1"),
    "length rank": (tokens, [[4], [4]], ValueError, r"\(B,\) = \(2,\), got \(2, 1\)"),
    "length bool": (tokens, [True, True], TypeError, "lengths must be integers, got torch.bool"),
    "length words": (tokens, ["four", "two"], TypeError, "lengths must be integers, one for each"),
    "length float": (tokens, [4.0, 4.0], TypeError, "lengths must be integers, got torch.float32"),
}


@pytest.mark.parametrize("model_class", MODELS)
@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_call(model_class, case):
    bad_tokens, lengths, error, message = BAD_CALLS[case]
    with pytest.raises(error, match=message):
        make(model_class)(bad_tokens, lengths)


@pytest.mark.parametrize("model_class", MODELS)
@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (0, ValueError, "must be at least 1, got 0"),
        (-3, ValueError, "must be at least 1, got -3"),
        (2.0, TypeError, "must be an int, got float"),
        ("2", TypeError, "must be an int, got str"),
        (True, TypeError, "must be an int, got bool"),
    ],
)
@pytest.mark.parametrize(
    "name", ["vocab_size", "embed_dim", "hidden_size", "num_classes", "num_layers"]
)
def test_bad_construction(model_class, name, value, error, message):
    sizes = {"vocab_size": V, "embed_dim": E, "hidden_size": H, "num_classes": C, "num_layers": 2}
    with pytest.raises(error, match=f"{name} {message}"):
        model_class(**{**sizes, name: value})


@pytest.mark.parametrize("model_class", MODELS)
def test_a_bad_call_leaves_the_model_as_it_was(model_class):
    model = make(model_class)
    before = model(tokens)
    with pytest.raises(ValueError, match="vocabulary"):
        model(tokens + V)
    assert torch.equal(model(tokens), before)
