"""Points, and the sentences that go with them: what the hidden tests say about a value."""

from typing import NamedTuple

import numpy as np

from coursework.student import Failure

TOLERANCE = 1e-7


class Line(NamedTuple):
    """One tested thing: the points it got, the points it can get, what it is, what to look at."""

    points: float
    of: float
    what: str
    sentence: str


class Marks:
    """The lines of one part, in the order of the tests."""

    def __init__(self):
        self.lines = []

    def values(self, points, what, got, expected, *, hint="", mistakes=(), tolerance=TOLERANCE):
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
        """
        sentence = difference(got, expected, tolerance)
        if sentence and not isinstance(got, Failure):
            known = (says for value, says in mistakes if not difference(got, value, tolerance))
            sentence = next(known, f"{sentence} {hint}".strip())
        self._add(points, what, sentence)

    def true(self, points, what, got, condition, hint):
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
    def fields(got, keys):
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
    def flat(values):
        """Several numbers or arrays as one vector; the first `Failure` if one is among them."""
        values = list(values)
        for value in values:
            if isinstance(value, Failure):
                return value
            if not isinstance(value, (int, float, np.ndarray)):
                return Failure(f"Numbers are expected; one of yours is {_kind(value)}.")
        return np.concatenate([np.ravel(value) for value in values])

    def _add(self, points, what, sentence):
        self.lines.append(Line(0 if sentence else points, points, what, sentence))


def difference(got, expected, tolerance=TOLERANCE):
    """What is wrong with the numbers, as a sentence; "" if nothing is."""
    if isinstance(got, Failure):
        return got.sentence
    expected = np.asarray(expected)
    try:
        numbers = np.asarray(got)
        if numbers.dtype.kind not in "biuf":
            raise ValueError
    except ValueError:
        return f"The result should be an array of shape {expected.shape}; yours is {_kind(got)}."
    if numbers.shape != expected.shape:
        return f"The result should have the shape {expected.shape}; yours has {numbers.shape}."
    numbers, expected = numbers.astype(float), expected.astype(float)
    finite = np.isfinite(expected)
    if not np.array_equal(numbers[~finite], expected[~finite]):
        return "An entry that should be infinite is not."
    if not np.isfinite(numbers[finite]).all():
        return "The result contains NaN or infinity."
    error = np.abs(numbers - expected)[finite].max(initial=0.0)
    if error <= tolerance * max(1.0, np.abs(expected[finite]).max(initial=0.0)):
        return ""
    return f"The numbers differ, by up to {error:.2g}."


def _kind(value):
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, list):
        return f"a sequence of {len(value)}"
    return "None (is the `return` missing?)" if value is None else f"a {type(value).__name__}"
