"""Runs inside the sandbox: the cells of a notebook as Jupyter would run them, as far as they go.

A cell that is no Python goes through IPython's own transformer. `display`, `get_ipython`, magics
and shell lines are there and do nothing, except that `%time` and `%%time` run their code. A
library that is missing costs the line that imports it.
"""

import ast
import builtins
import codeop
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from types import FrameType, ModuleType
from typing import Any

RUN_BY_MAGIC = ("time", "prun", "capture")


class TookTooLong(BaseException):
    """Code ran longer than it may. No `except Exception` swallows it."""


class Alarm:
    """Calls an action and stops it: `TookTooLong` rises in it, and again, if it goes on."""

    def __init__(self) -> None:
        self.armed = False
        signal.signal(signal.SIGALRM, self._ring)

    def _ring(self, signum: int, frame: FrameType | None) -> None:
        if self.armed:
            raise TookTooLong

    def within(self, seconds: float, action: Callable[[], object]) -> object:
        """What the action returns, if it does within so many seconds."""
        self.armed = True
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
        try:
            return action()
        finally:
            self.off()

    def off(self) -> None:
        """No action is running any more."""
        self.armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)


class NoTorch:
    """Finds no PyTorch, in a set that does without it, and says so as for any missing library."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> None:
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


class Shell:
    """Stands for IPython's shell: what has no place in a grader does nothing."""

    def __init__(self, space: dict[str, Any]) -> None:
        self.user_ns = space

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *arguments, **options: None

    def getoutput(self, *arguments: object, **options: object) -> list[str]:
        return []

    def run_line_magic(self, name: str, line: str, *arguments: object, **options: object) -> None:
        if name in RUN_BY_MAGIC:
            exec(python_of(line), self.user_ns)

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        if name in RUN_BY_MAGIC:
            exec(python_of(cell), self.user_ns)


def python_of(source: str) -> str:
    """A cell's text as Python: as it is, or else as IPython reads it."""
    try:
        ast.parse(source)
        return source
    except (SyntaxError, ValueError):
        pass
    from IPython.core.inputtransformer2 import TransformerManager

    return TransformerManager().transform_cell(source)


class Notebook:
    """The names of a notebook, and what its cells did.

    Args:
        alarm: `Alarm`.
    """

    def __init__(self, alarm: Alarm) -> None:
        self.alarm = alarm
        self.space: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        # What given cells define, for the grader's own use: no student's name replaces these.
        self.given: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
        self.defined: set[str] = set()
        shell = Shell(self.space)
        vars(builtins)["get_ipython"] = lambda: shell
        vars(builtins)["display"] = lambda *arguments, **options: None
        self.compile = codeop.Compile()  # remembers `from __future__` from cell to cell

    def run(self, cell: dict, seconds: float) -> dict:
        """Run a cell for so many seconds at most: what stopped it, and which imports failed."""
        missing: list[dict] = []
        try:
            self.alarm.within(seconds, lambda: self._run(cell, self.space, missing))
            if cell.get("given"):
                self._run(cell, self.given, missing)
                self.defined = set(self.given)
        except BaseException as error:  # SystemExit and KeyboardInterrupt too
            self.alarm.off()
            return {"error": describe(error), "missing": missing}
        return {"error": None, "missing": missing}

    def _run(self, cell: dict, space: dict[str, Any], missing: list[dict]) -> None:
        tree = ast.parse(python_of(cell["source"]), cell["label"])
        for statement in tree.body:
            module: Any = ast.Module([statement], [])  # the stubs know of text alone
            code = self.compile(module, cell["label"], "exec")
            try:
                exec(code, space)
            except ImportError as error:
                if not isinstance(statement, (ast.Import, ast.ImportFrom)):
                    raise
                missing.append({"line": statement.lineno, "text": str(error)[:200]})
            if getattr(space.get("get_ipython"), "__module__", "") == "IPython.core.getipython":
                del space["get_ipython"]  # it finds no IPython here; ours is a builtin

    def look_up(self, name: str) -> object:
        """A given object, or one of the student's; or an expression of given names.

        Raises:
            LookupError: there is none.
        """
        if name in self.defined:
            self.given.update((k, v) for k, v in self.space.items() if k not in self.defined)
            return self.given[name]
        if name in self.space:
            return self.space[name]
        if name.isidentifier():
            raise LookupError(name)
        return eval(name, self.given)


def describe(error: BaseException) -> dict:
    """Kind, text and place of an error in the student's code."""
    trace = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in trace if "cell" in frame.filename.partition("/")[0]]
    line, cell = (frames[-1].lineno, frames[-1].filename) if frames else (None, "")
    if not frames and isinstance(error, SyntaxError):
        line, cell = error.lineno, str(error.filename)
    try:
        text = str(error)[:200]
    except BaseException:  # a student's own __str__
        text = ""
    return {"kind": type(error).__name__[:60], "text": text, "line": line, "cell": cell[:40]}


def hide_torch() -> None:
    """Make `import torch` fail as for a library that is not installed."""
    sys.meta_path.insert(0, NoTorch())
