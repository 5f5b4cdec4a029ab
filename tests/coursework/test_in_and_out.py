"""From a download to what a platform imports: grades with its own numbers, feedback in one zip."""

import csv
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from classes import as_bytes, blank, read, solved, write, zipped

from coursework.problems import RELEASE

HOLDS = b'{"cells": [], "metadata": {}}'
MOODLE_SHEET = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\r\n"
    "Participant 4711,Jane Doe,jane@example.edu,Submitted for grading,,20.00,Yes,"
    '"Monday, 30 November 2026, 10:00 AM",-,\r\n'
    "Participant 4712,Jörg Müller,jm@example.edu,Submitted for grading,,20.00,Yes,-,-,\r\n"
    "Participant 4713,Nobody Here,n@example.edu,No submission,,20.00,Yes,-,-,\r\n"
)
CANVAS_BOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Problem Set 1 (881),Problem Set 12 (890)\n"
    "    Points Possible,,,,,20,20\n"
    '"Doe, Jane",12345,s1,jdoe,A,,\n"Ice, Al",777,s2,aice,A,,\n"Here, Nobody",999,s3,nh,B,,5\n'
)
GRADESCOPE_LIST = (
    "First Name,Last Name,SID,Email,Role\nJane,Doe,00123,jane@example.edu,Student\n"
    "Al,Ice,111,al@example.edu,Student\nNobody,Here,222,nobody@example.edu,Student\n"
)
METADATA = """\
submission_1:
  :submitters:
  - :name: Jane Doe
    :sid: '00123'
    :email: jane@example.edu
  :created_at: 2026-11-30 10:00:00.000000000 Z
submission_2:
  :submitters:
  - :name: Al Ice
    :sid: '111'
  :created_at: 2026-12-02 11:59:00.000000000 Z
"""


def journey(platform, honest):
    """A download as the platform builds it, and the list of students that it exports."""
    return {
        "moodle": (
            {
                "Jane Doe_4711_assignsubmission_file/ps1.ipynb": honest,
                "Jörg Müller_4712_assignsubmission_file/ps1.ipynb": blank(),
            },
            MOODLE_SHEET,
        ),
        "canvas": (
            {
                "doejane_12345_678910_ps1.ipynb": honest,
                "iceal_LATE_777_678911_ps1-1.ipynb": blank(),
            },
            CANVAS_BOOK,
        ),
        "gradescope": (
            {
                "assignment_9_export/submission_metadata.yml": METADATA.encode(),
                "assignment_9_export/submission_1/ps1.ipynb": honest,
                "assignment_9_export/submission_2/ps1.ipynb": blank(),
            },
            GRADESCOPE_LIST,
        ),
    }[platform]


def moodle_takes(name: str) -> bool:
    """What Moodle's importer asks of a name in the zip, in the releases before and after 4.1."""
    parts = name.split("/")[0].split("_", 4)
    old = name.split("_", 4)
    fits = len(parts) >= 4 and parts[1].isdigit() and parts[2:4] == ["assignfeedback", "file"]
    return fits and len(old) == 5 and old[1].isdigit()


@pytest.mark.parametrize("platform", ["moodle", "canvas", "gradescope"])
def test_from_the_download_to_the_feedback(command, graded, honest, tmp_path, platform):
    """The teacher's page, step by step, with real sandboxes."""
    files, people = journey(platform, honest())
    download, roster = tmp_path / "download.zip", tmp_path / "list.csv"
    download.write_bytes(zipped(files))
    roster.write_text(people, encoding="utf-8", newline="")
    run = command(
        "grade", download, "--set", "1", "--due", "2026-12-01T23:59", "--zone", "UTC",
        "--format", platform, "--roster", roster,
    )  # fmt: skip
    assert run.status is None, run.status
    assert sorted(row["points"] for row in run.rows) == ["0", "0", "20"]
    assert [row["notes"] for row in run.rows if row["points"] == "0" and not row["file"]] == [
        "Nothing was handed in."
    ]
    export = run.folder / "export"
    text = (export / f"ps1-{platform}.csv").read_bytes().decode("utf-8")
    before = list(csv.reader(io.StringIO(people.lstrip("\ufeff"))))
    after = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert [row[:4] for row in after] == [row[:4] for row in before]
    assert len(after) == len(before)
    with zipfile.ZipFile(export / "ps1-feedback.zip") as archive:
        names = archive.namelist()
        pages = [archive.read(name).decode("utf-8") for name in names]
    assert sum("20 of 20 points" in page for page in pages) == 1
    table = [dict(zip(after[0], row, strict=True)) for row in after[1:]]
    if platform == "moodle":
        assert text.startswith("\ufeff")
        assert [row["Grade"] for row in table] == ["20", "0", "0"]
        assert [row["Last modified (grade)"] for row in table] == ["-", "-", "-"]
        assert "handed out" in table[1]["Feedback comments"]
        assert all(map(moodle_takes, names)), names
        assert len(names) == 2
    elif platform == "canvas":
        assert not text.startswith("\ufeff")
        assert [row["Problem Set 1 (881)"] for row in table] == ["20", "20", "0", "0"]
        assert [row["Problem Set 12 (890)"] for row in table] == ["20", "", "", "5"]
        assert table[0]["Student"] == "    Points Possible"
        assert sorted(names) == ["doejane_12345_678910_ps1.html", "iceal_LATE_777_678911_ps1.html"]
        assert (
            "The platform marked it as late."
            in run.rows[1]["notes"] + run.rows[0]["notes"] + (run.rows[2]["notes"])
        )
    else:
        assert [(row["SID"], row["ps1"]) for row in table] == [
            ("00123", "20"), ("111", "0"), ("222", "0"),
        ]  # fmt: skip
        assert {row["student"]: row["hours_late"] for row in run.rows}["Al Ice"] == "12.0"


@pytest.mark.parametrize("platform", ["moodle", "canvas", "gradescope", "excel"])
def test_without_a_list_the_table_has_the_platforms_columns(
    command, quick, honest, tmp_path, platform
):
    files, _ = journey(platform if platform != "excel" else "moodle", honest())
    command("grade", write(tmp_path / "in", files))
    run = command("tables", "--format", platform, "--set", "1")
    assert run.status is None
    name = "grades-excel.csv" if platform == "excel" else f"ps1-{platform}.csv"
    raw = (run.folder / "export" / name).read_bytes()
    assert raw.startswith("\ufeff".encode()) == (platform in ("moodle", "excel"))
    rows = read(run.folder / "export" / name)
    if platform == "moodle":
        assert [(r["Identifier"], r["Grade"]) for r in rows] == [
            ("Participant 4711", "20"), ("Participant 4712", "0"),
        ]  # fmt: skip
    if platform == "canvas":
        assert [(r["ID"], r["ps1"]) for r in rows] == [("", "20"), ("12345", "20"), ("777", "0")]
    if platform == "gradescope":
        assert {(r["SID"], r["ps1"]) for r in rows} == {("00123", "20"), ("111", "0")}


ROSTERS = {
    "names": "student\nAda Byron\nBo\nCy\n",
    "a table of a German Excel": "Student;E-Mail\r\nAda Byron;a@x\r\nBo;b@x\r\nCy;c@x\r\n",
    "first and last names": "First name,Surname\nAda,Byron\nBo,\nCy,\n",
    "turned names": 'name\n"Byron, Ada"\nBo\nCy\n',
    "other spelling": "Full name\nADA  BYRON\nbo\ncy\n",
}


@pytest.mark.parametrize("case", ROSTERS)
def test_who_handed_in_nothing_gets_a_row(command, quick, honest, tmp_path, case):
    roster = tmp_path / "list.csv"
    roster.write_text(ROSTERS[case], encoding="utf-8", newline="")
    files = {"Ada Byron/ps1.ipynb": honest(), "Bo/ps1.ipynb": HOLDS, "Guest/ps1.ipynb": honest()}
    run = command("grade", write(tmp_path / "in", files), "--roster", roster)
    assert {name.casefold(): points for name, points in run.points.items()} == {
        "ada byron": "20", "bo": "0", "guest": "20", "cy": "0",
    }  # fmt: skip
    assert "Not on the list of students: 'Guest' (ps1)." in run.err


@pytest.mark.parametrize(
    ("content", "says"), [(b"a,b\n1,2\n", "has no column that says who"), (b"", "has no column")]
)
def test_a_list_without_names_is_refused(command, quick, honest, tmp_path, content, says):
    (tmp_path / "list.csv").write_bytes(content)
    inbox = write(tmp_path / "in", {"Ada/ps1.ipynb": honest()})
    assert says in command("grade", inbox, "--roster", tmp_path / "list.csv").status


def test_two_of_one_name_on_the_list_are_known_by_their_numbers(command, quick, honest, tmp_path):
    sheet = "Identifier,Full name,Grade\nParticipant 11,Jane Doe,\nParticipant 22,Jane Doe,\n"
    (tmp_path / "list.csv").write_text(sheet)
    files = {"Jane Doe_22_assignsubmission_file/ps1.ipynb": honest()}
    run = command(
        "grade",
        write(tmp_path / "in", files),
        "--format",
        "moodle",
        "--roster",
        tmp_path / "list.csv",
    )
    rows = read(run.folder / "export/ps1-moodle.csv")
    assert [(row["Identifier"], row["Grade"]) for row in rows] == [
        ("Participant 11", "0"), ("Participant 22", "20"),
    ]  # fmt: skip


def test_the_words_of_a_list_are_not_formulas_and_come_back(command, quick, honest, tmp_path):
    sheet = "student,phone\nAda,+49 30 1\nBo,-\n=1+1,x\n"
    (tmp_path / "list.csv").write_text(sheet)
    inbox = write(tmp_path / "in", {"Ada/ps1.ipynb": honest()})
    run = command("grade", inbox, "--format", "gradescope", "--roster", tmp_path / "list.csv")
    rows = read(run.folder / "export/ps1-gradescope.csv")
    assert [row["student"] for row in rows] == ["Ada", "Bo", "'=1+1"]
    assert rows[1]["phone"] == "-"


@pytest.mark.parametrize("right", [True, False])
def test_the_classrooms_check_runs_what_students_see(tmp_path, right):
    """`make release` ships it with a workflow; a student's repository runs both."""
    for name in ("check.py", "classroom.yml"):
        (tmp_path / name).write_bytes((RELEASE / name).read_bytes())
    (tmp_path / "ps1.ipynb").write_bytes(as_bytes(solved()) if right else blank())
    done = subprocess.run(
        [sys.executable, "check.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert (done.returncode == 0) is right, done.stderr
    assert len(re.findall(r"^ps1.ipynb, part [A-E]: ", done.stdout, re.M)) == 5
    assert ("passes" in done.stdout) is right
    workflow = Path(tmp_path / "classroom.yml").read_text()
    assert "run: python check.py" in workflow
