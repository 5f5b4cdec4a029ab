"""The embedded Reber grammar: strings whose second letter returns at their end.

A Reber string is a walk through a small graph that writes one letter per edge (Reber 1967).
The *embedded* string wraps such a walk between two letters, T or P, that must be equal::

    B T <Reber string> T E      or      B P <Reber string> P E

At each letter a network predicts which letters may follow. Inside the walk two letters of
context are enough; the last-but-one letter is known only to a network that has carried the
second one all the way (Cleeremans, Servan-Schreiber & McClelland 1989; Fahlman 1991; experiment
1 of Hochreiter & Schmidhuber 1997, Section 5.1).

Arrays are batch first: B strings, T steps, 7 symbols.
"""

from typing import NamedTuple

import numpy as np

SYMBOLS = "BTSXPVE"

# state -> {letter: next state}; an edge is taken with equal probability. State 7 is the end.
REBER = {
    0: {"B": 1},
    1: {"T": 2, "P": 3},
    2: {"S": 2, "X": 4},
    3: {"T": 3, "V": 5},
    4: {"X": 3, "S": 6},
    5: {"P": 4, "V": 6},
    6: {"E": 7},
}
END = 7


def _embed(grammar: dict) -> dict:
    """Wrap `grammar` in B..E and an outer T..T or P..P; states become (branch, inner state)."""
    graph: dict = {"start": {"B": "outer"}, "outer": {}, "last": {"E": "end"}}
    for branch in "TP":
        graph["outer"][branch] = (branch, 0)
        for state, edges in grammar.items():
            graph[branch, state] = {letter: (branch, target) for letter, target in edges.items()}
        graph[branch, END] = {branch: "last"}
    return graph


EMBEDDED_REBER = _embed(REBER)


class ReberBatch(NamedTuple):
    """Strings as arrays; every array is zero (False) after a string's end."""

    inputs: np.ndarray  # (B, T, 7) one-hot: the letters but the last
    targets: np.ndarray  # (B, T, 7) one-hot: the letters but the first
    legal: np.ndarray  # (B, T, 7) bool: every letter that may follow
    lengths: np.ndarray  # (B,) int: steps of each string


def draw_string(rng: np.random.Generator) -> str:
    """Draw one embedded Reber string, e.g. ``BPBTSXSEPE``."""
    state, letters = "start", []
    while state != "end":
        edges = sorted(EMBEDDED_REBER[state].items())
        letter, state = edges[rng.integers(len(edges))]
        letters.append(letter)
    return "".join(letters)


def draw_split(
    rng: np.random.Generator, n_train: int = 256, n_test: int = 256
) -> tuple[list[str], list[str]]:
    """Draw training strings, and test strings of which none is in the training set.

    Section 5.1 of Hochreiter & Schmidhuber (1997) uses 256 of each. Strings may repeat within a
    set, as they do when they are drawn at random.

    Returns:
        two lists of str, of n_train and n_test strings.
    """
    train = [draw_string(rng) for _ in range(n_train)]
    seen, test = set(train), []
    while len(test) < n_test:
        string = draw_string(rng)
        if string not in seen:
            test.append(string)
    return train, test


def legal_successors(string: str) -> list[set[str]]:
    """Give the letters that may follow each letter of `string`, but for the last.

    Raises:
        ValueError: the string leaves the grammar; the message says where.
    """
    state, successors = "start", []
    for position, letter in enumerate(string):
        edges = EMBEDDED_REBER.get(state, {})
        if letter not in edges:
            expected = " or ".join(sorted(edges)) or "no further letter"
            raise ValueError(
                f"{string!r} is not an embedded Reber string: letter {position} is {letter!r}, "
                f"but the grammar allows {expected} there"
            )
        state = edges[letter]
        successors.append(set(EMBEDDED_REBER.get(state, {})))
    if state != "end":
        raise ValueError(f"{string!r} is not an embedded Reber string: it ends too early")
    return successors[:-1]


def encode(strings: list[str]) -> ReberBatch:
    """Turn strings into one-hot inputs, next-letter targets and legal letters."""
    if not strings:
        raise ValueError("encode needs at least one string")
    lengths = np.array([len(string) - 1 for string in strings])
    shape = (len(strings), lengths.max(), len(SYMBOLS))
    inputs, targets, legal = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=bool)
    for b, string in enumerate(strings):
        for t, successors in enumerate(legal_successors(string)):
            inputs[b, t, SYMBOLS.index(string[t])] = 1.0
            targets[b, t, SYMBOLS.index(string[t + 1])] = 1.0
            for letter in successors:
                legal[b, t, SYMBOLS.index(letter)] = True
    return ReberBatch(inputs, targets, legal, lengths)


def predicts_every_legal_symbol(scores: np.ndarray, batch: ReberBatch) -> np.ndarray:
    """Judge each string by the paper's criterion.

    A string is predicted if at *every* step the legal letters are the most active outputs: the
    least active legal one is above the most active illegal one. A trial succeeds when all
    strings, of the training set and of the test set, are predicted (Hochreiter & Schmidhuber
    1997, Section 5.1).

    Args:
        scores: (B, T, 7) activations, logits or probabilities; only their order matters.
        batch: the strings, as `encode` returns them.

    Returns:
        (B,) bool.

    Raises:
        ValueError: scores and batch differ in shape.
    """
    if scores.shape != batch.legal.shape:
        raise ValueError(f"scores has shape {scores.shape}, the batch has {batch.legal.shape}")
    least_legal = np.where(batch.legal, scores, np.inf).min(axis=2)
    most_illegal = np.where(batch.legal, -np.inf, scores).max(axis=2)
    after_the_end = np.arange(scores.shape[1]) >= batch.lengths[:, None]
    return ((least_legal > most_illegal) | after_the_end).all(axis=1)
