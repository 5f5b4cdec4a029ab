"""Find the submissions in what an LMS exports: a folder or a zip, of folders, zips or notebooks.

Nothing is unpacked to the disk: names in an archive are only read, and sizes are bounded.
"""

import io
import json
import os
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

NOTEBOOK_BYTES = 20_000_000
ARCHIVE_BYTES = 500_000_000
SET_IN_NAME = re.compile(r"(?:^|[^a-z])(ps[ _-]?(\d+))(?!\d)", re.IGNORECASE)
MOODLE = re.compile(r"_assignsubmission_\w*$")  # what it appends to a student's name
SKIPPED = re.compile(r"^(\.|__MACOSX$)")


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one set.

    Attributes:
        student: who, as the folder or file is called.
        set: ps1, ps2, ...
        file: its name, for messages.
        submitted: time stamp of the file.
        data: the notebook's bytes; empty where it could not be read.
        problem: why it could not be read, as a sentence; "" where it could.
    """

    student: str
    set: str
    file: str
    submitted: datetime
    data: bytes = field(repr=False, default=b"")
    problem: str = ""


def find(path, only=None):
    """All submissions below a folder or in a zip.

    Args:
        path: the folder or zip.
        only: the one set to look for; a student's single notebook counts as it, whatever its
            name.

    Returns:
        The submissions, the newest for each student and set; and the files and folders that
        could not be assigned to any.

    Raises:
        ValueError: path is neither a folder nor a zip.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        entries = list(_in_folder(path))
    elif zipfile.is_zipfile(path):
        entries = list(_in_zip(path.read_bytes(), PurePosixPath(), [ARCHIVE_BYTES]))
    else:
        raise ValueError(f"SUBMISSIONS must be a folder or a zip, got {str(path)!r}")
    entries = _without_wrapper(entries)

    notebooks, students = [], set()
    for file, *rest in entries:
        student, name = _student(file)
        students.add(student)
        if file.suffix.lower() == ".ipynb":
            notebooks.append((student, name, file, *rest))
    found, unassigned = {}, []
    alone = {s for s in students if sum(entry[0] == s for entry in notebooks) == 1}
    for student, name, file, submitted, data, problem in notebooks:
        which = _set(name, data) or (only if student in alone else None)
        if which is None:
            unassigned.append(str(file))
        elif only in (None, which):
            new = Submission(student, which, str(file), submitted, data, problem)
            old = found.get((student, which))
            if old is None or old.submitted <= submitted:
                found[student, which] = new
    unassigned += sorted(students - {entry[0] for entry in notebooks})
    return sorted(found.values(), key=lambda s: (s.set, s.student)), unassigned


def _in_folder(folder):
    """(path, time, bytes, problem) of all files; links are not followed, they may lead out."""
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not SKIPPED.match(name))
        for name in sorted(files):
            path = Path(where, name)
            if SKIPPED.match(name) or path.is_symlink() or not path.is_file():
                continue
            inside = PurePosixPath(unicodedata.normalize("NFC", str(path.relative_to(folder))))
            submitted = datetime.fromtimestamp(path.stat().st_mtime)
            wanted = path.suffix.lower() in (".ipynb", ".zip")
            too_large = path.stat().st_size > NOTEBOOK_BYTES
            data = b"" if too_large or not wanted else path.read_bytes()
            yield from _entry(inside, submitted, data, too_large, [ARCHIVE_BYTES])


def _in_zip(archive, below, budget):
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for info in opened.infolist():
            inside = PurePosixPath(unicodedata.normalize("NFC", info.filename.replace("\\", "/")))
            parts = inside.parts
            if info.is_dir() or ".." in parts or any(SKIPPED.match(part) for part in parts):
                continue
            wanted = inside.suffix.lower() in (".ipynb", ".zip")
            too_large = info.file_size > NOTEBOOK_BYTES or info.file_size > budget[0]
            data = b""
            if wanted and not too_large:
                try:
                    with opened.open(info) as file:  # the stated size may be a lie
                        data = file.read(NOTEBOOK_BYTES + 1)
                except (zipfile.BadZipFile, RuntimeError, OSError, EOFError):
                    data = b""
                budget[0] -= len(data)
                too_large = len(data) > NOTEBOOK_BYTES
            submitted = datetime(*info.date_time)
            name = PurePosixPath(*[part for part in parts if part != "/"])
            yield from _entry(below / name, submitted, data, too_large, budget)


def _entry(inside, submitted, data, too_large, budget):
    """A file; for a student's zip, what is in it."""
    if inside.suffix.lower() == ".zip" and not too_large and len(inside.parts) < 4:
        try:
            yield from _in_zip(data, inside.with_suffix(""), budget)
            return
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            pass
    limit = NOTEBOOK_BYTES // 1_000_000
    yield inside, submitted, data, f"The file is larger than {limit} MB." if too_large else ""


def _without_wrapper(entries):
    """Drop a single outer folder, if students' folders lie inside it."""
    tops = {entry[0].parts[0] for entry in entries}
    if len(tops) == 1 and entries and all(len(entry[0].parts) > 2 for entry in entries):
        return [(PurePosixPath(*entry[0].parts[1:]), *entry[1:]) for entry in entries]
    return entries


def _student(file):
    """Who handed in a file, and the file's name: by its folder, or else by its own name."""
    if len(file.parts) > 1:
        return MOODLE.sub("", file.parts[0]), file.name
    who = SET_IN_NAME.split(file.stem)[0].strip(" _-.,")
    return who or file.stem, file.name


def _set(name, data):
    """The set by the file's name, or else by what the release wrote into the notebook."""
    named = SET_IN_NAME.search(name)
    if named:
        return f"ps{int(named[2])}"
    try:
        which = json.loads(data)["metadata"]["coursework"]["set"]
        return which if re.fullmatch(r"ps\d", which) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
