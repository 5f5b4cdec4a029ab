"""Runs inside the sandbox: executes the student's cells, then answers calls with plain values.

From the first line of student code on, nothing that this process says can be trusted. It knows no
expected value, and the grader judges what comes out of it.
"""

import mmap
import os
import resource
import sys


def drop_rights(user: int) -> None:
    """Become a user that owns nothing, where bubblewrap was started by root."""
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    if 0 in (*os.getresuid(), *os.getresgid()):
        raise PermissionError("student code must not run as root")


def address_space() -> int:
    """Bytes of address space in use, found by trying: there is no /proc to ask."""
    old, hard = resource.getrlimit(resource.RLIMIT_AS)
    low, high = 0, 1 << 47 if hard == resource.RLIM_INFINITY else hard
    while high - low > mmap.PAGESIZE:
        middle = (low + high) // 2
        try:
            resource.setrlimit(resource.RLIMIT_AS, (middle, hard))
            mmap.mmap(-1, mmap.PAGESIZE).close()
            high = middle
        except (OSError, ValueError, MemoryError):
            low = middle
    resource.setrlimit(resource.RLIMIT_AS, (old, hard))
    return high


def confine(limits: dict) -> None:
    """Limits that this process cannot raise again."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"],) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["disk"],) * 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_NPROC, (limits["threads"],) * 2)
    memory, hard = address_space() + limits["memory"], resource.getrlimit(resource.RLIMIT_AS)[1]
    memory = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def own_channel() -> tuple[int, int]:
    """Move the connection to the grader away from stdin and stdout, which become /dev/null."""
    reading, writing = os.dup(0), os.dup(1)
    silence(0, 1)
    return reading, writing


def silence(*descriptors: int) -> None:
    """Lead these nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def answer(request: dict, notebook: "cells.Notebook", tensor: object) -> dict:
    """The answer to one request: a value, or why there is none."""
    try:
        target = notebook.look_up(request["name"])
    except LookupError:
        return {"missing": request["name"]}
    try:
        changed = False
        if request["call"]:
            given = request["arguments"], request["options"]
            arguments, options = (border.from_plain(x, tensor, notebook.look_up) for x in given)
            target = notebook.alarm.within(
                request["seconds"], lambda: target(*arguments, **options)
            )
            if request["unchanged"]:
                changed = border.to_plain(arguments) != given[0]
    except BaseException as error:
        notebook.alarm.off()
        return {"error": cells.describe(error)}
    try:
        return {"changed": True} if changed else {"value": border.to_plain(target)}
    except BaseException as error:
        return {"refused": str(error)[:200]}


def main() -> None:
    reading, writing = own_channel()
    limits = border.read_message(reading)
    tensor = None
    if limits["torch"]:
        import torch

        torch.set_num_threads(1)
        tensor = torch.from_numpy
    else:
        cells.hide_torch()
    notebook = cells.Notebook(cells.Alarm())
    confine(limits)
    silence(2)
    border.write_message(writing, {"ready": True})
    while True:
        request = border.read_message(reading)
        if "run" in request:
            message = notebook.run(request["run"], request["seconds"])
        else:
            message = answer(request, notebook, tensor)
        try:
            border.write_message(writing, message)
        except border.BorderError as error:
            border.write_message(writing, {"refused": str(error)})


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    drop_rights(int(sys.argv[1]))
    sys.path += [os.path.dirname(__file__), *sys.argv[2:]]
    import border
    import cells

    main()
