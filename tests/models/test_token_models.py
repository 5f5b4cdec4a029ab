"""TokenSeq2Seq and AlignedSeq2Seq: one step at a time or all at once, padded or not, the same."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from src.models import AlignedSeq2Seq, TokenSeq2Seq, initialize_parameters
from src.models.decoding import beam_search, greedy

SOURCE, TARGET = 6, 5
B, S = 3, 5


def tokens(size, *shape, seed=1):
    return torch.from_numpy(np.random.default_rng(seed).integers(0, size, shape))


def make(kind):
    if kind == "aligned":
        model = AlignedSeq2Seq(SOURCE, TARGET, 4, 6, 7, dropout=0.5)
    else:
        model = TokenSeq2Seq(SOURCE, TARGET, 7)
    return initialize_parameters(model, np.random.default_rng(0)).double().eval()


@pytest.fixture(scope="module", params=["aligned", "handed over"])
def model(request):
    return make(request.param)


@pytest.fixture(scope="module")
def aligned():
    return make("aligned")


def test_a_step_at_a_time_gives_what_all_at_once_gives(model):
    src, tgt = tokens(SOURCE, B, S), tokens(TARGET, B, S)
    assert (tgt[:, :-1] == model.start).any(), "a model that runs free can say it"
    together, state = model(src, tgt), model.encode(src)
    last = torch.full((B,), model.start)
    for t in range(S):
        logits, state = model.step(last, state)
        said = logits > -torch.inf  # AlignedSeq2Seq forbids some
        torch.testing.assert_close(logits[said], together[:, t][said], rtol=0, atol=1e-12)
        last = tgt[:, t]


def test_logits_see_the_target_before_their_step_only(model):
    src, tgt = tokens(SOURCE, B, S), tokens(TARGET, B, S)
    other = tgt.clone()
    other[:, 2] = (tgt[:, 2] + 1) % TARGET
    same = (model(src, tgt) == model(src, other)).all(-1).all(0)
    assert same.tolist() == [True, True, True, False, False]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, S), min_size=B, max_size=B), st.integers(0, 3))
def test_padding_of_the_source_changes_nothing(model, lengths, more):
    src, tgt = tokens(SOURCE, B, S + more), tokens(TARGET, B, S + more)
    together = model(src, tgt, lengths=lengths)
    for b, n in enumerate(lengths):
        alone = model(src[b : b + 1, :n], tgt[b : b + 1, :n])
        torch.testing.assert_close(alone[0], together[b, :n], rtol=0, atol=1e-12)


def test_every_parameter_learns(model):
    model(tokens(SOURCE, 40, S), tokens(TARGET, 40, S)).pow(2).sum().backward()
    parameters = dict(model.named_parameters())
    idle = [name for name, p in parameters.items() if not (p.grad != 0).any()]
    assert idle == []


def test_dropout_acts_in_training_only(aligned):
    src, tgt = tokens(SOURCE, B, S), tokens(TARGET, B, S)
    assert torch.equal(aligned(src, tgt), aligned(src, tgt))
    aligned.train()
    assert not torch.equal(aligned(src, tgt), aligned(src, tgt))
    aligned.eval()


def test_an_aligned_answer_has_a_token_for_each_letter_and_only_then_ends(aligned):
    lengths = [5, 3, 1]
    limits = {"start": aligned.start, "end": aligned.end, "max_steps": S + 1}
    state = aligned.encode(tokens(SOURCE, B, S), lengths)
    assert [len(answer) for answer in greedy(aligned.step, state, **limits)] == lengths
    for hypotheses, length in zip(
        beam_search(aligned.step, state, width=4, **limits), lengths, strict=True
    ):
        assert {len(hypothesis.tokens) for hypothesis in hypotheses} == {length}


def test_probabilities_of_all_aligned_answers_add_up_to_1(aligned):
    (hypotheses,) = beam_search(
        aligned.step,
        aligned.encode(tokens(SOURCE, 1, 3)),
        start=aligned.start,
        end=aligned.end,
        max_steps=4,
        width=(TARGET - 2) ** 3,
    )
    assert len(hypotheses) == (TARGET - 2) ** 3
    assert np.exp([h.log_prob for h in hypotheses]).sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TokenSeq2Seq(SOURCE, TARGET, 7, start=TARGET), "start"),
        (lambda: TokenSeq2Seq(SOURCE, TARGET, 0), "hidden_size"),
        (lambda: make("handed over")(tokens(SOURCE, B, S) + SOURCE, tokens(TARGET, B, S)), "vocab"),
        (lambda: make("handed over")(tokens(SOURCE, B, S), tokens(TARGET, 2, S)), "same B"),
        (lambda: AlignedSeq2Seq(SOURCE, TARGET, 4, 5, 7), "even"),
        (lambda: make("aligned")(tokens(SOURCE, B, S), tokens(TARGET, B, 4)), "same shape"),
        (lambda: make("aligned")(tokens(SOURCE, B, S), tokens(TARGET, B, S) + TARGET), "vocab"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
