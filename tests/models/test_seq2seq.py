"""Seq2SeqLSTM: what each output has seen, free running, and sources of unequal length."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from src.models import Seq2SeqLSTM, initialize_parameters

B, S, T, D, H, O = 3, 5, 4, 2, 6, 3  # noqa: E741


@pytest.fixture(scope="module")
def model():
    return initialize_parameters(Seq2SeqLSTM(D, H, O), np.random.default_rng(0)).double()


def draw(*shape, seed=1):
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def test_outputs_are_those_of_the_equations(model):
    src, tgt = draw(B, S, D), draw(B, T, O, seed=2)
    _, state = model.encoder(src)
    h, _ = model.decoder(torch.cat([torch.zeros(B, 1, O), tgt[:, :-1]], 1).double(), state)
    expected = h @ model.output.weight.T + model.output.bias
    torch.testing.assert_close(model(src, tgt), expected, rtol=0, atol=1e-12)


def test_an_output_has_seen_the_whole_source_and_the_target_before_it_only(model):
    src, tgt = draw(B, S, D).requires_grad_(), draw(B, T, O, seed=2).requires_grad_()
    step = 2
    model(src, tgt)[:, step].sum().backward()
    seen = tgt.grad.abs().sum((0, 2)) > 0
    assert seen.tolist() == [True, True, False, False]
    assert (src.grad.abs().sum((0, 2)) > 0).all()


def largest(outputs):
    return torch.nn.functional.one_hot(outputs.argmax(-1), O).double()


@pytest.mark.parametrize(("feed", "heard"), [(None, lambda said: said), (largest, largest)])
def test_to_be_forced_to_what_one_said_changes_nothing(model, feed, heard):
    src = draw(B, S, D)
    said = model.generate(src, T, feed=feed)
    assert said.shape == (B, T, O)
    torch.testing.assert_close(model(src, heard(said)), said, rtol=0, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, S), min_size=B, max_size=B), st.integers(0, 3))
def test_padding_of_the_source_changes_nothing(model, lengths, more):
    src, tgt = draw(B, S + more, D), draw(B, T, O, seed=2)
    together = model(src, tgt, lengths=lengths)
    free = model.generate(src, T, lengths=lengths)
    for b, length in enumerate(lengths):
        alone = src[b : b + 1, :length]
        torch.testing.assert_close(model(alone, tgt[b : b + 1])[0], together[b])
        torch.testing.assert_close(model.generate(alone, T)[0], free[b])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m(draw(B, S, D + 1), draw(B, T, O)), "src must have shape"),
        (lambda m: m(draw(B, S, D), draw(B, T, D)), "tgt must have shape"),
        (lambda m: m(draw(B, S, D), draw(B + 1, T, O)), "same B"),
        (lambda m: m(draw(B, S, D), draw(B, T, O), lengths=[0, 1, 1]), "lengths"),
        (lambda m: m.generate(draw(B, S, D), 0), "steps"),
        (lambda m: Seq2SeqLSTM(0, H, O), "input_size"),
    ],
)
def test_bad_input_is_named(model, call, message):
    with pytest.raises(ValueError, match=message):
        call(model)
