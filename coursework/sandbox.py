"""A process for student code: no network, no other process, no file but the Python it needs.

bubblewrap makes the walls (namespaces, an empty file system with a read-only Python in it), a
seccomp filter forbids to start processes, and the worker limits its own memory, time and file
size before it sees a line of student code.
"""

import os
import platform
import re
import shutil
import struct
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from coursework import border

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).resolve().parent
OLDEST_BWRAP = (0, 8)
ENVIRONMENT = {
    "HOME": "/home",
    "TMPDIR": "/home",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "agg",
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
STARTUP_SECONDS = 120  # imports on a busy machine; no student code runs yet


class NoSandboxError(Exception):
    """This machine cannot confine student code, so nothing is graded."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes:
        memory: bytes of address space.
        disk: bytes of its temporary home, and of a file.
        cpu_seconds: CPU time of a process.
        cell_seconds: one cell of the notebook.
        load_seconds: all cells of the notebook.
        call_seconds: one call of a student's function.
    """

    memory: int = 1_500_000_000
    disk: int = 32_000_000
    cpu_seconds: int = 120
    cell_seconds: float = 10.0
    load_seconds: float = 30.0
    call_seconds: float = 10.0


# System calls, by machine: (AUDIT_ARCH, clone, clone3, those that student code never needs).
# Without fork there is one process, so that its limits are the submission's; memfd, shared
# memory and sockets would hold memory outside them; the rest has opened sandboxes before.
_CALLS = {
    "x86_64": (
        0xC000003E,
        56,
        435,
        # fork vfork memfd_create socket socketpair shmget mq_open ptrace unshare setns mount
        # add_key request_key keyctl perf_event_open bpf userfaultfd io_uring_setup memfd_secret
        (57, 58, 319, 41, 53, 29, 240, 101, 272, 308, 165, 248, 249, 250, 298, 321, 323, 425, 447),
    ),
    "aarch64": (
        0xC00000B7,
        220,
        435,
        (279, 198, 199, 194, 180, 117, 97, 268, 40, 217, 218, 219, 241, 280, 282, 425, 447),
    ),
}


def seccomp_filter(machine):
    """The filter as a program for the kernel: threads are allowed, processes are not.

    Raises:
        NoSandboxError: the numbers of this machine's system calls are not known here.
    """
    if machine not in _CALLS:
        raise NoSandboxError(f"Grading runs on x86_64 and aarch64, not on {machine}.")
    arch, clone, clone3, forbidden = _CALLS[machine]
    load, equal, any_bit, give = 0x20, 0x15, 0x45, 0x06
    kill, allow, not_permitted, no_such_call = 0x80000000, 0x7FFF0000, 0x00050001, 0x00050026
    clone_thread, x32 = 0x00010000, 0x40000000

    program = [(load, 4, 0, 0), (equal, arch, 1, 0), (give, kill, 0, 0), (load, 0, 0, 0)]
    program += [(any_bit, x32, 0, 1), (give, kill, 0, 0)]
    for number in forbidden:
        program += [(equal, number, 0, 1), (give, not_permitted, 0, 0)]
    # clone3 hides its flags from the filter; "no such call" makes glibc fall back to clone.
    program += [(equal, clone3, 0, 1), (give, no_such_call, 0, 0)]
    program += [(equal, clone, 0, 3), (load, 16, 0, 0)]
    program += [(any_bit, clone_thread, 1, 0), (give, not_permitted, 0, 0), (give, allow, 0, 0)]
    return b"".join(struct.pack("=HBBI", code, yes, no, k) for code, k, yes, no in program)


def packages_folder():
    """The folder of the installed packages."""
    return sysconfig.get_paths()["purelib"]


def command(limits, with_torch, seccomp):
    """The command line of bubblewrap and the worker behind it.

    Args:
        limits: `Limits`.
        with_torch: whether the problem set may use PyTorch; elsewhere it is hidden.
        seccomp: file descriptor that holds the filter.
    """
    python = os.path.realpath(sys.executable)
    prefix, packages = os.path.realpath(sys.base_prefix), packages_folder()
    mounts = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib64", "lib32"):
        if os.path.islink(f"/{name}"):
            mounts += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
        elif os.path.isdir(f"/{name}"):
            mounts += ["--ro-bind", f"/{name}", f"/{name}"]
    mounts += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    if not Path(prefix).is_relative_to("/usr"):
        mounts += ["--ro-bind", prefix, prefix]
    # Should the repository lie inside what is mounted, it disappears again.
    mounts += ["--tmpfs", str(ROOT), "--ro-bind", packages, packages, "--remount-ro", str(ROOT)]
    if not with_torch and os.path.isdir(f"{packages}/torch"):
        mounts += ["--tmpfs", f"{packages}/torch", "--remount-ro", f"{packages}/torch"]
    for name in ("worker.py", "border.py"):
        mounts += ["--ro-bind", str(HERE / name), f"/grader/{name}"]
    size = ["--size", str(limits.disk)]
    return [
        shutil.which("bwrap") or "bwrap",
        *("--unshare-all", "--unshare-user", "--disable-userns", "--uid", "65534"),
        *("--gid", "65534", "--cap-drop", "ALL", "--die-with-parent", "--new-session"),
        *("--hostname", "sandbox", "--clearenv"),
        *mounts,
        *("--proc", "/proc", "--dev", "/dev"),
        *size,
        *("--tmpfs", "/dev/shm", "--remount-ro", "/dev"),
        *size,
        *("--tmpfs", "/home", "--chdir", "/home", "--dir", "/tmp", "--remount-ro", "/"),
        *(word for name, value in ENVIRONMENT.items() for word in ("--setenv", name, value)),
        *("--seccomp", str(seccomp)),
        *(python, "-I", "-S", "-B", "/grader/worker.py", "/grader", packages),
    ]


class Sandbox:
    """One worker behind its walls. Use it in a `with`; leaving it ends the process.

    Args:
        limits: `Limits`.
        with_torch: whether PyTorch is there.

    Raises:
        NoSandboxError: the worker did not come up, which is no student's fault.
    """

    def __init__(self, limits, with_torch):
        reading, writing = os.pipe()
        os.write(writing, seccomp_filter(platform.machine()))
        os.close(writing)
        try:
            self.process = subprocess.Popen(
                command(limits, with_torch, reading),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[reading],
                env={},
                cwd="/",
            )
        except OSError as error:
            raise NoSandboxError(f"bubblewrap could not be started: {error}") from error
        finally:
            os.close(reading)
        self.alive = True
        settings = {**vars(limits), "torch": with_torch}
        try:
            self.ask(settings, STARTUP_SECONDS)
        except border.BorderError as error:
            self.close()
            said = self.process.stderr.read().decode("utf-8", "replace").strip()
            raise NoSandboxError(f"The sandbox did not start: {said or error}") from error

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()

    def ask(self, message, seconds):
        """Send a message, return the answer.

        Raises:
            border.SilenceError, border.EndedError, border.BorderError: there is none; the worker is
                ended, since what it would say next would answer the wrong question.
        """
        if not self.alive:
            raise border.EndedError("the connection is closed")
        try:
            border.write_message(self.process.stdin.fileno(), message, seconds)
            return border.read_message(self.process.stdout.fileno(), seconds)
        except border.BorderError:
            self.close()
            raise

    def close(self):
        """End the worker and everything inside: with its first process the namespace goes."""
        self.alive = False
        self.process.kill()
        self.process.wait()


def check_machine():
    """Raise `NoSandboxError`, with what to do, unless student code can be confined here."""
    if sys.platform != "linux" or shutil.which("bwrap") is None:
        raise NoSandboxError(
            "Grading needs Linux and bubblewrap (Debian, Ubuntu: sudo apt-get install "
            "bubblewrap). On macOS or Windows grade in a Linux virtual machine or container."
        )
    said = subprocess.run(["bwrap", "--version"], capture_output=True, text=True).stdout
    version = tuple(int(number) for number in re.findall(r"\d+", said)[:2])
    if version < OLDEST_BWRAP:
        raise NoSandboxError(f"Grading needs bubblewrap 0.8 or newer, found {said.strip()!r}.")
    with Sandbox(Limits(), with_torch=False):
        pass
