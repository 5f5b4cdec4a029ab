"""The walls around student code: what bubblewrap shows it, and under which user id.

    /usr /bin /lib     the system's libraries, read-only
    /python            the Python that runs this, read-only, wherever it lies
    /site-packages     the folders of NumPy and PyTorch, read-only, wherever they lie
    /grader            the worker
    /home              empty, small and writable; gone with the submission

There is no /proc and no /sys, so that no setting of the kernel and no other process can be reached,
and a container that may not mount them can grade. /dev holds what cannot do harm.
"""

import itertools
import os
import pwd
import shutil
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).resolve().parent
ENVIRONMENT = {
    "HOME": "/home",
    "TMPDIR": "/home",
    "LANG": "C.UTF-8",
    "LD_LIBRARY_PATH": "/python/lib",
    "MPLBACKEND": "agg",
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
FOLDERS = ("/etc", "/dev", "/proc", "/tmp", "/python", "/python/bin", "/site-packages", "/grader")
WORKER = ("worker.py", "cells.py", "border.py")
# From the first that no account has; where they end, they begin again.
_USER_IDS = itertools.cycle(range(61_000, 65_000))


class Way(NamedTuple):
    """How a sandbox gets a user id without rights.

    Attributes:
        start_as: a root process starts bubblewrap as an unused user.
        drop_to: bubblewrap builds the walls as root, and the worker drops to an unused user.
    """

    start_as: bool = False
    drop_to: bool = False


def ways() -> list[Way]:
    """What this process can try: an ordinary user has one way, root has two.

    A root process that lets bubblewrap build the walls reads a Python that only root can reach
    (below /root), but needs CAP_SYS_ADMIN; started as another user it needs user namespaces.
    """
    return [Way()] if os.geteuid() else [Way(drop_to=True), Way(start_as=True)]


def unused_user_id() -> int:
    """The next user id, of those reserved for short use, that no account has."""
    while True:
        number = next(_USER_IDS)
        try:
            pwd.getpwuid(number)
        except KeyError:
            return number


def packages_folders() -> list[str]:
    """The folders that NumPy and, where it is installed, PyTorch are imported from."""
    specs = [find_spec(name) for name in ("numpy", "torch")]
    files = [spec.origin for spec in specs if spec and spec.origin]
    return list(dict.fromkeys(str(Path(file).parents[1]) for file in files))


def _python() -> tuple[str, list[tuple[str, str]]]:
    """The interpreter's path inside, and (outside, inside) of what it needs."""
    program, prefix = os.path.realpath(sys.executable), os.path.realpath(sys.base_prefix)
    if Path(prefix).is_relative_to("/usr"):
        return program, []
    libraries = [name for name in ("lib", "lib64") if os.path.isdir(f"{prefix}/{name}")]
    shown = [(f"{prefix}/{name}", f"/python/{name}") for name in libraries]
    return "/python/bin/python", [(program, "/python/bin/python"), *shown]


def _covered(shown: list[tuple[str, str]]) -> list[str]:
    """Where this repository and Python's own packages would be seen inside."""
    base = {"base": sys.base_prefix, "platbase": sys.base_prefix}
    places = (str(ROOT), os.path.realpath(sysconfig.get_path("purelib", vars=base)))
    return [
        os.path.normpath(os.path.join(inside, os.path.relpath(place, outside)))
        for place in places
        for outside, inside in shown
        if Path(place).is_relative_to(outside) and os.path.isdir(place)
    ]


def _mounts(with_torch: bool, python: list[tuple[str, str]]) -> list[str]:
    """The read-only part of the file system."""
    links, shown = [], [("/usr", "/usr"), *python]
    for name in ("bin", "lib", "lib64", "lib32"):
        if os.path.islink(f"/{name}"):
            links += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
        elif os.path.isdir(f"/{name}"):
            shown.append((f"/{name}", f"/{name}"))
    covered = _covered(shown)
    packages = [(folder, f"/site-packages/{k}") for k, folder in enumerate(packages_folders())]
    if not with_torch:
        covered += [f"{at}/torch" for folder, at in packages if os.path.isdir(f"{folder}/torch")]
    shown += packages
    shown += [(str(HERE / name), f"/grader/{name}") for name in WORKER]
    words = [word for pair in shown for word in ("--ro-bind", *pair)]
    words += [word for each in covered for word in ("--tmpfs", each, "--remount-ro", each)]
    return words + links


def command(
    disk: int, with_torch: bool, seccomp: int, randomness: int, drop_to: int | None
) -> list[str]:
    """The command line of bubblewrap and of the worker inside.

    Args:
        disk: bytes that fit into /home.
        with_torch: whether the problem set may use PyTorch; elsewhere it is hidden.
        seccomp: file descriptor that holds the filter.
        randomness: file descriptor that holds what /dev/urandom shows.
        drop_to: user id that the worker takes on; None where bubblewrap is not root.
    """
    program, python = _python()
    if drop_to is None:
        # Further user namespaces are kept away by seccomp; --disable-userns would need to write to
        # /proc/sys, which containers mount read-only.
        rights = ["--unshare-user", "--uid", "65534", "--gid", "65534"]
    else:
        rights = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    packages = [f"/site-packages/{k}" for k, _ in enumerate(packages_folders())]
    return [
        shutil.which("bwrap") or "bwrap",
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"),
        *("--unshare-cgroup-try", "--cap-drop", "ALL", *rights, "--die-with-parent"),
        *("--new-session", "--hostname", "sandbox", "--clearenv"),
        # bubblewrap makes a folder above a mount for its owner only, unless it is named first.
        *(word for each in FOLDERS for word in ("--perms", "0755", "--dir", each)),
        *_mounts(with_torch, python),
        *("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"),
        *("--ro-bind-try", "/proc/cpuinfo", "/proc/cpuinfo"),  # PyTorch looks for vector units
        *("--dev-bind", "/dev/null", "/dev/null"),
        *("--perms", "0444", "--ro-bind-data", str(randomness), "/dev/urandom"),
        *("--perms", "0777", "--size", str(disk), "--tmpfs", "/home"),
        *("--chdir", "/home", "--remount-ro", "/"),
        *(word for name, value in ENVIRONMENT.items() for word in ("--setenv", name, value)),
        *("--seccomp", str(seccomp)),
        *(program, "-I", "-S", "-B", "/grader/worker.py", str(drop_to or 0), *packages),
    ]
