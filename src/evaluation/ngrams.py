"""The strong opponent of a character model: an n-gram with interpolated Kneser–Ney smoothing.

With h the last n - 1 characters and h' the same without the oldest of them ::

    p_n(c | h) = max(N(hc) - d_n, 0) / N(h)  +  d_n K(h) / N(h) · p_{n-1}(c | h')
    p_0(c)     = 1 / V

N counts how often a string occurs in the training text, N(h) = Σ_c N(hc), and K(h) is how many
different characters follow h. A context that was never seen leaves all to the shorter one. In the
shorter orders N(hc) counts *in how many different contexts* hc occurs: how many different
characters stand before it (Kneser and Ney 1995; Chen and Goodman 1999).
"""

from typing import NamedTuple

import numpy as np

DISCOUNTS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


class Table(NamedTuple):
    """The n-grams of one length that occur, as numbers, and the contexts that they begin with."""

    grams: np.ndarray  # (G,) sorted
    counts: np.ndarray  # (G,) N(hc)
    contexts: np.ndarray  # (K,) sorted
    totals: np.ndarray  # (K,) N(h)
    kinds: np.ndarray  # (K,) K(h)


class NGrams:
    """Counts of a text, and what they say about another one.

    Args:
        ids: the training text, (N,) ints in 0..V-1. Before its first character, and before that of
            every other text, there are as many zeros as a context asks for.
        vocab_size: V.
        longest: the longest n.

    Raises:
        ValueError: an n or V for which an n-gram is no 64-bit number, an empty text, or an id
            outside the vocabulary.
    """

    def __init__(self, ids: np.ndarray, vocab_size: int, longest: int):
        if longest < 1 or vocab_size < 1 or vocab_size**longest >= 2**63:
            raise ValueError(
                "longest and vocab_size must be at least 1 with vocab_size ** longest below "
                f"2 ** 63, got {longest} and {vocab_size}"
            )
        self.vocab_size, self.longest = vocab_size, longest
        self.discounts: list[float] = []
        grams = [np.unique(self._grams(ids, n), return_counts=True) for n in range(1, longest + 1)]
        self._counted = [self._table(*counted) for counted in grams]
        self._continued = [
            self._table(*np.unique(longer % vocab_size**n, return_counts=True))
            for n, (longer, _) in enumerate(grams[1:], 1)
        ]

    def choose_discounts(
        self, validation: np.ndarray, choices: tuple[float, ...] = DISCOUNTS
    ) -> "NGrams":
        """Choose d_1, d_2, … in this order: each the best as the longest; return self."""
        self.discounts = []
        for n in range(1, self.longest + 1):
            shorter = self._shorter(validation, n)
            cost = {d: -np.log2(self._longest(validation, n, d, shorter)).mean() for d in choices}
            self.discounts.append(float(min(cost, key=cost.__getitem__)))
        return self

    def bits(self, ids: np.ndarray, order: int) -> np.ndarray:
        """How many bits each character of a text costs, -log₂ p: (N,).

        Args:
            ids: (N,).
            order: n, from 1 to `longest`; its discounts must have been chosen or set.

        Raises:
            ValueError: an order without a discount, or an id outside the vocabulary.
        """
        return -np.log2(self._longest(ids, order, self._discount(order), self._shorter(ids, order)))

    def distribution(self, context: np.ndarray, order: int) -> np.ndarray:
        """The probability of each next character after a context (any length): (V,)."""
        asked = np.concatenate([np.zeros(order, dtype=int), context])[len(context) + 1 :]
        grams = [np.append(asked, c) for c in range(self.vocab_size)]
        probability = np.full(self.vocab_size, 1 / self.vocab_size)
        for n in range(1, order + 1):
            table = self._counted[n - 1] if n == order else self._continued[n - 1]
            numbers = np.array([self._grams(gram, n)[-1] for gram in grams])
            probability = _interpolate(
                table, numbers, numbers // self.vocab_size, self._discount(n), probability
            )
        return probability

    def entries(self, order: int) -> int:
        """How many different strings up to this length are counted: what has to be stored."""
        return sum(len(table.grams) for table in self._counted[:order])

    def _discount(self, n: int) -> float:
        if not 1 <= n <= len(self.discounts):
            raise ValueError(
                f"order must lie in 1..{len(self.discounts)}, for which discounts were chosen, "
                f"got {n}"
            )
        return self.discounts[n - 1]

    def _shorter(self, ids: np.ndarray, order: int) -> np.ndarray:
        """p_{n-1} of each character, for an n-gram of this order."""
        probability = np.full(len(ids), 1 / self.vocab_size)
        for n in range(1, order):
            probability = self._step(self._continued[n - 1], ids, n, self._discount(n), probability)
        return probability

    def _longest(
        self, ids: np.ndarray, order: int, discount: float, shorter: np.ndarray
    ) -> np.ndarray:
        return self._step(self._counted[order - 1], ids, order, discount, shorter)

    def _step(
        self, table: Table, ids: np.ndarray, n: int, discount: float, shorter: np.ndarray
    ) -> np.ndarray:
        grams = self._grams(ids, n)
        return _interpolate(table, grams, grams // self.vocab_size, discount, shorter)

    def _grams(self, ids: np.ndarray, n: int) -> np.ndarray:
        """The n-gram that ends at each character, as a number of base V: (N,) int64."""
        if len(ids) == 0 or ids.min() < 0 or ids.max() >= self.vocab_size:
            raise ValueError(f"ids must be at least one, in 0..{self.vocab_size - 1}")
        padded = np.concatenate([np.zeros(n - 1, dtype=np.int64), ids])
        grams = np.zeros(len(ids), dtype=np.int64)
        for k in range(n):
            grams = grams * self.vocab_size + padded[k : k + len(ids)]
        return grams

    def _table(self, grams: np.ndarray, counts: np.ndarray) -> Table:
        contexts, starts = np.unique(grams // self.vocab_size, return_index=True)
        kinds = np.diff(np.append(starts, len(grams)))
        return Table(grams, counts, contexts, np.add.reduceat(counts, starts), kinds)


def _interpolate(
    table: Table, grams: np.ndarray, contexts: np.ndarray, discount: float, shorter: np.ndarray
) -> np.ndarray:
    """One step of the recursion: p_n from p_{n-1}, for many n-grams at once."""
    count = _find(table.grams, table.counts, grams)
    total = _find(table.contexts, table.totals, contexts)
    kinds = _find(table.contexts, table.kinds, contexts)
    kept = np.maximum(count - discount, 0) + discount * kinds * shorter
    return np.where(total > 0, kept / np.maximum(total, 1), shorter)


def _find(keys: np.ndarray, values: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The value of each key, 0 for one that is not there."""
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[place] == asked, values[place], 0)
