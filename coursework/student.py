"""The student's notebook as the hidden tests see it: functions that live in a sandbox.

    student.rnn_step(x, h, W_x, W_h, b)     the value that came back, or a `Failure`
    student.unchanged("rnn_step", x, ...)   the same, and a `Failure` if an argument was changed
    student.value("answer")                 what stands in that variable, or a `Failure`
    student.name("toy_step")                an object of the notebook, as an argument of a call

A call never raises. Where there is no value, a `Failure` says why in a sentence for the student.
"""

import time
from collections.abc import Callable
from typing import Any, Self

from coursework import border
from coursework.sandbox import GRACE_SECONDS, Limits, Sandbox
from coursework.text import quoted

PYTHON_ENDED = (
    "the Python process ended (os._exit, a crash, or more memory or CPU time than allowed)"
)
DISTURBED = "it disturbed the grader's connection"
LEFT_OUT = 3  # cells that end the process, before a notebook is given up
SPARE_SECONDS = 1.0  # for each cell, after the time of all cells is used up

# What reading a message of another form than the worker's can raise.
FORGED = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


class Failure:
    """Stands for a value that there is none of; so does each of its parts."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __getitem__(self, key: object) -> Self:
        return self


class Student:
    """A submission's code, executed in a sandbox.

    Args:
        cells: list of dicts with label, source and given, in the order of execution.
        limits: `Limits`.
        with_torch: whether PyTorch is there.
    """

    def __init__(self, cells: list[dict], limits: Limits, with_torch: bool) -> None:
        self._cells, self._limits, self._with_torch = cells, limits, with_torch
        self._sandbox: Sandbox | None = None
        self._broken = ""  # why there is nothing to call, as a sentence
        self._left_out: dict[int, str] = {}  # number of a cell that ended the process: a sentence
        self._ends = time.monotonic() + limits.total_seconds
        self._part_ends = self._ends
        self.cell_errors: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._end()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments, **options: self._ask(name, True, arguments, options)

    def unchanged(self, name: str, *arguments: Any, **options: Any) -> Any:
        """What a function returns, if it leaves its arguments as they are."""
        return self._ask(name, True, arguments, options, unchanged=True)

    def value(self, name: str) -> Any:
        """What stands in a variable."""
        return self._ask(name, False, (), {})

    def name(self, name: str) -> border.Name:
        """An object of the notebook, or an expression of given names, as an argument of a call."""
        return border.Name(name)

    def _end(self) -> None:
        if self._sandbox is not None:
            self._sandbox.__exit__()
            self._sandbox = None

    def begin_part(self) -> None:
        """Start the sandbox where there is none: a part must not suffer from the one before."""
        if self._sandbox is not None and not self._sandbox.alive:
            self._end()
        if self._sandbox is None and not self._broken:
            self._load()
        if not self._broken and time.monotonic() > self._ends:
            self._broken = f"your notebook has used up its {self._limits.total_seconds:g} s"
        self._part_ends = time.monotonic() + self._limits.part_seconds

    def _load(self) -> None:
        """Run the cells; one that ends the process is left out when they are run once more."""
        while len(self._left_out) <= LEFT_OUT and time.monotonic() < self._ends:
            self._sandbox = Sandbox(self._limits, self._with_torch)
            self.cell_errors = []
            if self._run_cells():
                self.cell_errors = [*self._left_out.values(), *self.cell_errors]
                return
            self._end()
        self.cell_errors = list(self._left_out.values())
        self._broken = "your notebook's cells ended the Python process again and again"

    def _run_cells(self) -> bool:
        """Whether all cells could be run; if not, the one in the way is noted."""
        limits = self._limits
        began = time.monotonic()
        for number, cell in enumerate(self._cells):
            if number in self._left_out:
                continue
            used = time.monotonic() - began
            seconds = min(limits.cell_seconds, max(SPARE_SECONDS, limits.load_seconds - used))
            if used > limits.load_seconds + limits.spare_seconds:
                self.cell_errors.append(
                    f"{cell['label']} and what follows were not run: the cells before took longer "
                    f"than the {limits.load_seconds:g} s that all together have."
                )
                return True
            try:
                request = {"run": cell, "seconds": seconds}
                reply = self._sandbox.ask(request, seconds + GRACE_SECONDS)
                self._note(cell, reply, seconds)
            except border.SilenceError:
                why = f"it did not finish within {seconds:.0f} s and could not be interrupted"
            except border.EndedError:
                why = PYTHON_ENDED
            except (border.BorderError, *FORGED):
                why = DISTURBED
            else:
                continue
            self._left_out[number] = f"{cell['label']} was left out: {why}."
            return False
        return True

    def _note(self, cell: dict, reply: Any, seconds: float) -> None:
        """Keep the sentences about a cell that stopped or lacks a library."""
        label = cell["label"]
        for each in reply["missing"][:5]:
            self.cell_errors.append(
                f"Line {_number(each['line'])} of {label} was skipped, since the grader cannot "
                f"import what it asks for: {quoted(each['text'])}."
            )
        error = reply["error"]
        if error is None or error["kind"] == "NotImplementedError":
            return
        if error["kind"] == "TookTooLong":
            self.cell_errors.append(
                f"{label} was stopped: it took too long (more than {seconds:.0f} s)."
            )
            return
        self.cell_errors.append(f"{label} stopped with {_error(error)}.")

    def _ask(
        self, name: str, call: bool, arguments: tuple, options: dict, unchanged: bool = False
    ) -> Any:
        if self._broken:
            return Failure(f"Nothing could be called: {self._broken}.")
        seconds = min(self._limits.call_seconds, self._part_ends - time.monotonic())
        if seconds <= 0:
            return Failure(
                f"`{name}` was not called any more: the calls of this part have used up their "
                f"{self._limits.part_seconds:g} s."
            )
        request = {
            "name": name,
            "call": call,
            "arguments": border.to_plain(arguments),
            "options": border.to_plain(options),
            "seconds": seconds,
            "unchanged": unchanged,
        }
        late = Failure(
            f"`{name}` gave no answer within {seconds:.0f} s: is there a loop that does not end?"
        )
        try:
            reply = self._sandbox.ask(request, seconds + GRACE_SECONDS)
        except border.SilenceError:
            return late
        except border.EndedError:
            return Failure(f"`{name}` was not answered: {PYTHON_ENDED}.")
        except border.BorderError as error:
            return Failure(f"`{name}` returned {error}.")
        try:
            return self._read(name, reply, late)
        except (border.BorderError, *FORGED):
            return Failure(f"`{name}` returned a value that cannot be read.")

    def _read(self, name: str, reply: Any, late: Failure) -> Any:
        (kind,) = reply
        if kind == "value":
            return border.from_plain(reply["value"])
        if kind == "changed":
            return Failure(f"`{name}` changed an array that it was given: make a new one.")
        if kind == "refused":
            return Failure(f"`{name}` returned {_words(reply['refused'])}.")
        if kind == "missing":
            sentence = f"`{name}` is not defined. Was it deleted or renamed?"
            if self.cell_errors:
                sentence += " Look at the cells that stopped with an error."
            return Failure(sentence)
        error = reply["error"]
        if error["kind"] == "NotImplementedError":
            return Failure(f"`{name}` is not written yet: it still raises NotImplementedError.")
        if error["kind"] == "TookTooLong":
            return late
        where = f" of {_words(error['cell'], 40)}" if error["line"] else ""
        return Failure(f"`{name}` raised {_error(error, where)}.")


def _words(text: Any, limit: int = 200) -> str:
    """Words that come from the worker's own sentences, unless they are forged."""
    if not isinstance(text, str):
        raise ValueError("text is expected")
    return text[:limit]


def _number(line: Any) -> int:
    """The number of a line; forged ones are refused."""
    if type(line) is not int or not 0 <= line < 10**6:
        raise ValueError("a number is expected")
    return line


def _error(error: Any, where: str = "") -> str:
    """Kind, place and text of an error: what the student's code says stands in quotes."""
    kind = "".join(sign for sign in _words(error["kind"], 60) if sign.isalnum() or sign in "_.")
    line = f" in line {_number(error['line'])}{where}" if error["line"] else ""
    text = f": {quoted(_words(error['text']))}" if error["text"] else ""
    return f"{kind}{line}{text}"
