"""A new module of src comes with a test that imports it, a new experiment with one of its own."""

import ast
from functools import cache

import pytest

from experiments import __main__ as experiments
from tools.book import ROOT

MODULES = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    for path in (ROOT / "src").rglob("*.py")
    if path.name not in ("__init__.py", "__main__.py")
)


# Tested by what uses them alone, and where.
THROUGH_OTHERS = {
    "src.equations.checks": "test_equations_input.py: bad input to every layer",
    "src.equations.states": "test_equations_input.py, test_equations_properties.py",
    "src.equations.torch_weights": "test_equations_input.py: from_torch of every layer",
    "src.modules.checks": "test_modules_input.py: bad input to every module",
    "src.modules.stack": "test_modules_equal_torch.py, test_modules_dropout.py",
    "src.pronounce.words": "test_command.py: the signs and bytes that reach the command",
    "src.tasks.dictionary": "test_stress.py, test_pronunciation.py: the two tasks made of it",
}


def imports(path):
    """Every module that a file names in an import, and every name that it takes from one."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@cache
def named_in_tests():
    """What the tests import, a name of a package standing for the module that it comes from."""
    named = {name for path in (ROOT / "tests").rglob("*.py") for name in imports(path)}
    for package in (ROOT / "src").rglob("__init__.py"):
        folder = package.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for node in ast.walk(ast.parse(package.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                taken = {f"{folder}.{alias.name}" for alias in node.names}
                named |= {node.module} if taken & named else set()
    return named


@pytest.mark.parametrize("module", sorted(set(MODULES) - set(THROUGH_OTHERS)))
def test_a_module_of_src_has_a_test(module):
    folder = "tests/" + "/".join(module.split(".")[1:-1])
    assert module in named_in_tests(), f"write a test of {module} in {folder}"


@pytest.mark.parametrize("name", experiments.names())
def test_an_experiment_has_a_test_of_its_result(name):
    files = (ROOT / "tests" / "experiments").glob("test_*.py")
    named = {module for path in files for module in imports(path)}
    assert f"experiments.{name}" in named, f"write tests/experiments/test_{name}_results.py"


def test_what_is_tested_through_others_is_no_more_than_that():
    assert set(THROUGH_OTHERS) <= set(MODULES)
    assert not set(THROUGH_OTHERS) & named_in_tests()
