"""What student code can reach from inside, as root's and as an ordinary user's submission."""

import os
import subprocess

import pytest
from places import ORDINARY, said_by

from coursework.walls import ways

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

# Student code: whatever can be opened for writing or made; what it is; how many threads it gets.
INSIDE = """
import os, stat, threading

def writable():
    "Every file that opens for writing, every folder in which a file can be made; home left out."
    found = []
    for where, folders, files in os.walk("/"):
        if where.startswith("/home"):
            continue
        for name in files:
            path = os.path.join(where, name)
            try: os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
            except OSError: continue
            found.append(os.path.realpath(path))
        try: os.close(os.open(os.path.join(where, "made"), os.O_WRONLY | os.O_CREAT))
        except OSError: continue
        found.append(where)
    return sorted(set(found))

def kernel():
    "Settings that must not open, whatever a walk finds."
    opened = []
    for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/mem",
                 "/proc/1/mem", "/sys/kernel/uevent_helper", "/dev/mem", "/dev/kmsg", "/dev/vda",
                 "/sys/fs/cgroup/cgroup.procs", "/dev/tty", "/dev/ptmx", "/dev/urandom"):
        try: os.close(os.open(path, os.O_WRONLY))
        except OSError: continue
        opened.append(path)
    return opened

def ids(): return [*os.getresuid(), *os.getresgid(), *os.getgroups()]

def more_namespaces():
    "What unshare and clone say to a process that wants a user namespace, alone or with a thread."
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    user, thread = 0x10000000, 0x00010000 | 0x800 | 0x100
    clone = 56 if os.uname().machine == "x86_64" else 220
    return [libc.unshare(user), libc.syscall(clone, user, 0, 0, 0, 0),
            libc.syscall(clone, user | thread, 0, 0, 0, 0)]

def becomes_root():
    try: os.setuid(0)
    except OSError: return False
    return True

def threads():
    threading.stack_size(32768)
    stop, count = threading.Event(), 0
    try:
        while count < 20000:
            threading.Thread(target=stop.wait, daemon=True).start()
            count += 1
    except RuntimeError: pass
    stop.set()
    return count
"""

LOOK = f"""
import json
from coursework import sandbox, walls
from coursework.student import Student
limits = sandbox.Limits(call_seconds=60, part_seconds=200)
with Student([{{"label": "cell 1", "source": {INSIDE!r}}}], limits, False) as student:
    student.begin_part()
    found = {{name: getattr(student, name)() for name in
             ("writable", "kernel", "ids", "becomes_root", "more_namespaces", "threads")}}
    found = {{key: getattr(value, "sentence", value) for key, value in found.items()}}
    found["outside"] = [
        line.split()[1:] for child in open(
            f"/proc/{{student._sandbox.process.pid}}/task/{{student._sandbox.process.pid}}/children"
        ).read().split() for grandchild in open(
            f"/proc/{{child}}/task/{{child}}/children").read().split()
        for line in open(f"/proc/{{grandchild}}/status") if line.startswith("Uid")
    ]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def clone(account):
    return account("/tmp")


@pytest.mark.parametrize("user", [None, pytest.param(ORDINARY, marks=AS_ROOT)])
def test_nothing_outside_can_be_written_and_nobody_is_root(clone, needs_sandbox, user):
    found = said_by(clone, LOOK, user)
    assert found["writable"] == ["/dev/null"]
    assert found["kernel"] == []
    assert 0 not in found["ids"]
    assert found["becomes_root"] is False
    assert found["more_namespaces"] == [-1, -1, -1]
    (uids,) = found["outside"]
    assert "0" not in uids, "the worker's user outside"
    assert found["threads"] < 64


@AS_ROOT
@pytest.mark.parametrize("way", ways())
def test_root_has_two_ways_to_an_unused_user(clone, needs_sandbox, way):
    forced = LOOK.replace("limits =", f"sandbox.working_way = lambda: walls.{way!r}\nlimits =")
    found = said_by(clone, forced)
    assert found["writable"] == ["/dev/null"]
    assert 0 not in found["ids"]
    assert "0" not in found["outside"][0]


@AS_ROOT
def test_a_container_with_a_masked_proc_grades(clone, needs_sandbox):
    """As Docker masks it: an ordinary user there may not mount a /proc of its own."""
    script = f"""
        mount -t proc proc /proc
        mount -t tmpfs tmpfs /proc/acpi 2>/dev/null || mount -t tmpfs tmpfs /proc/tty
        mount --bind /dev/null /proc/timer_list
        mount --bind -o ro /proc/sys /proc/sys
        mount -o remount,bind,ro /proc/sys
        exec setpriv --reuid {ORDINARY} --regid {ORDINARY} --clear-groups "$@"
    """
    env = {"PATH": os.environ["PATH"]}
    env["LD_LIBRARY_PATH"] = f"{clone.parent}/.pyenv/versions/python/lib"
    command = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", script, "sh"]
    own_proc = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"]
    masked = subprocess.run([*command, *own_proc], capture_output=True, text=True, env=env)
    assert "Can't mount proc" in masked.stderr, "the mask does not do what Docker's does"
    done = subprocess.run(
        [*command, str(clone / ".venv/bin/python"), "-c", LOOK],
        cwd=clone,
        capture_output=True,
        text=True,
        env=env,
    )
    assert done.returncode == 0, done.stderr
