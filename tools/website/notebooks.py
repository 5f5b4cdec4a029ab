"""The notebooks for download: with a first cell that fetches the book where its code is missing."""

import json
from pathlib import Path

from tools.website import repository

FOLDER = "gated-recurrent-networks"
MISSING = """import importlib.metadata, importlib.util, os, re, subprocess, sys
from pathlib import Path

if importlib.util.find_spec("src") is None or importlib.util.find_spec("src.equations") is None:
"""
FETCH = """# This chapter uses the code of its book, the package `src`. In the book's own folder
# this cell does nothing. Anywhere else, Colab too, it fetches the book and the packages it needs.
{missing}    book = Path({folder!r}).resolve()
    if not book.exists():
        subprocess.run(["git", "clone", "--quiet", "--depth", "1", {address!r}, book], check=True)
    needed = (book / "binder/requirements.txt").read_text()
    same = lambda name: re.sub("[-_.]+", "-", name).lower()
    have = {{same(package.name) for package in importlib.metadata.distributions()}}
    absent = [one for one in re.findall("^([\\w.-]+)==", needed, re.M) if same(one) not in have]
    if absent:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *absent], check=True)
    sys.path.insert(0, str(book))
    os.chdir(book / {place!r})
"""
REFUSE = """# This chapter uses the code of its book, the package `src`.
{missing}    raise ModuleNotFoundError(
        "This notebook needs the book that it comes from: get a copy of the book's repository, run "
        "`make book` in it, and open {place}/{name} there."
    )
"""


def first_cell(address: str, place: str, name: str) -> str:
    """The code of the cell.

    address: of the repository, "" if unknown. place: the chapter's folder in it. name: its file.
    """
    form = FETCH if address else REFUSE
    return form.format(missing=MISSING, folder=FOLDER, address=address, place=place, name=name)


def with_first_cell(notebook: dict, code: str) -> dict:
    """The notebook with the cell before all others."""
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "get-the-book",
        "metadata": {},
        "outputs": [],
        "source": code.rstrip("\n").splitlines(keepends=True),
    }
    return notebook | {"cells": [cell, *notebook["cells"]]}


def write(root: Path, out: Path) -> None:
    """Add the cell to each notebook that the site in the folder `out` offers for download."""
    known = repository.address(root)
    for file in (out / "_sources").rglob("*.ipynb"):
        place = file.parent.relative_to(out / "_sources").as_posix()
        notebook = json.loads(file.read_text(encoding="utf-8"))
        if notebook["cells"][0].get("id") == "get-the-book":
            continue  # from the last build
        notebook = with_first_cell(notebook, first_cell(known, place, file.name))
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        file.write_text(text, encoding="utf-8")
