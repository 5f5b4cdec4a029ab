"""Forecasting with `Seq2SeqLSTM`: what the decoder reads, what is trained, what is measured."""

import numpy as np
import pytest
import torch

from src.models import Seq2SeqLSTM, initialize_parameters
from src.tasks.sunspots import HORIZON, SCALE, WINDOW, SpanData, Spans, load_spans
from src.training import forecasting
from src.training.forecasting import (
    errors,
    fit_forecaster,
    forecast,
    over_all_steps,
    read_own,
    tensors,
)


@pytest.fixture
def model():
    return initialize_parameters(Seq2SeqLSTM(1, 5, 1), np.random.default_rng(0))


@pytest.fixture
def batch():
    rng = np.random.default_rng(1)
    return tuple(torch.from_numpy(rng.normal(size=(4, T, 1)).astype("f4")) for T in (7, 6))


def gradients(model, outputs, tgt):
    model.zero_grad()
    (outputs - tgt).square().mean().backward()
    return [parameter.grad.clone() for parameter in model.parameters()]


@pytest.mark.parametrize("probability", [0.0, 1.0])
def test_reading_never_or_always_its_own_is_teacher_forcing_or_free_running(
    model, batch, probability
):
    src, tgt = batch
    own = read_own(model, src, tgt, probability, np.random.default_rng(0))
    other = model.generate(src, tgt.shape[1]) if probability else model(src, tgt)
    torch.testing.assert_close(own, other)
    pairs = zip(gradients(model, own, tgt), gradients(model, other, tgt), strict=True)
    for mine, theirs in pairs:
        torch.testing.assert_close(mine, theirs)


def test_reading_sometimes_its_own_draws_for_every_step_of_every_sequence(model, batch):
    src, tgt = batch
    mixed = read_own(model, src, tgt, 0.5, np.random.default_rng(0))
    forced, free = model(src, tgt), model.generate(src, tgt.shape[1])
    torch.testing.assert_close(mixed[:, 0], forced[:, 0])
    draws = np.random.default_rng(0).random((tgt.shape[1], len(tgt)))[0] < 0.5
    assert 0 < draws.sum() < len(draws)
    expected = torch.where(torch.from_numpy(draws)[:, None], free[:, 1], forced[:, 1])
    torch.testing.assert_close(mixed[:, 1], expected)


def sine(n):
    """Spans of a wave of 11 steps: an easy series."""
    series = 0.5 + 0.5 * np.sin(2 * np.pi * np.arange(n + WINDOW + HORIZON) / 11)
    windows = np.lib.stride_tricks.sliding_window_view(series, WINDOW + HORIZON)
    return Spans(windows[:, :WINDOW], windows[:, WINDOW:], np.arange(len(windows)))


@pytest.mark.parametrize("probability", [lambda _: 0.0, lambda done: done])
def test_it_learns_an_easy_series(probability):
    torch.set_num_threads(1)
    data = SpanData(sine(60), sine(30), sine(30))
    model = initialize_parameters(Seq2SeqLSTM(1, 12, 1), np.random.default_rng(2))
    before = over_all_steps(errors(model, data.validation)["free"])
    history = fit_forecaster(
        model,
        data,
        probability=probability,
        updates=120,
        batch_size=16,
        rng=np.random.default_rng(3),
        validate_every=30,
    )
    after = over_all_steps(errors(model, data.validation)["free"])
    assert after == pytest.approx(-max(history.scores))
    assert after < 0.4 * before


def test_errors_are_in_sunspots_and_equal_at_the_first_step(model):
    spans = load_spans().validation
    found = errors(model, spans)
    assert found["free"].shape == found["teacher"].shape == (HORIZON,)
    assert found["free"][0] == pytest.approx(found["teacher"][0], rel=1e-5)
    difference = forecast(model, spans)[:, 3] - spans.targets[:, 3]
    assert found["free"][3] == pytest.approx(SCALE * np.sqrt(np.mean(difference**2)))


def test_free_running_never_reads_the_targets(model):
    spans = load_spans().validation
    other = spans._replace(targets=spans.targets + 1)
    np.testing.assert_array_equal(forecast(model, spans), forecast(model, other))
    assert not np.allclose(
        forecast(model, spans, teacher=True), forecast(model, other, teacher=True)
    )


def test_tensors_have_one_value_a_step():
    src, tgt = tensors(load_spans().test)
    assert src.shape[1:] == (WINDOW, 1)
    assert tgt.shape[1:] == (HORIZON, 1)
    assert src.dtype == tgt.dtype == torch.float32


def test_errors_of_steps_join_as_squares():
    assert over_all_steps(np.array([3.0, 4.0])) == pytest.approx(np.sqrt(12.5))


def test_the_probability_follows_the_training_from_0_to_almost_1():
    asked = []
    data = SpanData(sine(20), sine(12), sine(12))
    fit_forecaster(
        Seq2SeqLSTM(1, 4, 1),
        data,
        probability=lambda done: asked.append(done) or 0.0,
        updates=8,
        batch_size=4,
        rng=np.random.default_rng(0),
    )
    assert asked == [n / 8 for n in range(8)]


def test_what_is_read_is_its_own_with_the_probability_of_the_schedule(monkeypatch):
    shares = []

    def note(model, src, tgt, probability, rng):
        shares.append(probability)
        return read_own(model, src, tgt, probability, rng)

    monkeypatch.setattr(forecasting, "read_own", note)
    fit_forecaster(
        Seq2SeqLSTM(1, 4, 1),
        SpanData(sine(20), sine(12), sine(12)),
        probability=lambda done: done,
        updates=5,
        batch_size=4,
        rng=np.random.default_rng(0),
    )
    assert shares == [0.2, 0.4, 0.6, 0.8]  # at first it is taught, all at once
