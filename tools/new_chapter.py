"""Begin a chapter: `make chapter NAME=2-lstm/mingru`.

Copies book/template.ipynb, which keeps every rule, and puts the new file at the end of its part in
`_toc.yml`. What remains is to write the chapter: the rules then say what is still wanted.
"""

import re
import sys

from tools.book import BEHIND, ROOT
from tools.normalise import as_text, normalise, read, write_atomically

TEMPLATE = ROOT / "book" / "template.ipynb"
NEXT = """\
{path}
    is a chapter that keeps every rule and says nothing yet; it stands in _toc.yml. Now:
    1. write it in JupyterLab, then `make execute BOOK={path}`;
    2. link to it in book/index.md, and name it in README.md;
    3. `.venv/bin/pytest tests/book` says what is still wanted, `make lint` its measure;
    4. CONTRIBUTING.md lists what else belongs to a chapter, a cell, an experiment, a problem set.
"""


def begin(name: str) -> str:
    """Make the chapter and return its path, relative to the repository.

    Args:
        name: PART/CHAPTER, as the files are called: a folder of book/ and a new name of small
            letters, digits and hyphens.

    Raises:
        ValueError: another form of name, no such part, or a chapter that exists.
    """
    if not (parts := re.fullmatch(r"(?:book/)?([\w-]+)/([a-z0-9-]+)(?:\.ipynb)?", name)):
        raise ValueError(f"name must be PART/CHAPTER, as 2-lstm/mingru, got {name!r}")
    part, chapter = parts.groups()
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    entries = list(re.finditer(rf"^( +- file: )book/{re.escape(part)}/.+\n", toc, re.MULTILINE))
    if not entries or part == BEHIND:
        known = dict.fromkeys(re.findall(r"book/(\d-[\w-]+)/", toc))
        raise ValueError(f"name must begin with one of {', '.join(known)}, got {name!r}")
    path = ROOT / "book" / part / f"{chapter}.ipynb"
    if path.exists():
        raise ValueError(f"book/{part}/{chapter}.ipynb exists already")

    notebook = read(TEMPLATE)
    for cell in notebook.cells:
        cell.source = cell.source.replace("template-", f"{chapter}-")
        if figure := cell.metadata.get("mystnb", {}).get("figure"):
            figure.name = figure.name.replace("template-", f"{chapter}-")
    last = entries[-1]
    with_chapter = f"{toc[: last.end()]}{last[1]}book/{part}/{chapter}\n{toc[last.end() :]}"
    path.write_text(as_text(normalise(notebook)), encoding="utf-8")
    write_atomically(ROOT / "_toc.yml", with_chapter)
    return path.relative_to(ROOT).as_posix()


def main(arguments: list[str]) -> int:
    """Begin the chapter of this name; say what comes next, or what is wrong."""
    try:
        print(NEXT.format(path=begin(arguments[0] if arguments else "")), end="")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
