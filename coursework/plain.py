"""Who handed in a file, where no platform named it: a folder, a zip or a notebook a student."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

from coursework.people import DoubtError, Finder, Who, shown

SET_IN_NAME = re.compile(r"(?:^|[^a-z])((?:ps|problem[ _-]?set)[ _-]?0*(\d+))(?!\d)", re.I)
SET_FOLDER = re.compile(
    r"(ps|pset|problem[ _-]?set|set|assignment)[ _-]?\d+([ _-](submissions|export))?", re.I
)
# Where a clone of this repository keeps its own notebooks.
OWN_FOLDERS = re.compile(r"(^|/)coursework/(source|release)/")


def plain(paths: Sequence[PurePosixPath], download: str = "") -> Finder:
    """A function that says whose a file is: by its first folder, or else by its own name.

    Folders named after a set are left out, and so is one folder around all the others.

    Args:
        paths: of all notebooks and zips; nothing else says how deep the students' folders lie.
        download: name of the folder or zip.

    Raises:
        DoubtError: a folder may be a student's, or hold students.
    """
    inside = {path: _below_sets(path) for path in paths}
    wrapper = ""
    tops = {parts[0] for parts in inside.values()}
    if len(tops) == 1 and all(len(parts) > 1 for parts in inside.values()):
        (top,) = tops
        rest = {parts: _below_sets(PurePosixPath(*parts[1:])) for parts in inside.values()}
        names = {_name(parts) for parts in rest.values()}
        folders = {parts[0] for parts in rest.values() if len(parts) > 1}
        if top == PurePosixPath(download).stem or ("" not in names and len(names) > 2):
            wrapper = top
        elif "" not in names and (folders or len(names) > 1):
            wrapper = _wrapper_of_few(top, names, folders, paths)

    def who(path: PurePosixPath) -> list[Who]:
        parts = inside.get(path) or _below_sets(path)
        if wrapper and parts[0] == wrapper and len(parts) > 1:
            parts = _below_sets(PurePosixPath(*parts[1:]))
        name = _name(parts) or PurePosixPath(parts[0]).stem
        return [Who(name, parts[0])]

    return who


def _wrapper_of_few(
    top: str, names: set[str], folders: set[str], paths: Sequence[PurePosixPath]
) -> str:
    """One or two names below a single folder: two folders are students, the rest is doubtful."""
    if len(folders) == len(names) == 2:
        return top
    raise DoubtError(
        f"Is {top!r} a student, or the folder of {' and '.join(sorted(map(repr, names)))}? "
        f"There is only {shown(paths)}. Give the folder in which the students' own folders lie."
    )


def _below_sets(path: PurePosixPath) -> tuple[str, ...]:
    """The parts of a path without the folders before it that are named after a set."""
    parts = path.parts
    while len(parts) > 1 and SET_FOLDER.fullmatch(parts[0]):
        parts = parts[1:]
    return parts


def _name(parts: tuple[str, ...]) -> str:
    """A student's name: the first folder, or what stands in a file's name before the set."""
    if len(parts) > 1:
        return parts[0]
    stem = re.sub(r"(\.ipynb)?\.\w+$", "", parts[0])
    return SET_IN_NAME.split(stem)[0].strip(" _-.,")


def groups(
    paths: Iterable[PurePosixPath], who: Finder, which: Callable[[PurePosixPath], str | None]
) -> list[str]:
    """Folders that hold the same set for several names, as a tutorial group's folder would.

    Args:
        paths: of notebooks and zips.
        who: whose they are thought to be.
        which: the set of a path, by its name; None if the name says nothing.

    Returns:
        The names of such folders, if they are more than half of all; else nothing.
    """
    below: dict[str, dict[str | None, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in paths:
        if OWN_FOLDERS.search(str(path)):
            continue
        for owner in who(path):
            at = path.parts.index(owner.unit) if owner.unit in path.parts else len(path.parts)
            rest = path.parts[at + 1 :]
            below[owner.student][which(path)].add(_name(rest) if rest else "")
    suspects = [
        student
        for student, sets in below.items()
        if any(len(names) > 1 and "" not in names for names in sets.values())
    ]
    return suspects if len(suspects) > len(below) / 2 else []
