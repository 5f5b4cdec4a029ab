"""Dates, arguments, later runs, and points given by hand."""

import json
import os
import time
from datetime import datetime, timedelta

import pytest
from classes import read, write, zipped

from coursework.dates import due_date, machine_zone, zone_of

HOLDS = b'{"cells": [], "metadata": {}}'


def inbox_of(folder, files, when="2026-12-02T11:59:00+00:00"):
    """Files with a time stamp."""
    write(folder, files)
    stamp = datetime.fromisoformat(when).timestamp()
    for name in files:
        os.utime(folder / name, (stamp, stamp))
    return folder


def late(run, which):
    return [row["hours_late"] for row in run.rows if row["set"] == which]


def test_t1_each_set_keeps_its_own_date(command, quick, honest, tmp_path):
    one = inbox_of(tmp_path / "1", {"Ada/ps1.ipynb": honest()})
    two = inbox_of(tmp_path / "2", {"Ada/ps2.ipynb": honest("ps2")})
    utc = ("--zone", "UTC")
    assert late(command("grade", one, "--due", "2026-12-01T23:59", *utc), "ps1") == ["12.0"]
    run = command("grade", two, "--due", "2026-12-31T23:59", *utc)
    assert (late(run, "ps1"), late(run, "ps2")) == (["12.0"], ["0.0"])
    again = command("grade", two)
    assert (late(again, "ps1"), late(again, "ps2")) == (["12.0"], ["0.0"])
    tables = command("tables")
    assert (late(tables, "ps1"), late(tables, "ps2")) == (["12.0"], ["0.0"])
    stored = json.loads((run.folder / "dates.json").read_text())
    assert stored["due"]["ps1"] == "2026-12-01T23:59:00+00:00"


@pytest.mark.parametrize(
    ("due", "hours"),
    [
        ("2026-12-01T23:59Z", "12.0"),
        ("2026-12-01T23:59+01:00", "13.0"),
        ("2026-12-01 23:59", "12.0"),
        ("2026-12-01", "12.0"),  # a day ends at midnight
        ("20261201T235900+0000", "12.0"),
    ],
)
def test_t2_a_date_with_and_without_a_zone(command, quick, honest, tmp_path, due, hours):
    inbox = inbox_of(tmp_path / "in", {"Ada/ps1.ipynb": honest()})
    assert late(command("grade", inbox, "--due", due, "--zone", "UTC"), "ps1") == [hours]


def test_t2_the_zone_of_a_zips_stamps_is_said_and_can_be_chosen(command, quick, honest, tmp_path):
    path = tmp_path / "in.zip"
    path.write_bytes(zipped({"Ada/ps1.ipynb": honest()}, {"Ada/ps1.ipynb": (2026, 7, 1, 12, 0, 0)}))
    run = command("grade", path, "--zone", "Europe/Berlin", "--due", "2026-07-01T11:00")
    assert run.rows[0]["submitted"] == "2026-07-01T12:00:00+02:00"
    assert "are those of Europe/Berlin" in run.out
    assert late(run, "ps1") == ["1.0"]
    other = command("grade", path, "--zone", "America/New_York")
    assert other.rows[0]["submitted"] == "2026-07-01T12:00:00-04:00"
    assert late(other, "ps1") == ["7.0"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--due", "tomorrow"), "DUE must be a date"),
        (("--due", "2026-13-01"), "DUE must be a date"),
        (("--zone", "Berlin"), "no time zone"),
        (("--zone", "../../etc/passwd"), "no time zone"),
        (("--set", "7"), "There is no ps7. There are: ps1, "),
        (("--set", "one"), "There is no one"),
        (("--roster", "/nowhere.csv"), "cannot be read"),
        (("--due", "2026-12-01"), "Say PS= too"),
    ],
)
def test_t2_t3_arguments_are_checked_before_anything_is_graded(
    command, quick, honest, tmp_path, options, says
):
    files = {"Ada/ps1.ipynb": honest(), "Ada/ps2.ipynb": honest("ps2")}
    run = command("grade", inbox_of(tmp_path / "in", files), *options)
    assert says in str(run.status)
    assert not (run.folder / "results").exists()


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"Ada/notes.txt": b""},
        {"Ada/ps9.ipynb": HOLDS},
        {"Ada/a.ipynb": HOLDS, "Ada/b.ipynb": HOLDS},
    ],
)
def test_t3_the_status_is_not_0_where_nothing_was_graded(command, quick, tmp_path, files):
    (tmp_path / "in").mkdir()
    run = command("grade", write(tmp_path / "in", files))
    assert isinstance(run.status, str)
    assert run.status


@pytest.mark.parametrize(("words", "name"), [("1", "ps1"), ("PS 1", "ps1"), ("ps01", "ps1")])
def test_a_set_may_be_called_in_several_ways(command, quick, honest, tmp_path, words, name):
    run = command("grade", write(tmp_path / "in", {"Ada/x.ipynb": honest()}), "--set", words)
    assert [row["set"] for row in run.rows] == [name]


def test_a_date_file_that_was_spoiled_is_said_before_grading(command, quick, honest, tmp_path):
    write(tmp_path / "class", {"dates.json": b'{"zone": "UTC", "due": {"ps1": "2026-12-01"}}'})
    run = command("grade", write(tmp_path / "in", {"Ada/ps1.ipynb": honest()}))
    assert "dates.json should hold" in run.status


def test_the_machines_zone_is_one_that_exists():
    zone = zone_of(machine_zone())
    assert due_date("2026-12-01T10:00", zone).utcoffset() is not None
    assert due_date("2026-12-01", zone) - due_date("2026-12-01T00:00", zone) > timedelta(hours=23)


def test_w8_an_older_file_does_not_replace_a_newer_result(command, quick, honest, tmp_path):
    new = inbox_of(tmp_path / "new", {"Ada/ps1.ipynb": honest()}, "2026-12-01T12:00:00+00:00")
    old = inbox_of(tmp_path / "old", {"Ada/my_ps1.ipynb": HOLDS}, "2026-11-01T12:00:00+00:00")
    command("grade", new)
    run = command("grade", old)
    assert run.points == {"Ada": "20"}
    assert run.rows[0]["file"] == "Ada/ps1.ipynb"
    assert "which is newer, is graded already" in run.what("Ada/my_ps1.ipynb")
    assert "Ada/my_ps1.ipynb" in run.err


@pytest.mark.parametrize(("keep", "points"), [("latest", "0"), ("best", "20")])
@pytest.mark.parametrize("at_once", [True, False])
def test_w8_a_worse_late_file(command, quick, honest, tmp_path, keep, points, at_once):
    good, bad = {"Ada/ps1.ipynb": honest()}, {"Ada/late_ps1.ipynb": HOLDS}
    first = inbox_of(tmp_path / "a", good, "2026-11-30T12:00:00+00:00")
    second = inbox_of(first if at_once else tmp_path / "b", bad)
    if not at_once:
        command("grade", first, "--keep", keep)
    for _ in range(2):
        run = command("grade", second, "--keep", keep)
        assert run.points == {"Ada": points}
    assert "Graded now: 0" in run.out
    if keep == "best":
        assert run.rows[0]["file"] == "Ada/ps1.ipynb"
        assert "has more" in run.what("Ada/late_ps1.ipynb")


def test_keep_best_takes_the_better_late_file(command, quick, honest, tmp_path):
    inbox_of(tmp_path / "in", {"Ada/ps1.ipynb": HOLDS}, "2026-11-30T12:00:00+00:00")
    inbox = inbox_of(tmp_path / "in", {"Ada/late_ps1.ipynb": honest()})
    run = command("grade", inbox, "--keep", "best")
    assert run.points == {"Ada": "20"}
    assert run.rows[0]["file"] == "Ada/late_ps1.ipynb"


def test_a_damaged_later_upload_does_not_cost_the_earlier_work(command, quick, honest, tmp_path):
    one = inbox_of(tmp_path / "1", {"Ada/ps1.ipynb": honest()}, "2026-11-30T12:00:00+00:00")
    two = inbox_of(tmp_path / "2", {"Ada/ps1.zip": b"PK\x03\x04..."})
    command("grade", one)
    run = command("grade", two, "--set", "1")
    assert run.points == {"Ada": "20"}
    assert "damaged" in run.err


def test_the_same_bytes_with_a_later_stamp_stay_in_time(command, quick, honest, tmp_path):
    """A folder that was copied has new stamps."""
    one = inbox_of(tmp_path / "1", {"Ada/ps1.ipynb": honest()}, "2026-11-30T12:00:00+00:00")
    command("grade", one, "--due", "2026-12-01T12:00Z")
    copied = inbox_of(tmp_path / "2", {"Ada/ps1.ipynb": honest()})
    assert late(command("grade", copied), "ps1") == ["0.0"]


def test_p4_points_by_hand_stay_and_are_shown(command, quick, honest, tmp_path):
    inbox = inbox_of(tmp_path / "in", {"Ada Byron/ps1.ipynb": HOLDS, "Bo/ps1.ipynb": honest()})
    command("grade", inbox)
    who = ("--set", "1", "--student", "Ada Byron")
    reason = "The idea is right <b>; see §2."
    assert command("score", *who, "--part", "B", "--points", "2,5", "--why", reason).status is None
    run = command("score", *who, "--part", "extra", "--points", "-1")
    for _ in range(2):
        row = next(row for row in run.rows if row["student"] == "Ada Byron")
        assert row["points"] == "1.5"
        assert "B 2.5/4 by hand" in row["parts"]
        assert "extra -1 by hand" in row["parts"]
        page = (run.folder / "feedback/Ada Byron/ps1.html").read_text("utf-8")
        assert "gave 2.5 points for this part: The idea is right &lt;b&gt;; see §2." in page
        run = command("grade", inbox)
    for path in (run.folder / "results/ps1").iterdir():
        path.unlink()
    assert command("grade", inbox).points["Ada Byron"] == "1.5"
    taken = command("score", *who, "--part", "B", "--points", "none")
    assert taken.points["Ada Byron"] == "-1"


def test_p4_a_part_that_is_added_erases_nothing(command, quick, honest, monkeypatch, tmp_path):
    from coursework.problems import Part, Problem

    inbox = inbox_of(tmp_path / "in", {"Ada/ps1.ipynb": HOLDS})
    command("grade", inbox)
    command("score", "--set", "1", "--student", "Ada", "--part", "B", "--points", "4")
    parts = [*Problem("ps1").parts, Part("Z", "Z. New", 3, "")]
    monkeypatch.setattr(Problem, "parts", parts)
    run = command("grade", inbox)
    assert run.points == {"Ada": "4"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--part", "Q", "--points", "1"), "has no part 'Q'"),
        (("--part", "B", "--points", "9"), "worth 0 to 4 points, got 9"),
        (("--part", "B", "--points", "-1"), "worth 0 to 4 points"),
        (("--part", "B", "--points", "nan"), "worth 0 to 4 points"),
        (("--part", "B", "--points", "two"), "must be a number"),
        (("--points", "1"), "make score PS=1"),
        (("--part", "B"), "make score PS=1"),
    ],
)
def test_a_wrong_score_is_refused(command, quick, honest, tmp_path, options, says):
    command("grade", write(tmp_path / "in", {"Ada/ps1.ipynb": HOLDS}))
    run = command("score", "--set", "1", "--student", "Ada", *options)
    assert says in run.status
    assert run.points == {"Ada": "0"}
    assert (
        "no row of 'Nobody'"
        in command(
            "score", "--set", "1", "--student", "Nobody", "--part", "B", "--points", "1"
        ).status
    )


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("\ufeffstudent;set;part;points;reason\r\nAda;ps1;B;2,5;gut\r\n", None),
        ("student,set,part,points\nAda,ps1,B,2.5\n\n,,,\n", None),
        ("student,set,part,points,reason\nAda,ps1,B,5,\n", "line 2: part B of ps1 is worth 0 to 4"),
        ("student,set,points\nAda,ps1,5\n", "must have the columns"),
    ],
)
def test_the_table_may_come_from_a_spreadsheet(command, quick, honest, tmp_path, table, says):
    write(tmp_path / "class", {"manual.csv": table.encode()})
    run = command("grade", write(tmp_path / "in", {"Ada/ps1.ipynb": HOLDS}))
    if says:
        assert says in run.status
        assert not (run.folder / "results").exists()
    else:
        assert run.points == {"Ada": "2.5"}
    assert (run.folder / "manual.csv").read_bytes() == table.encode()


def test_p5_the_course_has_no_file_that_another_tool_would_overwrite(
    command, quick, honest, tmp_path
):
    run = command("grade", write(tmp_path / "in", {"Ada/ps1.ipynb": honest()}))
    assert not list(run.folder.glob("*.db"))
    assert read(run.folder / "grades.csv")[0]["points"] == "20"


def test_p6_a_second_class_has_its_own_seed_and_folder(command, quick, tmp_path, monkeypatch):
    from coursework import __main__ as commands

    monkeypatch.setattr(commands, "HERE", tmp_path)
    assert commands.class_folder("b") == tmp_path / "class/classes/b"
    run = command("release", "--seed", "77", folder="b")
    assert (
        json.loads((run.folder / "release/ps1.ipynb").read_text())["metadata"]["coursework"]["seed"]
        == 77
    )
    mine = (run.folder / "release/ps1.ipynb").read_bytes()
    graded = command("grade", write(tmp_path / "in", {"Ada/ps1.ipynb": mine}), folder="b")
    assert graded.status is None
    assert not any("another class" in row["notes"] for row in graded.rows)


def test_speed_of_what_is_not_grading(command, quick, honest, tmp_path):
    """Two hundred files are listed and two hundred pages written in seconds."""
    inbox = write(tmp_path / "in", {f"S{n:03}/ps1.ipynb": honest() for n in range(200)})
    start = time.monotonic()
    run = command("grade", inbox, "--quiet")
    assert len(run.rows) == 200
    assert time.monotonic() - start < 60
