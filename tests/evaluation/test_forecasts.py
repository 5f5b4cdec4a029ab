"""Scaled errors, quantile loss, coverage and calibration, against values worked out by hand."""

import numpy as np
import pytest
from sklearn.metrics import mean_pinball_loss

from src.evaluation.forecasts import (
    inside,
    margins,
    mase,
    mase_scale,
    pinball,
    widen,
    with_residuals,
)


def test_the_scale_is_the_mean_error_of_a_season_ago():
    assert mase_scale(np.array([1.0, 5.0, 2.0, 9.0]), 2) == pytest.approx((1 + 4) / 2)
    assert mase_scale(np.array([1.0, 5.0, 2.0, 9.0]), 1) == pytest.approx((4 + 3 + 7) / 3)


def test_seasonal_naive_has_a_mase_of_1_on_its_own_training_values():
    values = np.random.default_rng(0).normal(size=60).cumsum()
    ago = values[None, :-4]
    assert mase(values[None, 4:], ago, mase_scale(values, 4)) == pytest.approx([1])


def test_mase_has_no_unit():
    rng = np.random.default_rng(1)
    y, forecasts, train = rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), rng.normal(size=30)
    in_metres = mase(y, forecasts, mase_scale(train, 2))
    in_feet = mase(3.28 * y, 3.28 * forecasts, mase_scale(3.28 * train, 2))
    np.testing.assert_allclose(in_metres, in_feet)


def test_the_quantile_loss_is_scikit_learns():
    rng = np.random.default_rng(2)
    y, quantiles = rng.normal(size=(6, 4)), rng.normal(size=(6, 4, 2))
    levels = (0.1, 0.7)
    wanted = np.mean(
        [
            mean_pinball_loss(y.ravel(), quantiles[..., i].ravel(), alpha=q)
            for i, q in enumerate(levels)
        ]
    )
    assert pinball(y, quantiles, levels).mean() == pytest.approx(wanted)


def test_the_ends_belong_to_the_band():
    y = np.array([[1.0, 2.0, 3.0, 3.1]])
    band = np.tile([1.0, 3.0], (1, 4, 1))
    assert inside(y, band).tolist() == [[True, True, True, False]]


@pytest.mark.parametrize("shift", [-1.5, 0.0, 1.5])
def test_a_moved_band_holds_what_was_asked_on_the_values_it_was_moved_by(shift):
    """Too narrow or too wide before: ⌈(N + 1) · 0.8⌉ of N values lie in it after."""
    rng = np.random.default_rng(3)
    y = rng.normal(size=(99, 3)) * [1, 2, 5]
    band = np.stack([np.full_like(y, -2 - shift), np.full_like(y, 2 + shift)], axis=-1)
    moved = widen(band, margins(y, band, 0.8))
    assert inside(y, moved).sum(axis=0).tolist() == [80, 80, 80]


def test_on_new_values_of_the_same_kind_it_holds_close_to_what_was_asked():
    rng = np.random.default_rng(4)
    old, new = rng.normal(size=(400, 1)), rng.normal(size=(20_000, 1))
    narrow = np.tile([-0.3, 0.3], (400, 1, 1))
    moved = widen(np.tile([-0.3, 0.3], (20_000, 1, 1)), margins(old, narrow, 0.8))
    assert inside(new, moved).mean() == pytest.approx(0.8, abs=0.05)


def test_residuals_make_a_band_and_leave_the_median():
    residuals = np.linspace(-10, 10, 101)[:, None]
    quantiles = with_residuals(np.array([[100.0], [200.0]]), residuals, (0.1, 0.5, 0.9))
    assert quantiles[:, 0].tolist() == [[92, 100, 108], [192, 200, 208]]


def test_bad_input_is_named():
    y = np.zeros((3, 2))
    with pytest.raises(ValueError, match=r"alike, got \(3, 2\) and \(3, 1\)"):
        mase(y, np.zeros((3, 1)), 1.0)
    with pytest.raises(ValueError, match=r"period must be in 1\.\.2, got 3"):
        mase_scale(np.arange(3.0), 3)
    with pytest.raises(ValueError, match="repeats itself exactly"):
        mase_scale(np.tile([1.0, 2.0], 5), 2)
    with pytest.raises(ValueError, match="needs more than 3 origins"):
        margins(y, np.zeros((3, 2, 2)), 0.8)
