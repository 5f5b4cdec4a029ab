"""No model may notice padding: any amount of it, whatever stands in it, in every direction."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from src.models import (
    AttentionLSTM,
    AttentionSeq2Seq,
    GRUClassifier,
    LSTMClassifier,
    PooledClassifier,
    Seq2SeqLSTM,
    initialize_parameters,
)
from src.models.sequences import both_ends, last_step, masked_mean

V, E, H, C = 7, 4, 6, 3
RECURRENT = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
POOLINGS = {
    "last step": lambda size: last_step,
    "both ends": lambda size: both_ends,
    "mean": lambda size: masked_mean,
    "attention": AttentionLSTM,
}


def pooled(kind, pooling, bidirectional, layers):
    recurrent = RECURRENT[kind](E, H, layers, batch_first=True, bidirectional=bidirectional)
    size = H * (1 + bidirectional)
    return PooledClassifier(nn.Embedding(V, E), recurrent, POOLINGS[pooling](size), C)


class OneHot(nn.Module):
    """A `Seq2SeqLSTM` that reads tokens, so that one test fits all models."""

    def __init__(self):
        super().__init__()
        self.model = Seq2SeqLSTM(V, H, C)

    def forward(self, tokens, lengths=None):
        src = nn.functional.one_hot(tokens, V).double()
        return self.model(src, torch.ones(len(tokens), 3, C, dtype=torch.float64), lengths)


class Attending(nn.Module):
    """An `AttentionSeq2Seq` with a fixed target."""

    def __init__(self):
        super().__init__()
        self.model = AttentionSeq2Seq(V, C, E, H)

    def forward(self, tokens, lengths=None):
        target = torch.arange(3).expand(len(tokens), 3) % C
        return self.model(tokens, target, lengths)


MODELS = {
    "LSTMClassifier": lambda: LSTMClassifier(V, E, H, C),
    "GRUClassifier": lambda: GRUClassifier(V, E, H, C),
    "Seq2SeqLSTM": OneHot,
    "AttentionSeq2Seq": Attending,
} | {
    f"{kind}, {pooling}, {1 + both} directions, {layers} layers": (
        lambda kind=kind, pooling=pooling, both=both, layers=layers: pooled(
            kind, pooling, both, layers
        )
    )
    for kind in RECURRENT
    for pooling in POOLINGS
    for both in (False, True)
    for layers in (1, 2)
}


def make(name):
    model = MODELS[name]().double().eval()
    return initialize_parameters(model, np.random.default_rng(0))


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_padding_changes_no_logit_and_gets_no_gradient(name, data):
    lengths = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=5), label="lengths")
    padding = data.draw(st.integers(0, 5), label="padding")
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1), label="seed"))
    model = make(name)
    tokens = torch.from_numpy(rng.integers(0, V, size=(len(lengths), max(lengths) + padding)))
    alone = torch.cat([model(row[None, :n]) for row, n in zip(tokens, lengths, strict=True)])
    together = model(tokens, torch.tensor(lengths))
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-10)
    upstream = torch.from_numpy(rng.standard_normal(alone.shape))
    parameters = list(model.parameters())
    torch.testing.assert_close(
        torch.autograd.grad((together * upstream).sum(), parameters),
        torch.autograd.grad((alone * upstream).sum(), parameters),
        rtol=0,
        atol=1e-10,
    )


@pytest.mark.parametrize("name", sorted(set(MODELS) - {"Seq2SeqLSTM"}))
@pytest.mark.parametrize("pad", [-1, -100, V, 10**9])
def test_no_id_is_read_in_the_padding(name, pad):
    """-100 is what `cross_entropy` ignores: many people pad with it."""
    model, lengths = make(name), torch.tensor([3, 5, 1])
    tokens = torch.from_numpy(np.random.default_rng(3).integers(0, V, size=(3, 6)))
    padded = tokens.masked_fill(torch.arange(6) >= lengths[:, None], pad)
    assert torch.equal(model(padded, lengths), model(tokens, lengths))
    with pytest.raises(ValueError, match="vocabulary"):
        model(padded)


@pytest.mark.parametrize("pooling", POOLINGS)
@pytest.mark.parametrize("nothing", [float("nan"), float("inf"), -float("inf")])
def test_a_pooling_reads_no_vector_in_the_padding(pooling, nothing):
    pool = POOLINGS[pooling](4)
    outputs, mask = torch.randn(2, 5, 4), torch.arange(5) < torch.tensor([[5], [2]])
    spoilt = outputs.masked_fill(~mask[:, :, None], nothing).requires_grad_()
    pooled = pool(spoilt, mask)
    torch.testing.assert_close(pooled, pool(outputs.masked_fill(~mask[:, :, None], 0), mask))
    (gradient,) = torch.autograd.grad(pooled.sum(), spoilt)
    assert gradient.isfinite().all()
    assert (gradient[1, 2:] == 0).all()


@pytest.mark.parametrize("kind", RECURRENT)
@pytest.mark.parametrize("lengths", [[5, 2], [3, 3]])
def test_vectors_are_not_read_in_the_padding_either(kind, lengths):
    recurrent = RECURRENT[kind](4, H, batch_first=True, bidirectional=True)
    model = PooledClassifier(nn.Identity(), recurrent, AttentionLSTM(2 * H), C)
    x = torch.randn(2, 5, 4)
    padding = torch.arange(5) >= torch.tensor(lengths)[:, None]
    spoilt = x.masked_fill(padding[:, :, None], torch.nan)
    logits = model(spoilt, lengths)
    assert torch.equal(logits, model(x, lengths))
    logits.sum().backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("name", MODELS)
def test_without_lengths_the_padding_is_read(name):
    """So the test above can fail: the models differ where nobody says what is real."""
    model = make(name)
    tokens = torch.from_numpy(np.random.default_rng(1).integers(0, V, size=(2, 5)))
    padded = torch.cat([tokens, torch.zeros(2, 4, dtype=torch.long)], dim=1)
    assert (model(tokens) - model(padded)).abs().max() > 1e-4


@pytest.mark.parametrize("name", MODELS)
def test_the_order_of_a_batch_is_kept(name):
    model = make(name)
    tokens = torch.from_numpy(np.random.default_rng(2).integers(0, V, size=(4, 6)))
    lengths = torch.tensor([3, 6, 1, 4])
    order = torch.tensor([2, 0, 3, 1])
    torch.testing.assert_close(
        model(tokens[order], lengths[order]), model(tokens, lengths)[order], rtol=0, atol=1e-10
    )
