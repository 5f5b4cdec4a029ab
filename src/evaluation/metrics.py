"""Scores, confusion counts, and intervals that say how sure a score is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats


class Interval(NamedTuple):
    """An estimate and the two ends of its confidence interval."""

    estimate: float
    low: float
    high: float


def accuracy(predictions: np.ndarray, labels: np.ndarray) -> float:
    """Return the fraction of predictions that equal their label."""
    predictions, labels = np.asarray(predictions), np.asarray(labels)
    if predictions.shape != labels.shape or labels.size == 0:
        raise ValueError(
            f"need predictions and labels of one shape that is not empty, "
            f"got {predictions.shape} and {labels.shape}"
        )
    return float(np.mean(predictions == labels))


def confusion_counts(labels: np.ndarray, predictions: np.ndarray, classes: int) -> np.ndarray:
    """Count how often each class (row) was taken for each class (column): (classes, classes)."""
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (labels, predictions), 1)
    return counts


def mean_interval(values: np.ndarray | Sequence[float], confidence: float = 0.95) -> Interval:
    """Give the mean of a few independent runs and Student's t interval of it.

    mean ± t · s / √n, where s is the sample's standard deviation (divisor n - 1) and t the
    quantile of Student's distribution with n - 1 degrees of freedom. For 3 runs t is 4.3, for 5
    it is 2.8: few runs say little, and the interval shows it. It assumes scores that scatter
    roughly normally from seed to seed.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"an interval needs at least 2 runs, got shape {values.shape}")
    half = stats.t.ppf(0.5 + confidence / 2, len(values) - 1) * stats.sem(values)
    return Interval(values.mean(), values.mean() - half, values.mean() + half)


def proportion_interval(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Give a proportion and its Wilson score interval (Wilson 1927).

    With p = successes/trials, n = trials and the normal quantile z, the ends are ::

        (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)

    Unlike p ± z √(p(1-p)/n) it stays within [0, 1] and is right for few trials. It speaks about
    other examples of the same kind, not about other training runs: for those use
    `mean_interval`.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"need 0 <= successes <= trials, got {successes} of {trials}")
    p, z = successes / trials, stats.norm.ppf(0.5 + confidence / 2)
    centre, scale = p + z**2 / (2 * trials), 1 + z**2 / trials
    half = z * np.sqrt(p * (1 - p) / trials + z**2 / (4 * trials**2))
    return Interval(p, float((centre - half) / scale), float((centre + half) / scale))


def proportion_difference_interval(
    first: tuple[int, int], second: tuple[int, int], confidence: float = 0.95
) -> Interval:
    """Give the difference of two independent proportions and Newcombe's interval of it (1998).

    With d = p₁ − p₂ and the ends l and u of each one's Wilson interval, the ends are ::

        d − √((p₁ − l₁)² + (u₂ − p₂)²)   and   d + √((u₁ − p₁)² + (p₂ − l₂)²)

    Two intervals that overlap are no test of a difference; this one is: where it holds 0, the two
    cannot be told apart.

    Args:
        first, second: (successes, trials).
        confidence: of the interval; 1 − 0.05/m for one of m comparisons (Bonferroni).

    Source: Newcombe 1998, Statistics in Medicine 17, 873-890, method 10.
    """
    p, low, high = proportion_interval(*first, confidence)
    q, q_low, q_high = proportion_interval(*second, confidence)
    below = np.hypot(p - low, q_high - q)
    above = np.hypot(high - p, q - q_low)
    return Interval(p - q, float(p - q - below), float(p - q + above))
