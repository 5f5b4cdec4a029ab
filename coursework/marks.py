"""Points, and the sentences that go with them: what the hidden tests say about a value."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursework.student import Failure

TOLERANCE = 1e-7
SHOWN = 20  # tokens of a student's list that a sentence repeats


class Line(NamedTuple):
    """One tested thing: the points it got, the points it can get, what it is, what to look at."""

    points: float
    of: float
    what: str
    sentence: str


class Marks:
    """The lines of one part, in the order of the tests."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def values(
        self,
        points: float,
        what: str,
        got: object,
        expected: ArrayLike,
        *,
        hint: str = "",
        mistakes: Iterable[tuple[ArrayLike, str]] = (),
        tolerance: float = TOLERANCE,
        dtype: str | None = None,
        after: bool = True,
    ) -> bool:
        """Points if the student's numbers are the expected ones.

        Args:
            points: what it is worth.
            what: what is tested, in words for the student.
            got: the student's value, or a `Failure`.
            expected: array or number.
            hint: where to look if the numbers differ and no known mistake explains it.
            mistakes: pairs (value, sentence): what a known mistake gives, and what to say
                about it.
            tolerance: largest difference that passes, relative to the largest entry.
            dtype: the kind of array that is asked for, None where any will do.
            after: whether the line was earned on which this one rests; a function that does
                nothing is right where nothing is to be done.

        Returns:
            Whether the points were earned.
        """
        got = numbers(got, tuple(np.shape(expected)))
        sentence = difference(got, expected, tolerance)
        if sentence and not isinstance(got, Failure):
            known = (says for value, says in mistakes if not difference(got, value, tolerance))
            sentence = next(known, f"{sentence} {hint}".strip())
        if not sentence and dtype is not None and got.dtype != dtype:
            sentence = f"The numbers are right, but of the kind {got.dtype}: {dtype} is asked for."
        if not sentence and not after:
            sentence = "This earns its points together with the line before, which is not right."
        self._add(points, what, sentence)
        return not sentence

    def tokens(
        self,
        points: float,
        what: str,
        got: object,
        expected: Sequence[int],
        *,
        hint: str = "",
        mistakes: Iterable[tuple[Sequence[int], str]] = (),
    ) -> bool:
        """Points if the student's list of tokens is the expected one; else where the two part.

        Args:
            points: what it is worth.
            what: what is tested, in words for the student.
            got: the student's value, or a `Failure`.
            expected: the right tokens.
            hint: where to look if no known mistake explains the difference.
            mistakes: pairs (tokens, sentence): what a known mistake gives, and what to say
                about it.

        Returns:
            Whether the points were earned.
        """
        sentence = _parting(got, list(expected))
        if sentence and not isinstance(got, Failure):
            known = (says for tokens, says in mistakes if not _parting(got, list(tokens)))
            sentence = f"{next(known, hint)} {sentence}".strip()
        self._add(points, what, sentence)
        return not sentence

    def token_lists(
        self,
        points: float,
        what: str,
        got: object,
        expected: Sequence[Sequence[int]],
        *,
        hint: str = "",
        mistakes: Iterable[tuple[Sequence[Sequence[int]], str]] = (),
    ) -> bool:
        """The same for several lists of tokens at once: `tokens` of each, for all the points."""
        sentence = _first_parting(got, expected)
        if sentence and not isinstance(got, Failure):
            known = (says for lists, says in mistakes if not _first_parting(got, lists))
            sentence = f"{next(known, hint)} {sentence}".strip()
        self._add(points, what, sentence)
        return not sentence

    def true(
        self, points: float, what: str, got: object, condition: Callable[[Any], object], hint: str
    ) -> None:
        """Points if there is a value and the condition holds for it.

        Args:
            got: the student's value, or a `Failure`.
            condition: function of the value; if it raises, the value is of another kind.
            hint: what to say if it does not hold.
        """
        if isinstance(got, Failure):
            return self._add(points, what, got.sentence)
        try:
            holds = bool(condition(got))
        except Exception:  # a value of any other kind may come across the border
            holds = False
        return self._add(points, what, "" if holds else hint)

    @staticmethod
    def fields(got: object, keys: Sequence[str]) -> list:
        """The parts of a returned tuple or dict; a `Failure` for each that is not there.

        Args:
            got: the student's value, or a `Failure`.
            keys: names, of the entries of a dict or in the order of a tuple.
        """
        if isinstance(got, Failure):
            return [got] * len(keys)
        if isinstance(got, dict):
            absent = "the returned dict has no entry {!r}."
            return [got[key] if key in got else Failure(absent.format(key)) for key in keys]
        if isinstance(got, list) and len(got) == len(keys):
            return got
        wanted = f"The result should be ({', '.join(keys)}); yours is {_kind(got)}."
        return [Failure(wanted)] * len(keys)

    @staticmethod
    def floats(got: object, sentence: str) -> object:
        """A list of Python's floats; a `Failure` with the sentence for one of anything else."""
        if isinstance(got, Failure):
            return got
        right = isinstance(got, list) and all(type(value) is float for value in got)
        return got if right else Failure(sentence)

    @staticmethod
    def same(got: object, expected: ArrayLike) -> bool:
        """Whether a value is not another than the expected one; a `Failure` is none."""
        return isinstance(got, Failure) or not difference(numbers(got), expected)

    @staticmethod
    def each(values: Iterable[object]) -> np.ndarray | Failure:
        """Single numbers, of a call each, as one vector; a `Failure` if one is anything else."""
        found = []
        for value in values:
            array = numbers(value, ())
            if isinstance(array, Failure):
                return array
            if array.ndim:
                return Failure(f"One number is expected; yours is {_kind(value)}.")
            found.append(array)
        return np.stack(found)

    @staticmethod
    def flat(values: Iterable[object]) -> np.ndarray | Failure:
        """Several numbers or arrays as one vector; the first `Failure` if one is among them."""
        vectors = []
        for value in values:
            array = numbers(value)
            if isinstance(array, Failure):
                return array
            vectors.append(np.ravel(array))
        return np.concatenate(vectors)

    def _add(self, points: float, what: str, sentence: str) -> None:
        self.lines.append(Line(0 if sentence else points, points, what, sentence))


def numbers(value: object, shape: tuple | None = None) -> np.ndarray | Failure:
    """A student's value as an array; a `Failure` for anything that is not numbers.

    NumPy sees nothing but numbers: what else a list can hold may take a thousand times its size.

    Args:
        value: what came across the border, or a `Failure`.
        shape: what is asked for, to say so.
    """
    if isinstance(value, (Failure, np.ndarray)):
        return value
    wanted = "Numbers are expected"
    if shape is not None:
        wanted = f"An array of shape {shape} is expected" if shape else "One number is expected"
    if _only_numbers(value):
        try:
            # Python's whole numbers may not fit into any of NumPy's: as floats they all compare.
            return np.asarray(value) if _small(value) else np.asarray(value, float)
        except (ValueError, OverflowError, TypeError):
            pass
    return Failure(f"{wanted}; yours is {_kind(value)}.")


def _only_numbers(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_only_numbers, value))
    return isinstance(value, (bool, int, float, np.ndarray))


def _small(value: object) -> bool:
    """Whether whole numbers in it fit into 64 bits."""
    if isinstance(value, list):
        return all(map(_small, value))
    return not isinstance(value, int) or abs(value) < 1 << 62


def difference(got: np.ndarray | Failure, expected: ArrayLike, tolerance: float = TOLERANCE) -> str:
    """What is wrong with the numbers, as a sentence; "" if nothing is.

    Args:
        got: what `numbers` made of the student's value.
        expected: array or number.
        tolerance: largest difference that passes, relative to the largest entry.
    """
    if isinstance(got, Failure):
        return got.sentence
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        return f"The result should have the shape {expected.shape}; yours has {got.shape}."
    got, expected = got.astype(float), expected.astype(float)
    finite = np.isfinite(expected)
    if not np.array_equal(got[~finite], expected[~finite]):
        return "An entry that should be infinite is not."
    if not np.isfinite(got[finite]).all():
        return "The result contains NaN or infinity."
    error = np.abs(got - expected)[finite].max(initial=0.0)
    if error <= tolerance * max(1.0, np.abs(expected[finite]).max(initial=0.0)):
        return ""
    return f"The numbers differ, by up to {error:.2g}."


def _first_parting(got: object, expected: Sequence[Sequence[int]]) -> str:
    """Where lists of tokens part first from the right ones, as a sentence; "" if nowhere."""
    if isinstance(got, Failure):
        return got.sentence
    got = got.tolist() if isinstance(got, np.ndarray) else got
    if not isinstance(got, list) or len(got) != len(expected):
        return f"{len(expected)} lists of tokens are expected; yours is {_kind(got)}."
    for number, (yours, right) in enumerate(zip(got, expected, strict=True), start=1):
        sentence = _parting(yours, list(right))
        if sentence:
            return f"List {number}: {sentence}"
    return ""


def _parting(got: object, right: list) -> str:
    """Where a list of tokens parts from the right one, as a sentence; "" if it is the same."""
    array = numbers(got)
    if isinstance(got, Failure):
        return got.sentence
    if isinstance(array, Failure) or array.ndim != 1:
        return f"A list of tokens is expected; yours is {_kind(got)}."
    yours = array.tolist()
    if yours == right:
        return ""
    shown = ", ".join(f"{token:g}" for token in yours[:SHOWN])
    lists = f"The right tokens are {right}; yours are [{shown}{', ...' * (len(yours) > SHOWN)}]"
    pairs = zip(yours, right, strict=False)
    at = next((k for k, (one, other) in enumerate(pairs) if one != other), None)
    if at is not None:
        return f"{lists}: they part at token {at + 1}."
    return f"{lists}: {'the end comes too early' if len(yours) < len(right) else 'there it ends'}."


def _kind(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, list):
        return f"a sequence of {len(value)}"
    return "None (is the `return` missing?)" if value is None else f"a {type(value).__name__}"
