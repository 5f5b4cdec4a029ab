"""From what an LMS exports to grades.csv, gradebook and feedback; stopped, resumed, regraded."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest
from classes import write, zipped
from notebooks import cell

from coursework import submissions
from coursework.batch import key_of
from coursework.entries import Entry
from coursework.feedback import page
from coursework.gradebook import grades
from coursework.manual import Manual
from coursework.problems import Problem, names
from coursework.store import file_name

ROOT = Path(__file__).parents[2]
NOTEBOOK = b'{"cells": [], "metadata": {}}'


def found(path, only=""):
    result = submissions.find(path, names(), UTC, only=only)
    left = [row.entry for row in result.rows if not row.student or row.what.startswith("not")]
    return [(s.student, s.set) for s in result.submissions], left


LAYOUTS = {
    "a folder per student": {"Ada/ps1.ipynb": NOTEBOOK, "Bob/ps1.ipynb": NOTEBOOK},
    "Moodle": {
        "Ada_17_assignsubmission_file/ps1.ipynb": NOTEBOOK,
        "Bob_18_assignsubmission_file_/ps1.ipynb": NOTEBOOK,
    },
    "flat, named by the LMS": {
        "Ada_1234_ps1-1.ipynb": NOTEBOOK,
        "Bob_ps1 (2).ipynb": NOTEBOOK,
    },
    "a zip per student": {
        "Ada.zip": zipped({"ps1.ipynb": NOTEBOOK, "__MACOSX/._ps1.ipynb": b"x"}),
        "Bob/work.zip": zipped({"my work/PS 1.ipynb": NOTEBOOK}),
    },
    "checkpoints beside them": {
        "Ada/ps1.ipynb": NOTEBOOK,
        "Ada/.ipynb_checkpoints/ps1-checkpoint.ipynb": NOTEBOOK,
        "Bob/ps1.ipynb": NOTEBOOK,
        ".DS_Store": b"",
    },
}


@pytest.mark.parametrize("as_zip", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_an_lms_exports_is_understood(tmp_path, layout, as_zip):
    path = write(tmp_path / "in", LAYOUTS[layout])
    if as_zip:
        path = tmp_path / "in.zip"
        path.write_bytes(zipped(LAYOUTS[layout]))
    students, unassigned = found(path)
    assert not any("assignsubmission" in name for name, _ in students)
    assert [name.partition("_")[0] for name, _ in students] == ["Ada", "Bob"]
    assert {which for _, which in students} == {"ps1"}
    assert unassigned == []


def test_an_outer_folder_is_no_student(tmp_path):
    path = tmp_path / "in.zip"
    path.write_bytes(zipped({f"PS 1/{name}/ps1.ipynb": NOTEBOOK for name in ("Ada", "Bob")}))
    assert found(path)[0] == [("Ada", "ps1"), ("Bob", "ps1")]


def test_the_newest_of_several_counts(tmp_path):
    write(tmp_path, {"Ada/ps1.ipynb": b"old", "Ada/ps1 (1).ipynb": b"new"})
    os.utime(tmp_path / "Ada/ps1.ipynb", (1e9, 1e9))
    (only,) = submissions.find(tmp_path, names(), UTC).submissions
    assert only.entry.load() == (b"new", "")


def test_a_set_is_known_by_its_name_its_metadata_or_the_command(tmp_path):
    released = json.dumps({"cells": [], "metadata": {"coursework": {"set": "ps3"}}}).encode()
    write(tmp_path, {"Ada/mine.ipynb": released, "Bob/mine.ipynb": NOTEBOOK, "Cy/notes.txt": b""})
    assert found(tmp_path) == ([("Ada", "ps3")], ["Bob/mine.ipynb", "Cy/notes.txt"])
    assert found(tmp_path, "ps2") == ([("Bob", "ps2")], ["Cy/notes.txt"])


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    write(tmp_path, {"secret.ipynb": NOTEBOOK, "in/Ada/readme.txt": b""})
    (tmp_path / "in/Ada/ps1.ipynb").symlink_to(tmp_path / "secret.ipynb")
    with pytest.raises(ValueError, match="no notebook and no zip"):
        found(tmp_path / "in")


def test_archives_cannot_climb(tmp_path):
    files = {"../../ps1.ipynb": NOTEBOOK, "/etc/ps1.ipynb": NOTEBOOK, "Ada/ps1.ipynb": NOTEBOOK}
    path = tmp_path / "in.zip"
    path.write_bytes(zipped(files))
    result = submissions.find(path, names(), UTC)
    assert not any(".." in s.file or s.file.startswith("/") for s in result.submissions)


def test_what_is_neither_folder_nor_zip_is_said_so(tmp_path):
    with pytest.raises(ValueError, match="must be a folder or a zip"):
        found(tmp_path / "nothing")


@pytest.mark.parametrize(
    "name", ["Ada", "Zoë Müller", "李 明", "../../etc", "a/b", "x" * 300, "..", "CON:1", "=1+1"]
)
def test_every_name_becomes_a_file_of_its_own(tmp_path, name):
    path = tmp_path / f"{file_name(name)}.json"
    path.write_text("x")
    assert path.parent == tmp_path
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert file_name(name) != file_name(name + " ")


def result_of(student, points=4, note=""):
    lines = [{"points": points, "of": 4, "what": "a step", "sentence": "Look <b>here</b>."}]
    parts = [
        {"id": part.id, "title": part.title, "points": min(points, part.points), "of": part.points}
        | {"lines": lines}
        for part in Problem("ps1").parts
    ]
    return {
        "student": student,
        "set": "ps1",
        "points": sum(part["points"] for part in parts),
        "of": 20,
        "parts": parts,
        "notes": [note],
        "code": [{"label": "code cell 1", "source": "</pre><script>alert(1)</script>"}],
        "submitted": "2026-12-02T01:59:00+00:00",
        "file": "<s>/ps1.ipynb",
    }


def test_feedback_shows_what_a_student_wrote_as_text_only():
    (grade,) = grades([result_of("<img src=x>", note="<u>")], Manual(), {})
    html = page(grade)
    for spoiled in ("<script>", "<img", "<u>", "<b>", "<s>"):
        assert spoiled not in html
    assert "&lt;script&gt;" in html
    assert "18 of 20 points" in html


def test_a_corrected_test_or_another_submission_is_graded_anew(problem):
    entry = Entry(PurePosixPath("ps1.ipynb"), PurePosixPath("ps1.ipynb"), None)
    one, other = (
        submissions.Submission("Ada", "ps1", "ps1.ipynb", datetime.now(UTC), entry, digest)
        for digest in ("a", "b")
    )
    corrected = Problem("ps1")
    corrected.text = corrected.text.replace("a step from another state", "one step")
    keys = {
        key_of(problem("ps1"), one),
        key_of(problem("ps1"), other),
        key_of(corrected, one),
        key_of(Problem("ps1", seed=3), one),
    }
    assert len(keys) == 4
    assert key_of(Problem("ps1"), one) in keys


def run_grade(inbox, folder, *options):
    command = [sys.executable, "-m", "coursework", "grade", str(inbox), "--folder", str(folder)]
    return subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_killed_half_way_it_resumes_and_loses_no_grade(tmp_path, honest, blank, needs_sandbox):
    right = honest()
    slow = blank("ps1")
    slow["cells"].append(cell("import time\ntime.sleep(6)"))
    inbox = write(
        tmp_path / "Abgaben für Montag",
        {
            "Ada/ps1.ipynb": right,
            "Bob/ps1.ipynb": b"{",
            "Cy/ps1.ipynb": json.dumps(slow).encode(),
            "Zoë Müller 李/ps1.ipynb": right,
        },
    )
    folder = tmp_path / "class"
    results = folder / "results" / "ps1"

    first = run_grade(inbox, folder, "--jobs", "1")
    deadline = time.monotonic() + 120
    while len(list(results.glob("*.json"))) < 2:
        assert time.monotonic() < deadline
        assert first.poll() is None, first.communicate()
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()
    done = {path: path.stat().st_mtime_ns for path in results.glob("*.json")}
    assert 2 <= len(done) < 4
    assert not (folder / "grades.csv").exists()

    second = run_grade(inbox, folder, "--due", "2026-12-01T23:59")
    said, progress = second.communicate(timeout=300)
    assert second.returncode == 0, progress
    assert f"Graded now: {4 - len(done)}. Unchanged since last time: {len(done)}." in said
    assert "4/4" in progress
    assert all(path.stat().st_mtime_ns == before for path, before in done.items())

    rows = list(csv.DictReader((folder / "grades.csv").open(encoding="utf-8")))
    assert [(row["student"], row["points"], row["of"]) for row in rows] == [
        ("Ada", "20", "20"),
        ("Bob", "0", "20"),
        ("Cy", "0", "20"),
        ("Zoë Müller 李", "20", "20"),
    ]
    assert "not valid JSON" in rows[1]["notes"]
    pages = sorted(str(p.relative_to(folder)) for p in folder.glob("feedback/*/ps1.html"))
    assert pages[0] == "feedback/Ada/ps1.html"
    assert len(pages) == 4


def test_without_bubblewrap_nothing_is_graded(tmp_path, monkeypatch):
    from coursework.sandbox import NoSandboxError, check_machine

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSandboxError, match="sudo apt-get install bubblewrap"):
        check_machine()
