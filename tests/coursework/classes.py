"""Downloads of whole classes, as the platforms build them, and runs of the command on them."""

import csv
import io
import json
import re
import struct
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from coursework.problems import DEFAULT_SEED, Problem, grade_id, role, source_of
from coursework.release import released

MARKERS = re.compile(r"^\s*### (BEGIN|END) SOLUTION\n?", re.M)
NOON = (2026, 11, 30, 12, 0, 0)


def solved(name: str = "ps1", seed: int = DEFAULT_SEED, variant: str = "") -> dict:
    """The release with the source's solutions in it: what an honest student hands in."""
    return json.loads(_solved(name, seed, variant))


@cache
def _solved(name: str, seed: int, variant: str) -> str:
    problem = Problem(name, seed, variant)
    notebook = json.loads(json.dumps(released(problem)))
    solutions = {grade_id(c): source_of(c) for c in problem.cells if role(c) == "solution"}
    for cell in notebook["cells"]:
        if role(cell) == "solution":
            cell["source"] = MARKERS.sub("", solutions[grade_id(cell)])
    return json.dumps(notebook)


def as_bytes(notebook: dict) -> bytes:
    return json.dumps(notebook).encode()


def blank(name: str = "ps1") -> bytes:
    """The release as it was handed out."""
    return as_bytes(released(Problem(name)))


def write(folder: Path, files: dict[str, bytes], when: float | None = None) -> Path:
    """Files in a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def zipped(files: dict[str, bytes], dates: dict[str, tuple] | None = None) -> bytes:
    """A zip; each file has the date given for it, or noon of 30 November 2026."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (dates or {}).get(name, NOON))
            archive.writestr(info, content)
    return data.getvalue()


def raw_names(archive: bytes, old: str, new: bytes) -> bytes:
    """The zip with a name replaced by bytes of the same length, without the flag for UTF-8."""
    assert len(old) == len(new)
    assert old.encode() in archive
    return archive.replace(old.encode(), new)


def dos_date(archive: bytes, date: int) -> bytes:
    """The zip with this date, as the format stores it, at every file."""
    out = bytearray(archive)
    for mark, at in ((b"PK\x03\x04", 10), (b"PK\x01\x02", 12)):
        where = out.find(mark)
        while where >= 0:
            out[where + at : where + at + 4] = struct.pack("<HH", 0, date)
            where = out.find(mark, where + 4)
    return bytes(out)


@dataclass
class Run:
    """What one call of the command said and wrote."""

    status: object
    out: str
    err: str
    folder: Path

    @property
    def rows(self) -> list[dict]:
        return read(self.folder / "grades.csv")

    @property
    def entries(self) -> list[dict]:
        return read(self.folder / "submissions.csv")

    @property
    def points(self) -> dict[str, str]:
        return {row["student"]: row["points"] for row in self.rows}

    def what(self, entry: str) -> str:
        (row,) = [row for row in self.entries if row["entry"] == entry]
        return row["what"]


def read(path: Path) -> list[dict]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
