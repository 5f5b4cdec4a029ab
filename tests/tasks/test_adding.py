import numpy as np
import pytest

from src.tasks import adding


def test_1997_follows_the_paper():
    T = 100
    inputs, targets, lengths = adding.adding_1997(np.random.default_rng(0), 2000, T)
    rows = np.arange(2000)
    values, markers = inputs[..., 0], inputs[..., 1]
    assert (lengths.min(), lengths.max()) == (T, T + T // 10)
    assert inputs.shape == (2000, T + T // 10, 2)
    assert ((markers == 1).sum(axis=1) == 2).all()
    assert (markers[rows, lengths - 1] == -1).all()
    assert (markers[:, T // 2 - 1 : T - 1] == 0).all(), "no mark beyond the first T/2 - 1 pairs"
    assert ((markers[:, :10] == 1).sum(axis=1) >= 1).all()
    first_marked = markers[:, 0] == 1
    assert 0.08 < first_marked.mean() < 0.14
    assert (values[first_marked, 0] == 0).all()
    assert (markers[~first_marked, 0] == -1).all()
    np.testing.assert_allclose(targets, 0.5 + (values * (markers == 1)).sum(axis=1) / 4)
    assert (np.abs(values) <= 1).all()
    assert targets.min() >= 0
    assert targets.max() <= 1
    after = np.arange(T + T // 10) >= lengths[:, None]
    assert not inputs[after].any()


def test_modern_marks_one_value_in_each_half():
    inputs, targets, lengths = adding.adding_modern(np.random.default_rng(0), 500, 41)
    values, markers = inputs[..., 0], inputs[..., 1]
    assert (lengths == 41).all()
    assert (markers[:, :20].sum(axis=1) == 1).all()
    assert (markers[:, 20:].sum(axis=1) == 1).all()
    np.testing.assert_allclose(targets, (values * markers).sum(axis=1))
    assert ((values >= 0) & (values <= 1)).all()


def test_baselines_are_what_a_constant_scores():
    rng = np.random.default_rng(0)
    assert abs(adding.BASELINE_1997 - 0.0417) < 5e-5
    assert abs(adding.BASELINE_MODERN - 0.167) < 5e-4
    modern = adding.adding_modern(rng, 50_000, 10).targets
    assert modern.var() == pytest.approx(adding.BASELINE_MODERN, rel=0.02)

    inputs, targets, _ = adding.adding_1997(rng, 50_000, 100)
    no_zeroed_value = inputs[:, 0, 1] == -1
    assert targets[no_zeroed_value].var() == pytest.approx(adding.BASELINE_1997, rel=0.02)
    assert targets.var() == pytest.approx(0.94 * adding.BASELINE_1997, rel=0.02)


def test_lengths_too_short_are_refused():
    with pytest.raises(ValueError, match="at least 22, got 21"):
        adding.adding_1997(np.random.default_rng(0), 1, 21)
    with pytest.raises(ValueError, match="at least 2, got 1"):
        adding.adding_modern(np.random.default_rng(0), 1, 1)
