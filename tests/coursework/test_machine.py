"""A machine that cannot confine code, or cannot earn what is to be earned, grades nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from notebooks import TIGHT, lost

from coursework import sandbox
from coursework.grading import check_reference, grade
from coursework.problems import Problem
from coursework.sandbox import Limits, NoSandboxError, check_machine
from coursework.walls import Way


@pytest.mark.parametrize("name", ["ps1", "ps2", "ps3", "ps4", "ps5", "ps6"])
def test_the_reference_earns_everything_in_this_sandbox(needs_sandbox, name):
    check_reference(Problem(name), Limits())


def test_memory_counts_from_what_the_imports_took(needs_sandbox):
    """As with PyTorch's CUDA build, the imports alone exceed the limit."""
    small = Limits(memory=200_000_000)
    assert lost(grade(Problem("ps4"), Problem("ps4").text.encode(), small)) == {}
    hungry = {"label": "cell 1", "source": "x = bytearray(300_000_000)", "given": False}
    with sandbox.Sandbox(small, with_torch=True) as machine:
        assert machine.ask({"run": hungry, "seconds": 5}, 20)["error"]["kind"] == "MemoryError"


def test_a_reference_that_loses_points_stops_everything(needs_sandbox):
    broken = Problem("ps1")
    broken.text = broken.text.replace("h @ W_h.T + b)", "h @ W_h + b)")
    with pytest.raises(NoSandboxError, match="reference solution of ps1 gets 17 of 20") as caught:
        check_reference(broken, TIGHT)
    assert "W_h is transposed" in str(caught.value)
    with pytest.raises(NoSandboxError, match="gets 0 of 20"):
        check_reference(Problem("ps1"), Limits(total_seconds=0))


@pytest.fixture
def fake_bwrap(tmp_path, monkeypatch):
    """A bubblewrap that says this and ends."""

    def fake(says, version="bubblewrap 0.9.0"):
        program = tmp_path / "bwrap"
        answer = f'[ "$1" = --version ] && echo {version} && exit'
        program.write_text(f'#!/bin/sh\n{answer}\necho "{says}" >&2\nexit 1\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        sandbox.working_way.cache_clear()

    yield fake
    sandbox.working_way.cache_clear()


def test_a_bubblewrap_that_does_not_start_says_why(fake_bwrap):
    fake_bwrap("bwrap: setting up uid map: Permission denied")
    with pytest.raises(NoSandboxError, match="did not start: bwrap: setting up uid map") as caught:
        check_machine()
    assert "the book's page “Teach with it” says how" in str(caught.value)


def test_a_bubblewrap_that_says_nothing_does_not_hang(fake_bwrap, tmp_path):
    fake_bwrap("")
    (tmp_path / "bwrap").write_text("#!/bin/sh\nsleep 30 >/dev/null &\nexit 1\n")
    with pytest.raises(NoSandboxError, match="did not start"):
        sandbox.working_way()


@pytest.mark.parametrize(
    ("setting", "value", "user", "says"),
    [
        ("kernel/apparmor_restrict_unprivileged_userns", "1", 1000, "AppArmor keeps ordinary"),
        ("kernel/unprivileged_userns_clone", "0", 1000, "no user namespaces to ordinary users"),
        ("user/max_user_namespaces", "0", 1000, "no user namespaces to ordinary users"),
        ("none", "", 0, "as an ordinary user, who must be able to read"),
        ("none", "", 1000, "cannot be confined here"),
    ],
)
def test_the_sentence_fits_the_machine(monkeypatch, setting, value, user, says):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(os.path, "exists", lambda path: False)
    monkeypatch.setattr(sandbox, "_setting", lambda name: value if name == setting else "")
    monkeypatch.delenv("container", raising=False)
    assert says in sandbox.advice()


def test_an_old_bubblewrap_is_refused(fake_bwrap):
    fake_bwrap("", "bubblewrap 0.6.1")
    with pytest.raises(NoSandboxError, match=r"0.8 or newer, found 'bubblewrap 0.6.1'"):
        check_machine()


@pytest.mark.parametrize(
    ("installed", "ci", "outcome"),
    [(True, "", "1 failed"), (False, "", "1 skipped"), (False, "true", "1 failed")],
)
def test_a_sandbox_that_does_not_start_is_a_failure_not_a_skip(fake_bwrap, installed, ci, outcome):
    fake_bwrap("bwrap: no")
    path = os.environ["PATH"].partition(":")[0] if installed else "/nonexistent"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "ps1"],
        cwd=Path(__file__).parents[2],
        env={"PATH": path, "CI": ci, "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
    )
    assert outcome in done.stdout, done.stdout + done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="the worker would be an ordinary user's")
def test_a_worker_that_would_be_root_refuses(needs_sandbox, monkeypatch):
    monkeypatch.setattr(sandbox, "unused_user_id", lambda: 0)
    with pytest.raises(NoSandboxError, match="must not run as root"):
        sandbox.Sandbox(TIGHT, False, Way(drop_to=True))
