"""A way out of the page: the repository's address, and notebooks that run where they are put."""

import json
import shutil
import subprocess
import sys

import pytest

from tools.book import ROOT, chapters
from tools.website import notebooks, repository

SOURCES = [path.relative_to(ROOT).as_posix() for path in chapters()]
PLACE = "book/1-memory"
# An interpreter of this environment that does not know the book's own package.
STRANGER = f"""
import os, sys
sys.meta_path[:] = [one for one in sys.meta_path if "editable" not in repr(one).lower()]
sys.path[:] = [one for one in sys.path if one != {str(ROOT)!r} and "editable" not in one]
"""
ASKS = """
import src.equations
print(src.equations.__file__)
print(os.getcwd())
"""


def run(code, folder):
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)


@pytest.fixture
def published(tmp_path):
    """The book's code in a repository of its own, as a host would have it."""
    folder = tmp_path / "host"
    for name in ("src", "binder", "book/1-memory"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "all"]):
        subprocess.run([*git, *command], check=True)
    return folder


def test_in_an_empty_folder_the_first_cell_fetches_the_book(published, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    cell = notebooks.first_cell(str(published), PLACE, "unroll.ipynb")
    for _ in range(2):  # the second time it is there
        answer = run(STRANGER + cell + ASKS, empty)
        assert answer.returncode == 0, answer.stderr
        where, now = answer.stdout.split()
        assert where.startswith(str(empty / notebooks.FOLDER))
        assert now == str(empty / notebooks.FOLDER / PLACE)


def test_inside_the_book_the_first_cell_does_nothing(tmp_path):
    cell = notebooks.first_cell("https://example.org/nowhere", PLACE, "unroll.ipynb")
    answer = run(cell + ASKS, ROOT / PLACE)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.split()[1] == str(ROOT / PLACE)
    assert not (ROOT / PLACE / notebooks.FOLDER).exists()


def test_without_an_address_it_says_what_is_missing(tmp_path):
    answer = run(STRANGER + notebooks.first_cell("", PLACE, "unroll.ipynb"), tmp_path)
    assert answer.returncode != 0
    assert "get a copy of the book's repository" in answer.stderr
    assert "book/1-memory/unroll.ipynb" in answer.stderr


@pytest.mark.parametrize("source", SOURCES)
def test_the_download_has_that_cell_and_all_the_others(site, source):
    offered = json.loads((site / "_sources" / source).read_text(encoding="utf-8"))
    stored = json.loads((ROOT / source).read_text(encoding="utf-8"))
    first, *others = offered["cells"]
    assert others == stored["cells"]
    assert "find_spec" in "".join(first["source"])


def test_no_page_names_an_address_that_nobody_gave(site, read, page):
    assert repository.address(ROOT) == ""
    text = (site / page).read_text(encoding="utf-8")
    assert "ADDRESS-OF" not in text
    assert "executablebooks/jupyter-book" not in text
    assert "/issues/new" not in text


def test_the_address_stands_in_one_place(tmp_path):
    (tmp_path / "_config.yml").write_text("repository: {url: https://github.com/a/b/}\n")
    assert repository.address(tmp_path) == "https://github.com/a/b"


def test_colab_opens_the_notebook_that_brings_the_book(site):
    link = repository.colab("https://github.com/a/b", SOURCES[0])
    assert link == f"https://colab.research.google.com/github/a/b/blob/notebooks/{SOURCES[0]}"
    assert (site / "_sources" / SOURCES[0]).exists()
    assert repository.colab("https://github.com/a/b", "book/index.md") == ""
    assert repository.colab("https://example.org/a/b", SOURCES[0]) == ""
    assert repository.colab("", SOURCES[0]) == ""
