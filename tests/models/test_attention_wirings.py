"""Other wirings of attention: a step at a time or all at once, padded or not, fed with what?"""

from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from src.models import initialize_parameters
from src.models.attention_wirings import (
    ContextFedSeq2Seq,
    InputFeedingSeq2Seq,
    StackedAttentionSeq2Seq,
    lstm_step,
)
from src.models.lexicon_seq2seq import LexiconSeq2Seq

SOURCE, TARGET, E, H = 6, 5, 4, 8
B, S, T = 3, 5, 4
LEXICON = torch.rand(SOURCE, TARGET, generator=torch.Generator().manual_seed(0)).softmax(-1)
BUILD = {
    "context": partial(ContextFedSeq2Seq, SOURCE, TARGET),
    "feeding": partial(InputFeedingSeq2Seq, SOURCE, TARGET),
    "gru": partial(StackedAttentionSeq2Seq, SOURCE, TARGET, recurrent=nn.GRU),
    "layers": partial(StackedAttentionSeq2Seq, SOURCE, TARGET, num_layers=2),
    "lexicon": partial(LexiconSeq2Seq, LEXICON),
}


def build(name):
    return initialize_parameters(BUILD[name](E, H), np.random.default_rng(0)).double()


def tokens(size, *shape, seed=1):
    return torch.from_numpy(np.random.default_rng(seed).integers(0, size, shape))


@pytest.fixture(params=BUILD)
def model(request):
    return build(request.param)


def test_a_step_at_a_time_gives_what_all_at_once_gives(model):
    src, tgt = tokens(SOURCE, B, S), tokens(TARGET, B, T)
    together, state = model(src, tgt), model.encode(src)
    assert all(len(part) == B for part in state)  # rows can be chosen by index: beam search
    last = torch.full((B,), model.start)
    for t in range(T):
        logits, state = model.step(last, state)
        torch.testing.assert_close(logits, together[:, t], rtol=0, atol=1e-12)
        last = tgt[:, t]


def test_padding_of_the_source_changes_nothing(model):
    src, tgt, lengths = tokens(SOURCE, B, S), tokens(TARGET, B, T), [5, 3, 1]
    together, weights = model(src, tgt, lengths), model.align(src, tgt, lengths)
    assert (weights[1, :, 3:] == 0).all()
    for b, length in enumerate(lengths):
        alone = model(src[b : b + 1, :length], tgt[b : b + 1])
        torch.testing.assert_close(alone[0], together[b], rtol=0, atol=1e-12)


def test_logits_see_the_target_before_their_step_only(model):
    src, tgt = tokens(SOURCE, B, S), tokens(TARGET, B, T)
    other = tgt.clone()
    other[:, 2] = (tgt[:, 2] + 1) % TARGET
    moved = (model(src, tgt) - model(src, other)).abs().amax((0, 2)) > 1e-12
    assert moved.tolist() == [False, False, False, True]


@pytest.mark.parametrize(("name", "query_of"), [("context", "before"), ("feeding", "after")])
def test_the_first_two_steps_of_a_fed_decoder_by_hand(name, query_of):
    model, src, tgt = build(name), tokens(SOURCE, B, S), tokens(TARGET, B, T)
    h, C, keys, *_ = model.encode(src)
    read = torch.zeros(B, H).double()
    last = torch.full((B,), model.start)
    expected = []

    def attend(query):
        scores = torch.einsum("bh,bsh->bs", query, model.score.key(keys))
        return torch.einsum("bs,bsh->bh", scores.softmax(-1), keys)

    for t in range(2):
        context = attend(h) if query_of == "before" else None
        fed = context if query_of == "before" else read
        h, C = lstm_step(model.decoder, torch.cat([model.target_embedding(last), fed], -1), h, C)
        context = attend(h) if query_of == "after" else context
        read = torch.tanh(model.combine(torch.cat([h, context], -1)))
        expected.append(model.output(read))
        last = tgt[:, t]
    torch.testing.assert_close(model(src, tgt)[:, :2], torch.stack(expected, 1), rtol=0, atol=1e-12)


def test_one_lstm_layer_is_the_plain_model():
    from src.models import AttentionSeq2Seq

    plain = initialize_parameters(AttentionSeq2Seq(SOURCE, TARGET, E, H), np.random.default_rng(0))
    one = StackedAttentionSeq2Seq(SOURCE, TARGET, E, H)
    one.load_state_dict(plain.state_dict())
    src, tgt = tokens(SOURCE, B, S), tokens(TARGET, B, T)
    torch.testing.assert_close(one(src, tgt), plain(src, tgt))


def test_where_all_weight_is_on_one_word_its_entry_is_added():
    model, src, tgt = build("lexicon"), tokens(SOURCE, B, 1), tokens(TARGET, B, T)
    with_entries = model(src, tgt)
    model.lexicon.zero_()
    added = with_entries - model(src, tgt)
    expected = torch.log(LEXICON.double()[src[:, 0]] + 1e-3) - np.log(1e-3)
    torch.testing.assert_close(added, expected[:, None].expand_as(added))


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match="num_layers"):
        StackedAttentionSeq2Seq(SOURCE, TARGET, E, H, num_layers=0)
    with pytest.raises(ValueError, match="2 dimensions"):
        LexiconSeq2Seq(torch.zeros(3), E, H)
    with pytest.raises(ValueError, match="probabilities"):
        LexiconSeq2Seq(torch.full((3, 4), 2.0), E, H)
