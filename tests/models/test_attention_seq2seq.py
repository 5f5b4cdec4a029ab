"""AttentionSeq2Seq: one step at a time or all at once, padded or not, the same."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from src.models import AttentionSeq2Seq, initialize_parameters
from src.modules.attention import AdditiveScore

SOURCE, TARGET, E, H = 6, 5, 4, 8
B, S, T = 3, 5, 4


@pytest.fixture(scope="module", params=["multiplicative", "additive"])
def model(request):
    score = AdditiveScore(H, H, 3) if request.param == "additive" else None
    model = AttentionSeq2Seq(SOURCE, TARGET, E, H, score=score)
    return initialize_parameters(model, np.random.default_rng(0)).double()


def tokens(size, *shape, seed=1):
    return torch.from_numpy(np.random.default_rng(seed).integers(0, size, shape))


def test_a_step_at_a_time_gives_what_all_at_once_gives(model):
    src, tgt = tokens(SOURCE, B, S), tokens(TARGET, B, T)
    together, state = model(src, tgt), model.encode(src)
    last = torch.full((B,), model.start)
    for t in range(T):
        logits, state = model.step(last, state)
        torch.testing.assert_close(logits, together[:, t], rtol=0, atol=1e-12)
        last = tgt[:, t]


def test_logits_see_the_target_before_their_step_only(model):
    src, tgt = tokens(SOURCE, B, S), tokens(TARGET, B, T)
    other = tgt.clone()
    other[:, 2] = (tgt[:, 2] + 1) % TARGET
    same = (model(src, tgt) == model(src, other)).all(-1).all(0)
    assert same.tolist() == [True, True, True, False]


def test_contexts_are_averages_by_the_weights(model):
    src, tgt = tokens(SOURCE, B, S), tokens(TARGET, B, T)
    weights = model.align(src, tgt, lengths=[5, 3, 1])
    torch.testing.assert_close(weights.sum(-1), torch.ones(B, T, dtype=torch.double))
    assert (weights[1, :, 3:] == 0).all()
    assert (weights[2, :, 0] == 1).all()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, S), min_size=B, max_size=B), st.integers(0, 3))
def test_padding_of_the_source_changes_nothing(model, lengths, more):
    src, tgt = tokens(SOURCE, B, S + more), tokens(TARGET, B, T)
    together = model(src, tgt, lengths=lengths)
    for b, length in enumerate(lengths):
        alone = model(src[b : b + 1, :length], tgt[b : b + 1])
        torch.testing.assert_close(alone[0], together[b], rtol=0, atol=1e-12)


def test_every_parameter_learns(model):
    model(tokens(SOURCE, 8, S), tokens(TARGET, 8, T)).pow(2).sum().backward()
    assert all((p.grad != 0).any() for p in model.parameters())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m(tokens(SOURCE, B, S) + SOURCE, tokens(TARGET, B, T)), "vocabulary"),
        (lambda m: m(tokens(SOURCE, B, S), tokens(TARGET, B, T) + TARGET), "vocabulary"),
        (lambda m: m(tokens(SOURCE, B, S), tokens(TARGET, B + 1, T)), "same B"),
        (lambda m: m(tokens(SOURCE, B, S), tokens(TARGET, B, T), lengths=[0, 1, 1]), "lengths"),
        (lambda m: AttentionSeq2Seq(SOURCE, TARGET, E, 7), "even"),
        (lambda m: AttentionSeq2Seq(SOURCE, TARGET, E, H, start=TARGET), "start"),
    ],
)
def test_bad_input_is_named(model, call, message):
    with pytest.raises(ValueError, match=message):
        call(model)
