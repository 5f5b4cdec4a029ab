"""Whatever one student hands in, it is one row; every other row is as if it had not been there."""

import json
import os
import shutil
import zipfile

import pytest
from classes import as_bytes, dos_date, raw_names, read, solved, write, zipped

HOLDS = b'{"cells": [], "metadata": {}}'


def with_cell(source, **metadata):
    notebook = solved()
    cell = {"cell_type": "code", "metadata": metadata, "outputs": [], "source": source}
    notebook["cells"].append({**cell, "execution_count": None})
    return as_bytes(notebook)


def damaged(data: bytes) -> bytes:
    """A zip whose middle never arrived."""
    return data[:60] + bytes(len(data) - 160) + data[-100:]


# name, files of the other student, the sentence about them in grades.csv or submissions.csv
FILES = {
    "C4 a damaged zip": ({"Mal/ps1.zip": "damaged"}, "The zip is damaged"),
    "C4 a zip cut off": ({"Mal/ps1.zip": "half"}, "The zip is damaged"),
    "C6 DOS date 0 in a student's zip": ({"Mal/ps1.zip": "date 0"}, ""),
    "C6 month 15 in a student's zip": ({"Mal/ps1.zip": "month 15"}, ""),
    "a zip with a password": ({"Mal/ps1.zip": "password"}, "protected by a password"),
    "a zip in an unusual compression": ({"Mal/ps1.zip": "lzma"}, "unusual way"),
    "a zip without a notebook": ({"Mal/ps1.zip": "empty"}, "holds no notebook"),
    "W6 a zip over the limit": ({"Mal/ps1.zip": "large"}, "larger than"),
    "a notebook over the limit": ({"Mal/ps1.ipynb": "large"}, "larger than"),
    "an empty notebook": ({"Mal/ps1.ipynb": b""}, "empty"),
    "JSON, but no notebook": ({"Mal/ps1.ipynb": b"[1, 2]"}, "not a notebook"),
    "deep JSON": ({"Mal/ps1.ipynb": b"[" * 200_000}, "not"),
    "huge numbers": ({"Mal/ps1.ipynb": b'{"cells": ' + b"9" * 10_000 + b"}"}, "not"),
    "C1 a cell's name is a list": (
        {"Mal/ps1.ipynb": with_cell("1", nbgrader={"grade_id": []})},
        "",
    ),
    "C2 half an emoji": ({"Mal/ps1.ipynb": with_cell("x = '\ud83d'")}, ""),
}


def made(kind, honest):
    good = zipped({"ps1.ipynb": honest()})
    if isinstance(kind, bytes):
        return kind
    lzma = {"ps1.ipynb": honest()}
    return {
        "damaged": damaged(good),
        "half": good[: len(good) // 2],
        "date 0": dos_date(good, 0),
        "month 15": dos_date(good, 0x59E0 | 0x01E0),
        "password": good.replace(
            b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
        ),
        "lzma": in_lzma(lzma),
        "empty": zipped({"report.pdf": b"%PDF"}),
        "large": b"PK\x03\x04" + bytes(110_000_000),
    }[kind]


def in_lzma(files):
    import io

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize("as_zip", [False, True])
@pytest.mark.parametrize("case", FILES)
def test_one_submission_is_one_row(command, quick, honest, tmp_path, case, as_zip):
    files, sentence = FILES[case]
    files = {name: made(kind, honest) for name, kind in files.items()}
    inbox = write(tmp_path / "in", {"Ada/ps1.ipynb": honest(), **files})
    if as_zip:
        inbox = tmp_path / "in.zip"
        inbox.write_bytes(zipped({"Ada/ps1.ipynb": honest(), **files}))
    run = command("grade", inbox)
    assert run.status is None, run.status
    assert run.points["Ada"] == "20"
    (mal,) = [row for row in run.rows if row["student"] == "Mal"]
    assert sentence in mal["notes"]
    if sentence:
        assert mal["points"] == "0"
        assert "Mal" in run.err
        assert next(iter(files)) in run.err
    assert (run.folder / "feedback/Mal/ps1.html").exists()


@pytest.mark.parametrize(
    ("raw", "shown"),
    [(b"Zo\xeb", "Zoë"), (b"M\xc3\xbcl", "Mül"), (b"a\x1b[", "a["), (b"\xff\xfe.", "ÿþ.")],
)
def test_c5_a_folders_name_in_any_bytes(command, quick, honest, tmp_path, raw, shown):
    inbox = write(tmp_path / "in", {"Ada/ps1.ipynb": honest()})
    strange = os.path.join(os.fsencode(inbox), raw)
    os.mkdir(strange)
    with open(os.path.join(strange, b"ps1.ipynb"), "wb") as file:
        file.write(honest())
    run = command("grade", inbox)
    assert run.points == {"Ada": "20", shown: "20"}


def test_w5_names_in_utf8_without_the_flag(command, quick, honest, tmp_path):
    archive = zipped({"Muxller/ps1.ipynb": honest(), "Ada/ps1.ipynb": honest()})
    path = tmp_path / "in.zip"
    path.write_bytes(raw_names(archive, "Muxller", "Müller".encode()))
    assert command("grade", path).points == {"Ada": "20", "Müller": "20"}


@pytest.mark.parametrize("date", [0, 0x59E0 | 0x01E0, 0xFFFF])
def test_c6_an_entry_of_the_download_without_a_date(command, quick, honest, tmp_path, date):
    path = tmp_path / "in.zip"
    path.write_bytes(dos_date(zipped({"Ada/ps1.ipynb": honest(), "Bo/ps1.ipynb": HOLDS}), date))
    run = command("grade", path, "--due", "2026-12-01", "--set", "1")
    assert run.points["Ada"] == "20"
    assert run.rows[0]["hours_late"] == ""


def test_a_file_time_beyond_the_calendar(command, quick, honest, tmp_path):
    inbox = write(tmp_path / "in", {"Ada/ps1.ipynb": honest(), "Bo/ps1.ipynb": honest()})
    os.utime(inbox / "Ada/ps1.ipynb", (10**11, 10**11))
    assert command("grade", inbox).points == {"Ada": "20", "Bo": "20"}


@pytest.mark.parametrize(
    "missing", ["gradebook.db", "results", "feedback", "dates.json", "grades.csv"]
)
def test_c7_what_is_deleted_comes_back(command, quick, honest, tmp_path, missing):
    inbox = write(tmp_path / "in", {"Ada/ps1.ipynb": honest()})
    first = command("grade", inbox)
    place = first.folder / missing
    shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    assert command("grade", inbox).points == {"Ada": "20"}


@pytest.mark.parametrize("spoiled", ["", "{", "[]", '{"student": "Ada"}', '{"key": NaN}'])
def test_a_spoiled_result_is_graded_again(command, quick, honest, tmp_path, spoiled):
    inbox = write(tmp_path / "in", {"Ada/ps1.ipynb": honest(), "Bo/ps1.ipynb": HOLDS})
    first = command("grade", inbox)
    (first.folder / "results/ps1/Ada.json").write_text(spoiled)
    assert command("grade", inbox).points["Ada"] == "20"


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "1.5"])
def test_c8_jobs_are_checked_before_anything_is_graded(command, quick, honest, tmp_path, jobs):
    inbox = write(tmp_path / "in", {"Ada/ps1.ipynb": honest()})
    run = command("grade", inbox, "--jobs", jobs)
    assert run.status == 2
    assert "1 or more" in run.err
    assert not run.folder.exists()


def test_s4_a_message_of_megabytes_leaves_the_table_readable(
    command, quick, monkeypatch, honest, tmp_path
):
    from coursework import batch

    fast = batch.grade

    def talkative(problem, data, limits, unreadable=""):
        result = fast(problem, data, limits, unreadable)
        if b"x = 1" in data:
            result["notes"] = ["\x1b[2J" + "a" * 7_400_000] * 50
            result["code"] = [{"label": "b" * 10**6, "source": "c\x07" * 10**6}] * 50
            result["parts"][0]["lines"] = [
                {"points": 0, "of": float("nan"), "what": "d" * 10**6, "sentence": "\ud800" * 10**6}
            ] * 50
        return result

    monkeypatch.setattr(batch, "grade", talkative)
    inbox = write(tmp_path / "in", {"Ada/ps1.ipynb": honest(), "Mal/ps1.ipynb": with_cell("x = 1")})
    run = command("grade", inbox)
    assert run.points["Ada"] == "20"
    assert max(len(value) for row in run.rows for value in row.values()) < 2100
    assert (run.folder / "feedback/Mal/ps1.html").stat().st_size < 1_000_000
    assert (run.folder / "results/ps1/Mal.json").stat().st_size < 1_000_000
    assert "\x1b" not in run.err + run.out


def test_a_fault_of_the_grader_is_one_row_and_the_next_run_repairs_it(
    command, quick, monkeypatch, honest, tmp_path
):
    from coursework import batch

    fast = batch.grade

    def falls(problem, data, limits, unreadable=""):
        if b"x = 1" in data:
            raise ZeroDivisionError("of the grader")
        return fast(problem, data, limits, unreadable)

    inbox = write(tmp_path / "in", {"Ada/ps1.ipynb": honest(), "Mal/ps1.ipynb": with_cell("x = 1")})
    with monkeypatch.context() as patch:
        patch.setattr(batch, "grade", falls)
        run = command("grade", inbox)
    assert run.points == {"Ada": "20", "Mal": "0"}
    assert "Mal, ps1, Mal/ps1.ipynb: The grader stopped at this file (ZeroDivisionError)" in run.err
    assert "Traceback" not in run.err
    again = command("grade", inbox)
    assert again.points == {"Ada": "20", "Mal": "20"}
    assert "Graded now: 1. Unchanged since last time: 1." in again.out


def test_w10_no_escape_reaches_the_terminal_and_words_of_a_student_are_marked(
    command, quick, honest, tmp_path
):
    name = "Ada\x1b]0;owned\x07\x1b[2J/ps1.ipynb"
    inbox = write(tmp_path / "in", {name: b"{", "Bo/ps1.ipynb": honest()})
    run = command("grade", inbox)
    assert not {"\x1b", "\x07"} & set(run.out + run.err)
    assert not any("\x1b" in value for row in run.rows + run.entries for value in row.values())


@pytest.mark.parametrize(
    "name", ["=HYPERLINK(1)", "@SUM(1)", "x;=1+1", "＝1+1", "  =1+1", "-2+3", "a\t=1"]
)
def test_no_cell_of_any_table_is_a_formula(command, quick, honest, tmp_path, name):
    inbox = write(tmp_path / "in", {f"{name}/ps1.ipynb": honest(), f"Bo/{name}.txt": b""})
    run = command("grade", inbox)
    for table in ("grades.csv", "submissions.csv"):
        content = (run.folder / table).read_text("utf-8")
        for line in content.splitlines():
            for cell in line.replace('"', "").replace(";", ",").replace("\t", ",").split(","):
                assert not cell.strip().startswith(("=", "+", "-", "@", "＝")), cell
    assert json.dumps(read(run.folder / "grades.csv"))


def test_the_honest_row_is_the_same_with_and_without_the_others(command, quick, honest, tmp_path):
    alone = command("grade", write(tmp_path / "one", {"Ada/ps1.ipynb": honest()}), folder="alone")
    files = {f"M{n}/ps1.ipynb": data for n, data in enumerate([b"", b"{", b"\x00" * 100])}
    inbox = write(tmp_path / "all", {"Ada/ps1.ipynb": honest(), **files})
    together = command("grade", inbox, folder="together")
    keep = [column for column in alone.rows[0] if column != "submitted"]
    assert [alone.rows[0][k] for k in keep] == [together.rows[0][k] for k in keep]
