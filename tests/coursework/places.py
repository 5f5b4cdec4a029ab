"""Homes of other people on this machine: each with a Python and a clone of its own."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from coursework.problems import SOURCE
from coursework.walls import HERE

ORDINARY = 60_999  # an account's number, which needs no entry in /etc/passwd


def copied(source, target):
    """A folder copied by hard links, where the file system allows it."""
    ignore = shutil.ignore_patterns("__pycache__", "site-packages", "test", "tests", "idlelib")
    try:
        shutil.copytree(source, target, copy_function=os.link, ignore=ignore, symlinks=True)
    except (OSError, shutil.Error):
        shutil.copytree(source, target, ignore=ignore, symlinks=True, dirs_exist_ok=True)


def someone(home, linked=False):
    """A home with a Python of its own, a clone and its environment; the environment's Python."""
    prefix, clone = home / ".pyenv/versions/python", home / "lstm gru"
    program = Path(os.path.realpath(sys.executable))
    (prefix / "bin").mkdir(parents=True)
    shutil.copy(program, prefix / "bin" / program.name)
    copied(Path(os.path.realpath(sys.base_prefix), "lib"), prefix / "lib")
    (clone / "coursework").mkdir(parents=True)
    for file in HERE.glob("*.py"):
        shutil.copy(file, clone / "coursework")
    shutil.copytree(SOURCE, clone / "coursework" / "source")
    environment = clone / ".venv"
    if linked:
        environment.symlink_to(home / "envs")
        environment = home / "envs"
    packages = environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    packages = packages / "site-packages"
    packages.mkdir(parents=True)
    for name in ("numpy", "numpy.libs"):
        origin = Path(find_spec("numpy").origin).parents[1] / name
        if origin.is_dir():
            copied(origin, packages / name)
    (environment / "bin").mkdir()
    (environment / "bin" / "python").symlink_to(prefix / "bin" / program.name)
    (environment / "pyvenv.cfg").write_text(f"home = {prefix / 'bin'}\n")
    return clone


def said_by(clone, code, user=None):
    """What a Python in that clone prints as JSON."""
    libraries = f"{clone.parent}/.pyenv/versions/python/lib"
    done = subprocess.run(
        [clone / ".venv/bin/python", "-c", code],
        cwd=clone,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": libraries},
        **({"user": user, "group": user, "extra_groups": []} if user else {}),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
