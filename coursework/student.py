"""The student's notebook as the hidden tests see it: functions that live in a sandbox.

    student.rnn_step(x, h, W_x, W_h, b)     the value that came back, or a `Failure`
    student.value("answer")                 what stands in that variable, or a `Failure`
    student.name("toy_step")                an object of the notebook, as an argument of a call

A call never raises. Where there is no value, a `Failure` says why in a sentence for the student.
"""

from coursework import border
from coursework.sandbox import Sandbox

PYTHON_ENDED = (
    "the Python process ended (os._exit, a crash, or more memory or CPU time than allowed)"
)


# What reading a message of another form than the worker's can raise.
FORGED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


class Failure:
    """Stands for a value that there is none of; so does each of its parts."""

    def __init__(self, sentence):
        self.sentence = sentence

    def __getitem__(self, key):
        return self


class Student:
    """A submission's code, executed in a sandbox.

    Args:
        cells: list of dicts with label and source, in the order of execution.
        limits: `Limits`.
        with_torch: whether PyTorch is there.
    """

    def __init__(self, cells, limits, with_torch):
        self._cells, self._limits, self._with_torch = cells, limits, with_torch
        self._sandbox = None
        self._broken = None  # why there is nothing to call, as a sentence
        self.cell_errors = []

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._end()

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments, **options: self._ask(name, True, arguments, options)

    def value(self, name):
        """What stands in a variable."""
        return self._ask(name, False, (), {})

    def name(self, name):
        """An object of the notebook, as an argument of a call."""
        return border.Name(name)

    def _end(self):
        if self._sandbox is not None:
            self._sandbox.__exit__()
            self._sandbox = None

    def begin_part(self):
        """Start the sandbox where there is none: a part must not suffer from the one before."""
        if self._sandbox is not None and not self._sandbox.alive:
            self._end()
        if self._sandbox is not None or self._broken:
            return
        self._sandbox = Sandbox(self._limits, self._with_torch)
        try:
            errors = self._sandbox.ask(self._cells, self._limits.load_seconds)
            self.cell_errors = [_cell_error(error) for error in errors][:20]
        except border.SilenceError:
            self._broken = (
                f"your notebook's cells did not finish within {self._limits.load_seconds:g} s: "
                "is there a loop that does not end, or a long experiment?"
            )
        except border.EndedError:
            self._broken = f"while your notebook's cells were run, {PYTHON_ENDED}"
        except (border.BorderError, *FORGED):
            self._broken = "your notebook's cells disturbed the grader's connection"

    def _ask(self, name, call, arguments, options):
        if self._broken:
            return Failure(f"Nothing could be called: {self._broken}.")
        request = {
            "name": name,
            "call": call,
            "arguments": border.to_plain(arguments),
            "options": border.to_plain(options),
        }
        try:
            reply = self._sandbox.ask(request, self._limits.call_seconds)
        except border.SilenceError:
            return Failure(
                f"`{name}` gave no answer within {self._limits.call_seconds:g} s: is there a "
                "loop that does not end?"
            )
        except border.EndedError:
            return Failure(f"`{name}` was not answered: {PYTHON_ENDED}.")
        except border.BorderError as error:
            return Failure(f"`{name}` returned {error}.")
        try:
            return self._read(name, reply)
        except (border.BorderError, *FORGED):
            return Failure(f"`{name}` returned a value that cannot be read.")

    def _read(self, name, reply):
        (kind,) = reply
        if kind == "value":
            return border.from_plain(reply["value"])
        if kind == "refused":
            return Failure(f"`{name}` returned {str(reply['refused'])[:200]}.")
        if kind == "missing":
            sentence = f"`{name}` is not defined. Was it deleted or renamed?"
            if self.cell_errors:
                sentence += " Look at the cells that stopped with an error."
            return Failure(sentence)
        error = reply["error"]
        if error["kind"] == "NotImplementedError":
            return Failure(f"`{name}` is not written yet: it still raises NotImplementedError.")
        where = f" in line {int(error['line'])} of {error['cell']}" if error["line"] else ""
        text = f": {error['text'][:200]}" if error["text"] else ""
        return Failure(f"`{name}` raised {str(error['kind'])[:60]}{where}{text}")


def _cell_error(error):
    """The sentence about a cell that stopped; "" for one that is not written yet."""
    if error["kind"] == "NotImplementedError":
        return ""
    if error["kind"] == "TookTooLong":
        return f"{error['label']} was stopped: it took too long."
    line = f" in line {int(error['line'])}" if error["line"] else ""
    text = f": {str(error['text'])[:200]}" if error["text"] else ""
    return f"{str(error['label'])[:40]} stopped with {str(error['kind'])[:60]}{line}{text}"
