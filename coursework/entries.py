"""Every file of a download, in a folder or a zip, students' zips opened, nothing unpacked to disk.

A file that cannot be read is an entry that says why. Nothing that a student put into a file, its
name or its time keeps the other files from being listed.
"""

import os
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path, PurePosixPath

from coursework import text

NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$", re.IGNORECASE)  # browsers add an ending
ZIP = re.compile(r"\.zip$", re.IGNORECASE)
SKIPPED = re.compile(r"^(\._.*|\.DS_Store|\.git|\.ipynb_checkpoints|\.venv|__MACOSX)$")
NOTEBOOK_BYTES, ZIP_BYTES, STUDENT_BYTES = 20_000_000, 100_000_000, 200_000_000
ZIP_FILES = 3_000
READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)  # others may eat the memory
HEADER = b"PK\x01\x02"  # of one file in a zip's table of contents


@dataclass(frozen=True)
class Entry:
    """One file.

    Attributes:
        path: where it lies, cleaned; what a student's zip holds lies below that zip's name.
        outer: the file of the download that it is in: the student's zip, or path itself.
        submitted: the time stamp of `outer`, None if it has none.
        inner: the file's own time stamp, which the student may choose.
        read: gives its bytes.
        problem: why it cannot be read, as a sentence; "" if it can.
    """

    path: PurePosixPath
    outer: PurePosixPath
    submitted: datetime | None
    inner: datetime | None = None
    read: Callable[[], bytes] = field(default=lambda: b"", repr=False, compare=False)
    problem: str = ""

    def load(self) -> tuple[bytes, str]:
        """Its bytes, and why there are none."""
        if self.problem:
            return b"", self.problem
        try:
            return self.read(), ""
        except Exception as error:
            return b"", _why(error)

    @property
    def is_notebook(self) -> bool:
        return bool(NOTEBOOK.search(self.path.name))

    @property
    def is_zip(self) -> bool:
        return bool(ZIP.search(self.path.name))

    @property
    def handed_in(self) -> bool:
        """Whether it is, or is in, a notebook or zip of the download."""
        return bool(NOTEBOOK.search(self.outer.name) or ZIP.search(self.outer.name))


class UnreadableFileError(ValueError):
    """A file that cannot be read; the text is a sentence for the student."""


def entries(path: Path, zone: tzinfo) -> list[Entry]:
    """All files below a folder or in a zip.

    Args:
        path: the folder or zip.
        zone: of time stamps that do not name theirs, as those in a zip.

    Raises:
        ValueError: path is neither a folder nor a zip.
    """
    if path.is_dir():
        return list(_in_folder(path, zone))
    if not zipfile.is_zipfile(path):
        raise ValueError(f"SUBMISSIONS must be a folder or a zip, got {str(path)!r}")
    try:
        archive = zipfile.ZipFile(path)
    except Exception as error:
        raise ValueError(
            f"{str(path)!r} cannot be read as a zip ({error}). Unpack it, and give the folder."
        ) from error
    return list(_in_download(archive, zone))


def _in_folder(folder: Path, zone: tzinfo) -> Iterator[Entry]:
    """Links are not followed: they may lead out."""
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not SKIPPED.match(name))
        for name in sorted(files):
            path = Path(where, name)
            if SKIPPED.match(name) or path.is_symlink() or not path.is_file():
                continue
            raw = os.fsencode(str(path.relative_to(folder)))
            try:
                stated = path.stat()
                size, submitted = stated.st_size, datetime.fromtimestamp(stated.st_mtime, UTC)
            except (OSError, OverflowError, ValueError):
                size, submitted = 0, None
            yield from _file(_path(_decoded(raw)), size, submitted, partial(_bytes, path), zone)


def _in_download(archive: zipfile.ZipFile, zone: tzinfo) -> Iterator[Entry]:
    for info in archive.infolist():
        path = _path(_name(info))
        if info.is_dir() or not _wanted(path):
            continue
        submitted = _stamp(info, zone)
        yield from _file(path, info.file_size, submitted, partial(_member, archive, info), zone)


def _file(
    path: PurePosixPath,
    size: int,
    submitted: datetime | None,
    read: Callable[[], bytes],
    zone: tzinfo,
) -> Iterator[Entry]:
    """A file of the download; for a student's zip, all that is in it."""
    entry = Entry(path, path, submitted, submitted, read)
    if entry.is_notebook:
        large = size > NOTEBOOK_BYTES
        yield _refused(entry, _larger("file", NOTEBOOK_BYTES)) if large else entry
    elif not entry.is_zip:
        yield entry
    elif size > ZIP_BYTES:
        yield _refused(entry, _larger("zip", ZIP_BYTES))
    else:
        try:
            found = _in_student_zip(entry, read(), zone, [STUDENT_BYTES])
        except Exception as error:
            yield _refused(entry, _why(error))
            return
        yield from found
        if not any(each.is_notebook or each.problem for each in found):
            yield _refused(entry, "The zip holds no notebook.")


def _in_student_zip(
    zip_entry: Entry, data: bytes, zone: tzinfo, budget: list[int], depth: int = 2
) -> list[Entry]:
    """What a student's zip holds, all of it or an exception.

    Args:
        zip_entry: the zip.
        data: its bytes.
        zone: of its time stamps.
        budget: list of the one number of bytes that may still be read of this student.
        depth: how many zips may lie in one another.
    """
    if data.count(HEADER) > ZIP_FILES:
        raise UnreadableFileError(f"The zip holds more than {ZIP_FILES:,} files.")
    found = []
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for number, info in enumerate(archive.infolist()):
            inside = _path(_name(info))
            if info.is_dir() or not _wanted(inside):
                continue
            path = zip_entry.path / inside
            read = partial(_member_of, zip_entry.read, number)
            entry = Entry(path, zip_entry.outer, zip_entry.submitted, _stamp(info, zone), read)
            if not (entry.is_notebook or entry.is_zip):
                found.append(entry)
                continue
            try:
                limit = NOTEBOOK_BYTES if entry.is_notebook else ZIP_BYTES
                if info.file_size > limit:
                    raise UnreadableFileError(_larger("file", limit))
                if info.file_size > budget[0]:
                    raise UnreadableFileError(_larger("content of the zip", STUDENT_BYTES))
                budget[0] -= info.file_size
                if entry.is_notebook:
                    found.append(entry)
                elif depth:
                    content = _member(archive, info)
                    found += _in_student_zip(entry, content, zone, budget, depth - 1)
                else:
                    raise UnreadableFileError("Too many zips lie in one another.")
            except Exception as error:
                found.append(_refused(entry, _why(error)))
    return found


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(ZIP_BYTES + 1)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A file of a zip; the size that the zip states may be a lie."""
    if info.flag_bits & 1:
        raise UnreadableFileError("The zip is protected by a password.")
    if info.compress_type not in READ:
        raise UnreadableFileError("The zip is compressed in an unusual way: zip it again.")
    limit = ZIP_BYTES if ZIP.search(info.filename) else NOTEBOOK_BYTES
    with archive.open(info) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise UnreadableFileError(_larger("file", limit))
    return data


@lru_cache(maxsize=2)
def _opened(read: Callable[[], bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(read()))


def _member_of(read: Callable[[], bytes], number: int) -> bytes:
    archive = _opened(read)
    return _member(archive, archive.infolist()[number])


def _refused(entry: Entry, problem: str) -> Entry:
    return Entry(entry.path, entry.outer, entry.submitted, entry.inner, entry.read, problem)


def _larger(what: str, limit: int) -> str:
    return f"The {what} is larger than {limit // 1_000_000} MB."


def _why(error: Exception) -> str:
    """What kept a file from being read, as a sentence for the student."""
    if isinstance(error, UnreadableFileError):
        return str(error)
    if isinstance(error, OSError):
        return f"The file could not be read ({text.line(error.strerror or str(error), 80)})."
    return "The zip is damaged: was the upload interrupted?"


def _wanted(path: PurePosixPath) -> bool:
    return not any(SKIPPED.match(part) for part in path.parts)


def _path(raw: str) -> PurePosixPath:
    """A path that leads nowhere else: no root, no `..`, each part cleaned, none of them empty."""
    parts = raw.replace("\\", "/").split("/")
    kept = [text.name(part) or "_" for part in parts if part not in ("", ".", "..")]
    return PurePosixPath(*[part for part in kept if part not in (".", "..")] or ["_"])


def _decoded(raw: bytes) -> str:
    """A file's name: UTF-8, or else as old systems wrote it."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _name(info: zipfile.ZipInfo) -> str:
    """A name in a zip: many programs write UTF-8 without the flag that says so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _stamp(info: zipfile.ZipInfo, zone: tzinfo) -> datetime | None:
    """The time of a file in a zip: in UTC where the zip has that, else by its clock on the wall."""
    try:
        extra = info.extra
        while len(extra) >= 4:
            kind, size = struct.unpack("<HH", extra[:4])
            if kind == 0x5455 and size >= 5 and extra[4] & 1:
                return datetime.fromtimestamp(struct.unpack("<i", extra[5:9])[0], UTC)
            extra = extra[4 + size :]
        return datetime(*info.date_time, tzinfo=zone)
    except (ValueError, OverflowError, OSError, struct.error):
        return None
