"""What kind of errors a model makes: which symbol for which, how many, on which spellings."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from src.evaluation.error_rates import edit_distance
from src.evaluation.metrics import Interval

EDGE = "^"  # stands before and after a word; no letter of one


def edits(hypothesis: Sequence, reference: Sequence) -> list[tuple]:
    """Lay two sequences side by side with the fewest edits.

    Args:
        hypothesis: what was said.
        reference: what was asked for.

    Returns:
        Pairs (asked, said), in order; equal where right, asked None for an insertion, said None
        for an omission. Where several ways need equally few edits, replacements are preferred,
        then omissions, from the end.
    """
    table = np.zeros((len(reference) + 1, len(hypothesis) + 1), dtype=int)
    table[:, 0], table[0] = range(len(reference) + 1), range(len(hypothesis) + 1)
    for i, asked in enumerate(reference, 1):
        for j, said in enumerate(hypothesis, 1):
            table[i, j] = min(
                table[i - 1, j - 1] + (asked != said), table[i - 1, j] + 1, table[i, j - 1] + 1
            )
    pairs, i, j = [], len(reference), len(hypothesis)
    while i or j:
        if i and j:
            asked, said = reference[i - 1], hypothesis[j - 1]
            if table[i, j] == table[i - 1, j - 1] + (asked != said):
                pairs.append((asked, said))
                i, j = i - 1, j - 1
                continue
        if i and table[i, j] == table[i - 1, j] + 1:
            i -= 1
            pairs.append((reference[i], None))
        else:
            j -= 1
            pairs.append((None, hypothesis[j]))
    return pairs[::-1]


def confusions(
    hypotheses: Sequence[Sequence], references: Sequence[Sequence[Sequence]]
) -> Counter[tuple]:
    """Count the edits (asked, said) of all hypotheses, each against the nearest reference.

    Of references at the same distance the first counts, as in `error_rates`. Right symbols are
    not counted.
    """
    counts: Counter[tuple] = Counter()
    for said, group in zip(hypotheses, references, strict=True):
        nearest = min(group, key=lambda reference: edit_distance(said, reference))
        counts.update(pair for pair in edits(said, nearest) if pair[0] != pair[1])
    return counts


def ratio_interval(
    numerators: Sequence[float],
    denominators: Sequence[float],
    rng: np.random.Generator,
    *,
    resamples: int = 1000,
    confidence: float = 0.95,
) -> Interval:
    """Give Σ numerators / Σ denominators with a bootstrap interval (Efron 1979).

    For an error rate of symbols, whose errors come in words: draw as many words as there are, with
    replacement, and compute the ratio again, `resamples` times; the interval leaves an equal share
    of the ratios out at either end.

    Raises:
        ValueError: unequal numbers, or none.
    """
    above, below = np.asarray(numerators, float), np.asarray(denominators, float)
    if above.shape != below.shape or above.ndim != 1 or not len(above):
        raise ValueError(
            f"need as many numerators as denominators, at least one, "
            f"got shapes {above.shape} and {below.shape}"
        )
    drawn = (rng.integers(len(above), size=len(above)) for _ in range(resamples))
    ratios = [above[index].sum() / below[index].sum() for index in drawn]
    low, high = np.quantile(ratios, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(above.sum() / below.sum()), float(low), float(high))


def spelling_surprise(
    words: Iterable[str], known: Iterable[str], *, before: int = 2, plus: float = 0.1
) -> np.ndarray:
    """Measure how unusual spellings are: bits a letter, under the letter groups of known words.

    p(next | letters before) = (count of both + plus) / (count of the letters before + V plus),
    where V is the number of different symbols; marks stand before and after every word.

    Args:
        words: N words to measure.
        known: the words whose letters are counted.
        before: how many letters before are looked at; 2 counts groups of three.
        plus: added to each count, so that nothing is impossible.

    Returns:
        (N,) mean of -log2 p over a word's letters and its end.
    """

    def groups(word: str) -> list[str]:
        marked = EDGE * before + word + EDGE
        return [marked[i : i + before + 1] for i in range(len(word) + 1)]

    counts = Counter(group for word in known for group in groups(word))
    contexts: Counter[str] = Counter()
    for group, count in counts.items():
        contexts[group[:-1]] += count
    V = len({letter for group in counts for letter in group})

    def bits(word: str) -> float:
        p = [(counts[g] + plus) / (contexts[g[:-1]] + V * plus) for g in groups(word)]
        return -sum(map(math.log2, p)) / len(p)

    return np.array([bits(word) for word in words])
