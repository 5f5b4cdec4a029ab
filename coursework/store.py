"""The results of a class: one file for each student and set, written whole or not at all."""

import hashlib
import json
import os
import re
import tempfile
from pathlib import Path

NEEDED = {"student", "set", "points", "of", "parts", "notes", "key", "file", "submitted", "code"}


def file_name(student: str) -> str:
    """A student's name as the name of a file: letters stay, what could be a path does not."""
    safe = re.sub(r"[^\w .,@()+-]", "_", student)
    safe = safe.encode()[:120].decode("utf-8", "ignore").strip(" .") or "_"
    if safe != student:
        safe += "-" + hashlib.sha256(student.encode("utf-8", "replace")).hexdigest()[:6]
    return safe


def result_path(folder: Path, which: str, student: str) -> Path:
    """Where the result of a student and a set is kept."""
    return folder / which / f"{file_name(student)}.json"


def stored(path: Path) -> dict | None:
    """The result in a file; None if there is none, or none that can be read."""
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return result if _is_whole(result) else None


def _is_whole(result: object) -> bool:
    """Whether it is what the grader stores, and not what somebody left there."""
    if not isinstance(result, dict) or not result.keys() >= NEEDED:
        return False
    parts = result["parts"]
    return isinstance(parts, list) and all(
        isinstance(part, dict) and part.keys() >= {"id", "title", "points", "of", "lines"}
        for part in parts
    )


def results(folder: Path, sets: list[str]) -> list[dict]:
    """All results of these sets, in the order of sets and students."""
    paths = [path for which in sets for path in (folder / which).glob("*.json")]
    found = [result for path in paths if (result := stored(path)) is not None]
    return sorted(found, key=lambda result: (result["set"], result["student"]))


def write_json(path: Path, value: object) -> None:
    """Store a value that strict JSON can hold."""
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    write_atomically(path, text + "\n")


def write_atomically(path: Path, content: str | bytes, *, durable: bool = False) -> None:
    """Replace a file by a whole one: a reader, or a kill, never meets half of it.

    Args:
        path: of the file; folders are made.
        content: text or bytes.
        durable: whether it must be on the disk, even if the power fails, before this returns.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
