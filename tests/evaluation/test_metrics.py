import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from src.evaluation import metrics


def test_accuracy():
    assert metrics.accuracy([1, 2, 3, 3], [1, 2, 3, 0]) == 0.75


@pytest.mark.parametrize(("predictions", "labels"), [([1], [1, 2]), ([], [])])
def test_accuracy_refuses_what_it_cannot_compare(predictions, labels):
    with pytest.raises(ValueError, match="of one shape that is not empty"):
        metrics.accuracy(predictions, labels)


def test_confusion_counts_true_classes_in_rows():
    counts = metrics.confusion_counts([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0], classes=3)
    assert counts.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 2]]


def test_mean_interval_by_hand():
    # n = 4, s = 1.2910, standard error 0.6455, t = 3.1824
    mean, low, high = metrics.mean_interval([1, 2, 3, 4])
    assert (mean, low, high) == pytest.approx((2.5, 0.4457, 4.5543), abs=1e-4)


def test_mean_interval_covers_the_truth_about_as_often_as_it_says():
    runs = np.random.default_rng(0).normal(5.0, 2.0, size=(2000, 5))
    covered = [low < 5.0 < high for _, low, high in map(metrics.mean_interval, runs)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.02)


def test_one_run_has_no_interval():
    with pytest.raises(ValueError, match="at least 2 runs"):
        metrics.mean_interval([0.8])


def test_proportion_interval_by_hand():
    # Newcombe (1998), Table I, method 3: 81 of 263
    assert metrics.proportion_interval(81, 263) == pytest.approx((0.3080, 0.2553, 0.3662), abs=1e-4)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_proportion_interval_stays_between_zero_and_one(counts):
    p, low, high = metrics.proportion_interval(*counts)
    ends = np.array([0, low, p, high, 1])
    assert (np.diff(ends) > -1e-12).all()


@pytest.mark.parametrize("first", [(5, 5), (56, 70), (0, 29), (1, 5)])
@pytest.mark.parametrize("second", [(1, 5), (48, 80), (5, 56)])
def test_the_interval_of_a_difference_is_newcombes(first, second):
    interval = metrics.proportion_difference_interval(first, second, 0.9)
    ends = confint_proportions_2indep(*first, *second, method="newcomb", alpha=0.1)
    assert (interval.low, interval.high) == pytest.approx(ends, abs=1e-12)
    assert interval.estimate == first[0] / first[1] - second[0] / second[1]


@pytest.mark.parametrize("counts", [(3, 2), (-1, 2), (0, 0)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(ValueError, match="successes <= trials"):
        metrics.proportion_interval(*counts)
