"""Classes with a student whose file and archive are changed at random, beside an honest one.

The command is called as a teacher calls it. Whatever the other file is, there is no traceback, the
honest student has 20 points, and every entry is in the table.

EXAMPLES=2000 pytest tests/coursework/test_random_classes.py    many more of them
"""

import io
import json
import os
import random
import zipfile

import pytest
from classes import Run, as_bytes, dos_date, raw_names, solved

from coursework import grade as grade_command
from coursework.course import Course, StopError

MANY = int(os.environ.get("EXAMPLES", "60"))
WORDS = [
    *(None, True, -1, 2**70, 1.5, float("nan"), float("inf"), "", "\x00", "\ud83d", "=1+1", "ps2"),
    *(
        "\x1b[2J",
        "\u202e",
        "a" * 5000,
        [],
        {},
        [[]],
        {"a": []},
        ["x", 1],
        "solution",
        "%matplotlib",
    ),
]
HONEST = ["Ada Byron", *(f"Honest {letter}" for letter in "BCDEFGHIJKL")]
NAMES = [
    *(
        "Mal",
        "Mal Ory",
        "Zoë",
        "李",
        "..",
        "=1+1",
        "-x",
        "M\x1b[2J",
        "ps1",
        "PS 1",
        "a" * 200,
        "CON",
    ),
    *("Mal_7_assignsubmission_file", "mal_1_2_x", "1-2 - Mal - Nov 3, 2026 1000 AM", " ", "M.zip"),
    *("A_B_mal_7", "submission_7", "ps1-mal", "M\\al", "Ada", "ada", "Ada ", "x_attempt_2026-99"),
]
DEPTHS = ["{}/ps1.ipynb", "{}/a/b/c/ps1.ipynb", "{}.ipynb", "{}_ps1.ipynb", "{}/x.zip", "{}.zip"]
DEPTHS += ["PS 1/{}/ps1.ipynb", "{}/ps9.ipynb", "{}/ps2.ipynb", "{}", "{}/.ps1.ipynb", "{}/ps1.pdf"]


def mutated_json(rng: random.Random, value, rate=0.02):
    """A JSON value with some of its parts replaced, dropped or doubled."""
    if rng.random() < rate:
        return rng.choice(WORDS)
    if isinstance(value, dict):
        pairs = [
            (k, mutated_json(rng, v, rate)) for k, v in value.items() if rng.random() > rate / 2
        ]
        return dict(pairs)
    if isinstance(value, list):
        parts = [mutated_json(rng, each, rate) for each in value]
        return parts * 2 if rng.random() < rate / 2 else parts
    return value


def notebook(rng: random.Random, honest: dict) -> bytes:
    """A notebook: changed as JSON, as text or as bytes."""
    data = json.dumps(
        mutated_json(rng, honest, rng.choice([0, 0.001, 0.02, 0.3])), ensure_ascii=False
    )
    encoding = rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1", "cp1252"])
    raw = bytearray(data.encode(encoding, "replace"))
    for _ in range(rng.choice([0, 0, 1, 50])):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    return bytes(raw[: rng.choice([len(raw), len(raw), rng.randrange(len(raw) + 1), 0])])


def archive(rng: random.Random, files: dict[str, bytes]) -> bytes:
    """A zip in some compression, with some dates; now and then damaged."""
    data = io.BytesIO()
    kinds = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
    with zipfile.ZipFile(data, "w", rng.choice(kinds)) as opened:
        for name, content in files.items():
            opened.writestr(name, content)
    raw = data.getvalue()
    if rng.random() < 0.3:
        raw = dos_date(raw, rng.choice([0, 0xFFFF, 0x59E0 | 0x1E0, rng.randrange(2**16)]))
    if rng.random() < 0.2:
        raw = raw.replace(b"\x01\x02\x14\x03\x14\x00\x00", b"\x01\x02\x14\x03\x14\x00\x01")
    if rng.random() < 0.2:
        raw = raw[: rng.randrange(len(raw) + 1)]
    if rng.random() < 0.3:
        broken = bytearray(raw)
        for _ in range(rng.choice([1, 5, 100])):
            if broken:
                broken[rng.randrange(len(broken))] = rng.randrange(256)
        raw = bytes(broken)
    return raw


def student(rng: random.Random, honest: dict) -> dict[str, bytes]:
    """The files of a student who does something odd."""
    files = {}
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        path = rng.choice(DEPTHS).format(rng.choice(NAMES))
        content = notebook(rng, honest)
        if path.endswith(".zip"):
            inner = {rng.choice(["ps1.ipynb", "a/ps1.ipynb", "../ps1.ipynb", "x.txt"]): content}
            if rng.random() < 0.2:
                inner = {"inner.zip": archive(rng, inner)}
            content = archive(rng, inner)
        files[path] = content
    return files


def download(rng: random.Random, folder, honest: dict):
    """A folder or zip with the honest student, who is `Ada Byron`, and the odd one."""
    good = {f"{name}/ps1.ipynb": as_bytes(honest) for name in HONEST}
    odd = student(rng, honest)
    if rng.random() < 0.5:
        path = folder / "in.zip"
        data = io.BytesIO()
        dates = [(2026, 11, 30, 12, 0, 0), (1980, 0, 0, 0, 0, 0), (2107, 15, 31, 31, 63, 62)]
        with zipfile.ZipFile(data, "w") as opened:
            for name, content in [*good.items(), *odd.items()]:
                opened.writestr(zipfile.ZipInfo(name, rng.choice(dates)), content)
        raw = data.getvalue()
        if rng.random() < 0.2 and b"Mal/" in raw:
            raw = raw_names(raw, "Mal/", bytes([rng.randrange(128, 256) for _ in range(3)]) + b"/")
        path.write_bytes(raw)
        return path
    path = folder / "in"
    for name, content in [*good.items(), *odd.items()]:
        try:
            (path / name.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            (path / name.lstrip("/")).write_bytes(content)
            if rng.random() < 0.2:
                when = rng.choice([0, -1, 2**33, 10**11])
                os.utime(path / name, (when, when))
        except (OSError, ValueError):
            continue  # no such name on this disk
    return path


def check_one(seed: int, folder, capsys) -> None:
    """One class; whatever is wrong with it is a sentence, never a traceback."""
    rng = random.Random(seed)
    inbox = download(rng, folder, solved())
    course = Course(folder / "class")
    options = {"set": rng.choice(["", "ps1"]), "keep": rng.choice(["latest", "best"])}
    for _ in range(rng.choice([1, 2])):
        try:
            order = grade_command.Order(str(inbox), zone="UTC", quiet=True, **options)
            grade_command.grade(course, order)
        except StopError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
    said = capsys.readouterr()
    run = Run(None, said.out, said.err, course.folder)
    assert {run.points[name] for name in HONEST} == {"20"}, f"seed {seed}"
    assert "\x1b" not in said.out + said.err, f"seed {seed}"
    assert all(row["what"] for row in run.entries), f"seed {seed}"


@pytest.mark.parametrize("part", range(4))
def test_the_honest_have_their_points_whatever_the_other_hands_in(quick, capsys, tmp_path, part):
    for seed in range(part, MANY, 4):
        (tmp_path / str(seed)).mkdir()
        check_one(seed, tmp_path / str(seed), capsys)


def test_the_same_with_real_sandboxes(capsys, tmp_path, needs_sandbox):
    for seed in range(10_000, 10_000 + max(MANY // 20, 3)):
        (tmp_path / str(seed)).mkdir()
        check_one(seed, tmp_path / str(seed), capsys)
