"""A process for student code: no network, no other process, no file but the Python it needs.

bubblewrap makes the walls (`walls`), a seccomp filter forbids to start processes (`seccomp`), and
the worker limits its own memory, time and file size before it sees a line of student code.
"""

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from coursework import border
from coursework.seccomp import NoSandboxError, seccomp_filter
from coursework.walls import ROOT, Way, command, unused_user_id, ways

OLDEST_BWRAP = (0, 8)
STARTUP_SECONDS = 120  # imports on a busy machine; no student code runs yet
GRACE_SECONDS = 3.0  # the worker stops what takes too long; if it does not answer, it is ended
INSTALL = (
    "Grading needs Linux and bubblewrap (Debian, Ubuntu: sudo apt-get install bubblewrap). On "
    "macOS or Windows grade in a Linux virtual machine or container."
)
PAGE = "the book's page “Teach with it” says how"


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes:
        memory: bytes of address space, beside what Python and its libraries take.
        disk: bytes of its temporary home, and of a file.
        threads: threads at a time.
        cpu_seconds: CPU time of a process.
        cell_seconds: one cell of the notebook.
        load_seconds: all cells of the notebook; after that, `spare_seconds` for what is left.
        spare_seconds: all cells that come after `load_seconds` are used up, a second for each.
        call_seconds: one call of a student's function.
        part_seconds: all calls of a part.
        total_seconds: everything; honest work cannot reach it.
    """

    memory: int = 1_500_000_000
    disk: int = 32_000_000
    threads: int = 32
    cpu_seconds: int = 150
    cell_seconds: float = 10.0
    load_seconds: float = 30.0
    spare_seconds: float = 5.0
    call_seconds: float = 10.0
    part_seconds: float = 15.0
    total_seconds: float = 240.0


def _pipe(data: bytes) -> int:
    """A file descriptor to read these few bytes from."""
    reading, writing = os.pipe()
    os.write(writing, data)
    os.close(writing)
    return reading


class Sandbox:
    """One worker inside its walls. Use it in a `with`; leaving it ends the process.

    Args:
        limits: `Limits`.
        with_torch: whether PyTorch is there.
        way: how it gets a user id without rights; found out where it is None.

    Raises:
        NoSandboxError: the worker did not come up, which is no student's fault.
    """

    def __init__(self, limits: Limits, with_torch: bool, way: Way | None = None) -> None:
        if shutil.which("bwrap") is None:
            raise NoSandboxError(INSTALL)
        way = way or working_way()
        user = unused_user_id() if way.start_as or way.drop_to else None
        as_user: dict[str, Any] = (
            {"user": user, "group": user, "extra_groups": []} if way.start_as else {}
        )
        given = (_pipe(seccomp_filter(platform.machine())), _pipe(os.urandom(4096)))
        try:
            self.process = subprocess.Popen(
                command(limits.disk, with_torch, *given, user if way.drop_to else None),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=given,
                env={},
                cwd="/",
                start_new_session=True,
                **as_user,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise NoSandboxError(f"bubblewrap could not be started: {error}") from error
        finally:
            for descriptor in given:
                os.close(descriptor)
        self.alive = True
        try:
            self.ask({**vars(limits), "torch": with_torch}, STARTUP_SECONDS)
        except border.BorderError as error:
            os.set_blocking(self.process.stderr.fileno(), False)  # what hangs may hold it open
            said = (self.process.stderr.read() or b"").decode("utf-8", "replace").strip()
            self.__exit__()
            last = said.splitlines()[-1] if said else str(error)
            raise NoSandboxError(f"The sandbox did not start: {last}.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()

    def ask(self, message: object, seconds: float) -> Any:
        """Send a message, return the answer.

        Raises:
            border.SilenceError, border.EndedError, border.BorderError: there is none; the worker is
                ended, since what it would say next would answer the wrong question.
        """
        if not self.alive:
            raise border.EndedError("the connection is closed")
        try:
            border.write_message(self.process.stdin.fileno(), message, seconds)
            return border.read_message(self.process.stdout.fileno(), seconds, border.ITEMS)
        except border.BorderError:
            self.close()
            raise

    def close(self) -> None:
        """End the worker and everything inside: with its first process the namespace goes."""
        self.alive = False
        if self.process.returncode is None:
            with suppress(ProcessLookupError):  # also what bubblewrap has not yet moved inside
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@cache
def working_way() -> Way:
    """The first way in which a sandbox starts here.

    Raises:
        NoSandboxError: there is none; with what to do.
    """
    said = []
    for way in ways():
        try:
            with Sandbox(Limits(), with_torch=False, way=way):
                return way
        except NoSandboxError as error:
            said.append(str(error))
    raise NoSandboxError(" ".join([*dict.fromkeys(said), advice()]).strip())


def _setting(name: str) -> str:
    """A setting of the kernel, "" where there is none."""
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""


def advice() -> str:
    """What to do on a machine where bubblewrap is installed and does not start."""
    if os.geteuid() and _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            "AppArmor keeps ordinary users of this Ubuntu from bubblewrap. Install the profile "
            f"that allows it ({PAGE}); do not grade with sudo."
        )
    if os.geteuid() and "0" in (
        _setting("kernel/unprivileged_userns_clone"),
        _setting("user/max_user_namespaces"),
    ):
        return (
            "This kernel gives no user namespaces to ordinary users. An administrator can allow "
            f"them ({PAGE}); do not grade with sudo."
        )
    if any(map(os.path.exists, ("/.dockerenv", "/run/.containerenv"))) or "container" in os.environ:
        return f"This is a container, which must be allowed to create namespaces: {PAGE}."
    if os.geteuid() == 0:
        return (
            f"Run `make grade` as an ordinary user, who must be able to read {ROOT} and "
            f"{sys.base_prefix}: {PAGE}."
        )
    return f"Student code cannot be confined here, so that nothing is graded: {PAGE}."


def check_machine() -> None:
    """Raise `NoSandboxError`, with what to do, unless student code can be confined here."""
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        raise NoSandboxError(INSTALL)
    said = subprocess.run(["bwrap", "--version"], capture_output=True, text=True).stdout
    version = tuple(int(number) for number in re.findall(r"\d+", said)[:2])
    if version < OLDEST_BWRAP:
        raise NoSandboxError(f"Grading needs bubblewrap 0.8 or newer, found {said.strip()!r}.")
    working_way()
