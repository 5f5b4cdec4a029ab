"""Training to pronounce: what is read at each step; a model learns, and answers in order."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from src.models import AttentionSeq2Seq, TokenSeq2Seq, initialize_parameters
from src.tasks.pronunciation import END, PADDING, SOURCE_SIZE, TARGET_SIZE
from src.training import pronunciation
from src.training.pronunciation import (
    collate,
    fit_pronouncer,
    judge,
    pronounce,
    scheduled_sampling,
    take,
    teacher_forced,
)

REFERENCES = {
    "tea": (("T", "IY"),),
    "two": (("T", "UW"),),
    "either": (("IY", "DH", "ER"), ("AY", "DH", "ER")),
    "me": (("M", "IY"),),
}


@pytest.fixture
def model():
    model = TokenSeq2Seq(SOURCE_SIZE, TARGET_SIZE, 24)
    return initialize_parameters(model, np.random.default_rng(0))


def test_every_pronunciation_is_a_pair():
    pairs = collate(REFERENCES)
    assert pairs.lengths.tolist() == [3, 3, 6, 6, 2]
    letters, sounds = take(pairs, np.array([2, 3]))
    assert letters.shape == (2, 6)
    assert torch.equal(letters[0], letters[1])
    assert sounds.shape == (2, 4)
    assert (sounds[:, 3] == END).all()


def test_padding_of_the_target_does_not_count(model):
    letters, sounds = take(collate(REFERENCES), np.array([0, 1]))
    longer = torch.nn.functional.pad(sounds, (0, 3), value=PADDING)
    for loss in (teacher_forced, lambda *batch: scheduled_sampling(*batch, 0.0)):
        torch.testing.assert_close(loss(model, letters, sounds), loss(model, letters, longer))


def test_sampling_nothing_is_teacher_forcing(model):
    letters, sounds = take(collate(REFERENCES), np.array([2, 3]))
    torch.testing.assert_close(
        scheduled_sampling(model, letters, sounds, 0.0), teacher_forced(model, letters, sounds)
    )


def test_sampling_always_reads_only_what_was_said(model):
    letters, sounds = take(collate(REFERENCES), np.array([2]))
    torch.manual_seed(0)
    loss = scheduled_sampling(model, letters, sounds, 1.0)
    torch.manual_seed(0)
    state, token, losses = model.encode(letters), torch.tensor([model.start]), []
    for truth in sounds.T:
        logits, state = model.step(token, state)
        losses.append(cross_entropy(logits, truth))
        token = torch.multinomial(logits.softmax(-1), 1)[:, 0]
        torch.rand(1)  # the coin
    torch.testing.assert_close(loss, torch.stack(losses).mean())


@pytest.mark.parametrize("sampling", [0.0, 0.5])
def test_four_words_are_learned_by_heart(model, sampling):
    settings = {"updates": 250, "batch_size": 2, "learning_rate": 0.02}
    rng = np.random.default_rng(1)
    history = fit_pronouncer(
        model, collate(REFERENCES), REFERENCES, rng=rng, sampling=sampling, **settings
    )
    assert history.scores == [1.0]
    assert judge(model, REFERENCES) == (0, 0)
    assert judge(model, REFERENCES, width=3) == (0, 0)
    assert pronounce(model, ["me", "tea", "two"]) == [("M", "IY"), ("T", "IY"), ("T", "UW")]


def test_attention_learns_by_the_same_function():
    rng = np.random.default_rng(0)
    model = initialize_parameters(AttentionSeq2Seq(SOURCE_SIZE, TARGET_SIZE, 8, 16), rng)
    settings = {"updates": 150, "batch_size": 4, "learning_rate": 0.02}
    fit_pronouncer(model, collate(REFERENCES), REFERENCES, rng=rng, **settings)
    assert judge(model, REFERENCES).word == 0


def test_the_share_of_its_own_tokens_grows_from_0_with_the_updates(model, monkeypatch):
    shares = []

    def note(model, letters, sounds, probability):
        shares.append(probability)
        return scheduled_sampling(model, letters, sounds, probability)

    monkeypatch.setattr(pronunciation, "scheduled_sampling", note)
    settings = {"updates": 8, "batch_size": 2, "sampling": 0.5}
    rng = np.random.default_rng(1)
    fit_pronouncer(model, collate(REFERENCES), REFERENCES, rng=rng, **settings)
    assert shares == [0.5 * n / 8 for n in range(8)]
