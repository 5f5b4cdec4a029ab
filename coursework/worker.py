"""Runs inside the sandbox: executes the student's cells, then answers calls with plain values.

From the first line of student code on, nothing that this process says can be trusted. It knows no
expected value, and the grader judges what comes out of it.
"""

import builtins
import os
import resource
import signal
import sys
import traceback


def confine(limits):
    """Limits that this process cannot raise again."""
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["disk"],) * 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def own_channel():
    """Move the connection to the grader away from stdin and stdout, which become /dev/null."""
    reading, writing = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    return reading, writing


class TookTooLong(BaseException):
    """A cell ran longer than it may. No `except Exception` swallows it."""


def on_alarm(signum, frame):
    raise TookTooLong


def without_magics(source):
    """The source without lines that only IPython understands."""
    lines = source.splitlines()
    return "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in lines)


def describe(error):
    """Kind, text and place of an error in the student's code."""
    frames = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in frames if "cell" in frame.filename.partition("/")[0]]
    name = type(error).__name__
    line = frames[-1].lineno if frames else getattr(error, "lineno", None)
    cell = frames[-1].filename if frames else getattr(error, "filename", None)
    return {"kind": name, "text": str(error)[:200], "line": line, "cell": str(cell)[:40]}


def run_cells(cells, namespace, seconds):
    """Execute the cells in order, each for so many seconds at most; an error ends only its cell."""
    errors = []
    signal.signal(signal.SIGALRM, on_alarm)
    for cell in cells:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            exec(compile(without_magics(cell["source"]), cell["label"], "exec"), namespace)
        except BaseException as error:  # SystemExit and KeyboardInterrupt too
            errors.append({"label": cell["label"], **describe(error)})
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return errors


def answer(request, namespace, tensor):
    """The answer to one request: a value, or why there is none."""

    def look_up(name):
        if name not in namespace:
            raise LookupError(name)
        return namespace[name]

    try:
        target = look_up(request["name"])
        if request["call"]:
            arguments = border.from_plain(request["arguments"], tensor, look_up)
            options = border.from_plain(request["options"], tensor, look_up)
            target = target(*arguments, **options)
    except LookupError as error:
        if error.args == (request["name"],):
            return {"missing": request["name"]}
        return {"error": describe(error)}
    except BaseException as error:
        return {"error": describe(error)}
    try:
        return {"value": border.to_plain(target)}
    except BaseException as error:
        return {"refused": str(error)[:200]}


def main():
    reading, writing = own_channel()
    limits = border.read_message(reading)
    tensor = None
    if limits["torch"]:
        import torch

        torch.set_num_threads(1)
        tensor = torch.from_numpy
    else:
        sys.modules["torch"] = None  # its folder is empty: say so at once, not at first use
    confine(limits)
    border.write_message(writing, {"ready": True})

    cells = border.read_message(reading)
    namespace = {"__name__": "__main__", "__builtins__": builtins}
    border.write_message(writing, run_cells(cells, namespace, limits["cell_seconds"]))
    while True:
        message = answer(border.read_message(reading), namespace, tensor)
        try:
            border.write_message(writing, message)
        except border.BorderError as error:
            border.write_message(writing, {"refused": str(error)})


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    folder, packages = sys.argv[1:]
    sys.path += [folder, packages]
    import border

    main()
