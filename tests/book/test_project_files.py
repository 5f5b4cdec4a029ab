"""What the README promises, what Binder installs, what is cited: all must agree with the rest."""

import ast
import json
import re
import subprocess
import sys
import sysconfig
import tomllib
from importlib.metadata import distributions, packages_distributions

import pytest
import yaml
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.book import ROOT, chapters, notebooks

PIN = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
MAKE_COMMAND = re.compile(r"(?:^|`|\s)make ([a-z]+)\b", re.MULTILINE)
# Prose that has a target's form: "make and git", "make sure".
NOT_COMMANDS = {"and", "it", "sure"}


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def pins(name):
    return {package.lower(): version for package, version in PIN.findall(text(name))}


def imported(code):
    """The top-level modules that a piece of Python code imports."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0]


def notebook_code(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    lines = [line for c in cells if c["cell_type"] == "code" for line in c["source"]]
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def test_every_requirement_is_pinned_and_says_why():
    lines = [line for line in text("requirements.txt").splitlines() if line and line[0] != "#"]
    assert lines[-1].startswith("-e .")
    for line in lines[:-1]:
        assert re.match(r"[\w.-]+==\S+ +# \S", line), line


def test_the_environment_is_the_one_that_the_constraints_pin():
    # Not what packages carry inside them, as setuptools does.
    here = distributions(path=[sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    found = {canonicalize_name(d.metadata["Name"]): d.version for d in here}
    for not_pinned in ("gated-recurrent-networks", "pip", "setuptools", "wheel"):
        found.pop(not_pinned, None)
    pinned = {canonicalize_name(name): version for name, version in pins("constraints.txt").items()}
    without_build = {name: Version(version).public for name, version in found.items()}
    assert without_build == pinned, "run `make constraints`, look at the difference, `make setup`"


def test_the_constraints_agree_with_the_requirements():
    pinned = pins("constraints.txt")
    assert pins("requirements.txt").items() <= pinned.items()


def test_binder_has_the_same_versions_and_torch_for_the_cpu():
    binder, ours = pins("binder/requirements.txt"), pins("requirements.txt")
    assert binder.pop("torch") == ours["torch"] + "+cpu"
    assert binder == {package: ours.get(package) for package in binder}
    assert text("binder/requirements.txt").rstrip().endswith("-e .")


def test_binder_has_all_that_the_notebooks_import():
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")]
    sources += [notebook_code(path) for path in notebooks()]
    modules = {module for source in sources for module in imported(source)}
    modules -= sys.stdlib_module_names | {"src", "experiments"}
    distributions = packages_distributions()
    needed = {distributions[module][0].lower() for module in modules}
    come_with_others = {"ipython", "matplotlib-inline", "traitlets"}
    assert needed - come_with_others <= set(pins("binder/requirements.txt"))


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CONTRIBUTING.md",
        "book/index.md",
        "book/front/using-this-book.md",
        ".ci/run",
        ".github/workflows/publish.yml",
    ],
)
def test_every_make_command_that_is_named_exists(name):
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    named = set(MAKE_COMMAND.findall(text(name))) - NOT_COMMANDS
    assert named
    assert named <= targets


def test_make_help_lists_what_the_readme_explains():
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    for command in re.findall(r"^\| `make ([a-z]+)`", text("README.md"), re.MULTILINE):
        assert f"make {command} " in listed


def test_the_readmes_files_exist():
    links = re.findall(r"\]\(([^):]+)\)", text("README.md"))
    links += re.findall(r"^\| `([a-z]+/)` ", text("README.md"), re.MULTILINE)
    links += re.findall(r"\b(?:book|tests)/[\w./-]+", text("README.md"))
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_one_version_everywhere():
    version = tomllib.loads(text("pyproject.toml"))["project"]["version"]
    assert yaml.safe_load(text("CITATION.cff"))["version"] == version
    assert re.search(r"^## (\d\S*)", text("CHANGELOG.md"), re.MULTILINE)[1] == version


def test_the_first_page_links_to_every_chapter_and_to_no_other():
    linked = set(re.findall(r"\]\(([\w/-]+\.ipynb)\)", text("book/index.md")))
    wanted = {str(path.relative_to(ROOT / "book")) for path in chapters()}
    assert not wanted - linked, f"link in book/index.md to {sorted(wanted - linked)}"
    assert not linked - wanted, (
        f"no chapter of _toc.yml: {sorted(linked - wanted)} in book/index.md"
    )


def test_every_reference_is_complete():
    entries = re.findall(r"^@(\w+)\{(\w+),\n(.*?)^\}", text("book/references.bib"), re.M | re.S)
    keys = [key for _, key, _ in entries]
    assert len(keys) == len(set(keys)) == text("book/references.bib").count("\n@")
    for kind, key, body in entries:
        fields = set(re.findall(r"^  (\w+) +=", body, re.MULTILINE))
        assert {"author", "title", "year"} <= fields, key
        assert key.endswith(re.search(r"year +=\s*\{(\d{4})\}", body)[1]), key
        if kind == "article":
            assert "journal" in fields, key
        if kind == "inproceedings":
            assert "booktitle" in fields, key


def test_the_walk_of_one_number_names_what_exists():
    _, _, walk = text("CONTRIBUTING.md").partition("## Follow one number")
    steps = re.findall(r"^\d+\. `(src/\S+)`: (.+)", walk.partition("\n## ")[0], re.MULTILINE)
    assert len(steps) == 10
    for path, sentence in steps:
        for name in re.findall(r"`(?:\w+\.)?(\w+)(?:\([^`]*\))?`", sentence):
            found = re.search(rf"\b{name}\b", text(path))
            assert found, f"{path} has no {name}"
