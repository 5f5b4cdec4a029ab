"""Who handed in what: by what each platform's names have of their own, never by their depth."""

import io
import json
import os
import zipfile
from datetime import UTC

import pytest
from classes import as_bytes, blank, solved, write, zipped

from coursework import platforms, submissions
from coursework.people import DoubtError
from coursework.problems import SOURCE, names

NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
META = """\
submission_409194023:
  :submitters:
  - :name: Jane Doe
    :sid: '00123'
    :email: jane@example.edu
  :created_at: 2026-11-30 17:34:00.861687000 Z
  :score: 2.0
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    output: |-
      submission_1: {not: yaml
submission_500000001:
  :submitters:
  - :name: Al Ice
    :sid: '111'
  - :name: Bob B
    :email: bob@example.edu
  :created_at: 2026-11-29 10:00:00.000000000 Z
"""
REPO = {
    "README.md": b"#",
    "coursework/source/ps1/ps1.ipynb": (SOURCE / "ps1/ps1.ipynb").read_bytes(),
    "coursework/source/ps2/ps2.ipynb": (SOURCE / "ps2/ps2.ipynb").read_bytes(),
    "coursework/release/ps1.ipynb": blank("ps1"),
    "coursework/release/ps2.ipynb": blank("ps2"),
    "book/1-memory/unroll.ipynb": NOTEBOOK,
    "book/1-memory/fade.ipynb": NOTEBOOK,
}

# platform, files, {student: set}; a zip's content is a dict
DOWNLOADS = {
    "Moodle, folders": (
        "moodle",
        {
            "Jane Doe_4711_assignsubmission_file/ps1.ipynb": NOTEBOOK,
            "Jörg Müller_4712_assignsubmission_file_/ps1.ipynb": NOTEBOOK,
            "Al_Ice_4713_assignsubmission_onlinetext/onlinetext.html": b"<p>",
        },
        {"Jane Doe": "ps1", "Jörg Müller": "ps1"},
    ),
    "Moodle, flat": (
        "moodle",
        {
            "Jane Doe_4711_assignsubmission_file_ps1.ipynb": NOTEBOOK,
            "Bob_4712_assignsubmission_file_Jo Roe_4711_assignsubmission_file_ps1.ipynb": NOTEBOOK,
        },
        {"Jane Doe": "ps1", "Bob": "ps1"},
    ),
    "W3 Moodle, one late student": (
        "moodle",
        {"Jane Doe_4711_assignsubmission_file/ps1.zip": {"ps1.ipynb": NOTEBOOK}},
        {"Jane Doe": "ps1"},
    ),
    "Moodle, below other folders": (
        "moodle",
        {
            "course/PS 1/Jane Doe_4711_assignsubmission_file/my work/ps1.ipynb": NOTEBOOK,
            "course/PS 1/Bob_4712_assignsubmission_file/ps1.zip": {"a/b/ps1.ipynb": NOTEBOOK},
            "course/index.html": b"",
        },
        {"Jane Doe": "ps1", "Bob": "ps1"},
    ),
    "Canvas": (
        "canvas",
        {
            "doejane_12345_678910_ps1.ipynb": NOTEBOOK,
            "iceal_LATE_777_678911_ps1-1.ipynb": NOTEBOOK,
            "müllerjörg_888_678912_bob_999_1_ps1.ipynb": NOTEBOOK,
        },
        {"doejane_12345": "ps1", "iceal_777": "ps1", "müllerjörg_888": "ps1"},
    ),
    "Canvas, anonymous, in a folder": (
        "canvas",
        {
            "submissions/anon_Xy3Zq_678910_ps1.ipynb": NOTEBOOK,
            "submissions/LATE_anon_Ab3Cd_678911_ps1.zip": {"ps1.ipynb": NOTEBOOK},
        },
        {"anon_Xy3Zq": "ps1", "anon_Ab3Cd": "ps1"},
    ),
    "W4 Blackboard": (
        "blackboard",
        {
            "Problem Set 1_jdoe_attempt_2026-11-30-10-00-00_ps1.ipynb": NOTEBOOK,
            "Problem Set 1_jdoe_attempt_2026-11-30-10-00-00.txt": b"",
            "Problem Set 1_a_b_attempt_2026-11-30-11-00-00_ps1.ipynb": NOTEBOOK,
            "Problem Set 1_c_b_attempt_2026-11-30-12-00-00_ps1.ipynb": NOTEBOOK,
        },
        {"jdoe": "ps1", "a_b": "ps1", "c_b": "ps1"},
    ),
    "Brightspace, folders": (
        "brightspace",
        {
            "12345-678910 - Jane Doe - Nov 30, 2026 1000 AM/ps1.ipynb": NOTEBOOK,
            "12346-678910 - Al-Ice O'Neil - November 30, 2026 1105 PM/ps1.ipynb": NOTEBOOK,
            "index.html": b"",
        },
        {"Jane Doe": "ps1", "Al-Ice O'Neil": "ps1"},
    ),
    "Brightspace, flat": (
        "brightspace",
        {"12345-678910 - Jane Doe - Nov 30, 2026 1000 AM - ps1.ipynb": NOTEBOOK},
        {"Jane Doe": "ps1"},
    ),
    "ILIAS": (
        "ilias",
        {
            "Submissions/Doe_Jane_jdoe_1234/ps1.ipynb": NOTEBOOK,
            "Submissions/Von Ice_Al Bert_a_ice_1235/ps1.ipynb": NOTEBOOK,
        },
        {"jdoe": "ps1", "a_ice": "ps1"},
    ),
    "ILIAS, teams": (
        "ilias",
        {
            "Team 1/Doe_Jane_jdoe_1234/ps1.ipynb": NOTEBOOK,
            "Team 2/Ice_Al_ice_5/ps1.ipynb": NOTEBOOK,
        },
        {"jdoe": "ps1", "ice": "ps1"},
    ),
    "W2 Gradescope, a group": (
        "gradescope",
        {
            "assignment_99_export/submission_metadata.yml": META.encode(),
            "assignment_99_export/submission_409194023/ps1.ipynb": NOTEBOOK,
            "assignment_99_export/submission_500000001/deep/er/ps1.ipynb": NOTEBOOK,
        },
        {"Jane Doe": "ps1", "Al Ice": "ps1", "Bob B": "ps1"},
    ),
    "W7 GitHub Classroom's assistant": (
        "github",
        {
            "ps1-submissions/ps1-jane-d/ps1.ipynb": NOTEBOOK,
            "ps1-submissions/ps1-bob/assignments/ps1.ipynb": NOTEBOOK,
        },
        {"jane-d": "ps1", "bob": "ps1"},
    ),
    "GitHub Classroom, a slug of another kind": (
        "github",
        {"memory-submissions/memory-jane/ps1.ipynb": NOTEBOOK, "memory-submissions/x.txt": b""},
        {"jane": "ps1"},
    ),
    "GitHub, repositories": (
        "github",
        {"ps1-jane/ps1.ipynb": NOTEBOOK, "ps1-bob-main.zip": {"ps1-bob-main/ps1.ipynb": NOTEBOOK}},
        {"jane": "ps1", "bob": "ps1"},
    ),
    "plain folders": (
        "plain",
        {
            "Ada/ps1.ipynb": NOTEBOOK,
            "Bob/files/ps1.ipynb": NOTEBOOK,
            "Cy.zip": {"ps1.ipynb": NOTEBOOK},
        },
        {"Ada": "ps1", "Bob": "ps1", "Cy": "ps1"},
    ),
    "W2 a broken zip beside": (
        "plain",
        {
            "PS 1/Ada.zip": {"ps1.ipynb": NOTEBOOK},
            "PS 1/Zoe.zip": {"ps1.ipynb": NOTEBOOK},
            "Bo.zip": b"x",
        },
        {"Ada": "ps1", "Zoe": "ps1", "Bo": "ps1"},
    ),
    "W2 a page beside": (
        "plain",
        {f"export/{n}/ps1.ipynb": NOTEBOOK for n in ("Ada", "Bob", "Cy")}
        | {"export/index.html": b""},
        {"Ada": "ps1", "Bob": "ps1", "Cy": "ps1"},
    ),
    "W2 a table beside": (
        "plain",
        {"PS1/Anna/ps1.ipynb": NOTEBOOK, "PS1/Ben/ps1.ipynb": NOTEBOOK, "PS1/grades.csv": b""},
        {"Anna": "ps1", "Ben": "ps1"},
    ),
    "folders of sets": (
        "plain",
        {
            "PS1/Anna.ipynb": NOTEBOOK,
            "PS1/Ben.ipynb": NOTEBOOK,
            "PS 2/Ben.zip": {"ps2.ipynb": NOTEBOOK},
        },
        {"Anna": "ps1", "Ben": "ps2"},
    ),
    "sets that only the folders name": (
        "plain",
        {
            "PS1/Ada/work.ipynb": NOTEBOOK,
            "PS1/Bo/work.ipynb": NOTEBOOK,
            "PS2/Ada/w.ipynb": NOTEBOOK,
        },
        {"Ada": "ps2", "Bo": "ps1"},  # and Ada's ps1, which a dict does not show
    ),
    "an export under a set's name": (
        "plain",
        {"ps1-export/Ada/ps1.ipynb": NOTEBOOK, "ps1-export/Ben/ps1.ipynb": NOTEBOOK},
        {"Ada": "ps1", "Ben": "ps1"},
    ),
    "a course's name that looks like ILIAS": (
        "plain",
        {f"HS_2026_Info_1/{n}/ps1.ipynb": NOTEBOOK for n in ("Ada", "Ben", "Cy")},
        {"Ada": "ps1", "Ben": "ps1", "Cy": "ps1"},
    ),
    "a file of Canvas in a student's folder": (
        "plain",
        {"Ada/ps1.ipynb": NOTEBOOK, "Bob/doe_1_2_ps1.ipynb": NOTEBOOK, "Cy/ps1.ipynb": NOTEBOOK},
        {"Ada": "ps1", "Bob": "ps1", "Cy": "ps1"},
    ),
}


def packed(files):
    return {
        name: zipped(content) if isinstance(content, dict) else content
        for name, content in files.items()
    }


def found(path, **options):
    return submissions.find(path, names(), UTC, **options)


@pytest.mark.parametrize("as_zip", [False, True])
@pytest.mark.parametrize("case", DOWNLOADS)
def test_a_download_is_understood(tmp_path, case, as_zip):
    platform, files, students = DOWNLOADS[case]
    path = write(tmp_path / "in", packed(files))
    if as_zip:
        path = tmp_path / "in.zip"
        path.write_bytes(zipped(packed(files)))
    result = found(path)
    assert result.platform == platform
    assert {s.student: s.set for s in result.submissions} == students


# In Blackboard's names a `_` of a user's shows only beside the names of others.
ALONE = [case for case in DOWNLOADS if DOWNLOADS[case][0] not in ("plain", "blackboard")]


@pytest.mark.parametrize("case", ALONE)
def test_each_student_alone_has_the_same_name(tmp_path, case):
    """Whether a student comes alone and late, or with the class."""
    platform, files, students = DOWNLOADS[case]
    for name, content in packed(files).items():
        if name.endswith((".ipynb", ".zip")):
            alone = {name: content, **{n: c for n, c in files.items() if n.endswith(".yml")}}
            place = tmp_path / str(len(list(tmp_path.iterdir())))
            result = found(write(place, alone))
            assert result.platform == platform
            assert {s.student for s in result.submissions} <= students.keys()


def test_w4_one_person_has_one_name_over_sets_and_attempts(tmp_path):
    for number, (files, student) in enumerate(
        [
            (
                ["doejane_12345_678910_ps1.ipynb", "doejane_LATE_12345_99_ps2-1.ipynb"],
                "doejane_12345",
            ),
            (
                [
                    "PS1_jdoe_attempt_2026-11-30-10-00-00_ps1.ipynb",
                    "Set Two_jdoe_attempt_2026-12-30-10-00-00_ps2.ipynb",
                ],
                "jdoe",
            ),
            (
                [
                    "Jane Doe_4711_assignsubmission_file/ps1.ipynb",
                    "Jane Doe_9922_assignsubmission_file/ps2.ipynb",
                ],
                "Jane Doe",
            ),
        ]
    ):
        result = found(write(tmp_path / str(number), dict.fromkeys(files, NOTEBOOK)))
        assert [(s.student, s.set) for s in result.submissions] == [
            (student, "ps1"),
            (student, "ps2"),
        ]


def test_two_people_of_one_name_stay_two(command, quick, honest, tmp_path):
    one, two = (f"Jane Doe_{number}_assignsubmission_file/ps1.ipynb" for number in (11, 22))
    run = command("grade", write(tmp_path / "in", {one: honest(), two: NOTEBOOK}))
    assert run.points == {"Jane Doe": "20", "Jane Doe (22)": "0"}
    late = command("grade", write(tmp_path / "late", {two: honest()}))
    assert late.points == {"Jane Doe": "20", "Jane Doe (22)": "20"}


def test_a_new_name_in_canvas_stays_one_person(command, quick, honest, tmp_path):
    command("grade", write(tmp_path / "1", {"doejane_5_1_ps1.ipynb": honest()}))
    run = command("grade", write(tmp_path / "2", {"roejane_5_2_ps2.ipynb": honest("ps2")}))
    assert [(row["student"], row["set"]) for row in run.rows] == [
        ("doejane_5", "ps1"),
        ("doejane_5", "ps2"),
    ]


def test_the_newest_attempt_counts_by_the_outer_stamp(tmp_path):
    """Times inside a student's zip are the student's own."""
    early, late = (f"PS1_jdoe_attempt_2026-11-{day}-10-00-00_ps1.zip" for day in (28, 30))
    inner = {"ps1.ipynb": NOTEBOOK}
    files = {
        late: zipped(inner, {"ps1.ipynb": (2001, 1, 1, 0, 0, 0)}),
        early: zipped({"ps1.ipynb": b"old"}, {"ps1.ipynb": (2099, 1, 1, 0, 0, 0)}),
    }
    path = tmp_path / "in.zip"
    path.write_bytes(zipped(files))
    result = found(path)
    (only,) = result.submissions
    assert only.file == f"{late}/ps1.ipynb"
    assert only.submitted.isoformat() == "2026-11-30T10:00:00+00:00"
    said = {row.entry: row.what for row in result.rows}
    assert said[f"{early}/ps1.ipynb"] == f"superseded by {late}/ps1.ipynb"


@pytest.mark.parametrize("order", [1, -1])
def test_w5_a_tie_is_told_and_does_not_depend_on_the_order(command, quick, honest, tmp_path, order):
    files = dict([("Ada/ps1.ipynb", NOTEBOOK), ("Ada/ps1 (1).ipynb", honest())][::order])
    path = tmp_path / "in.zip"
    path.write_bytes(zipped({**files, "Bo/ps1.ipynb": NOTEBOOK}))
    run = command("grade", path)
    assert run.points["Ada"] == "20"
    assert "same time stamp" in run.rows[0]["notes"]
    assert "Ada, ps1, Ada/ps1 (1).ipynb" in run.err


def test_w1_the_repository_is_nobodys_work(command, quick, honest, tmp_path):
    files = {
        "Ada/repo.zip": zipped(REPO),
        "Bo/repo.zip": zipped({**REPO, "assignments/ps1.ipynb": honest()}),
        "Cy/repo.zip": zipped({**REPO, "coursework/release/ps1.ipynb": honest()}),
    }
    run = command("grade", write(tmp_path / "in", files), "--set", "1")
    assert run.points == {"Ada": "0", "Bo": "20", "Cy": "20"}
    assert "No notebook (.ipynb) of this set" in run.rows[0]["notes"]
    assert [row["file"] for row in run.rows[1:]] == [
        "Bo/repo.zip/assignments/ps1.ipynb",
        "Cy/repo.zip/coursework/release/ps1.ipynb",
    ]
    source = "Ada/repo.zip/coursework/source/ps1/ps1.ipynb"
    assert "repository" in {row["entry"]: row["what"] for row in run.entries}.get(source, "")
    every = command("grade", tmp_path / "in", folder="every")
    assert every.points == {"Bo": "20", "Cy": "20"}


@pytest.mark.parametrize("name", names())
def test_w1_a_source_is_nobodys_work_whatever_it_is_called(command, quick, tmp_path, name):
    source = json.loads((SOURCE / name / f"{name}.ipynb").read_text("utf-8"))
    for cell in source["cells"]:
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
    files = {
        f"Ada/{name}.ipynb": (SOURCE / name / f"{name}.ipynb").read_bytes(),
        f"Bo/my-{name}.ipynb": "\ufeff".encode()
        + json.dumps(source).replace("#", "\\u0023").encode(),
    }
    run = command("grade", write(tmp_path / "in", files), "--set", name)
    assert run.points == {"Ada": "0", "Bo": "0"}
    assert all("not a student's work" in row["notes"] for row in run.rows)


def test_an_untouched_set_says_so_and_never_hides_the_work(command, quick, honest, tmp_path):
    files = {"Ada/ps1.ipynb": honest(), "Ada/ps1 (1).ipynb": blank(), "Bo/ps1.ipynb": blank()}
    inbox = write(tmp_path / "in", files)
    os.utime(inbox / "Ada/ps1.ipynb", (1e9, 1e9))
    run = command("grade", inbox)
    assert run.points == {"Ada": "20", "Bo": "0"}
    assert "as it was handed out" in run.rows[1]["notes"]


def test_w8_a_set_under_the_name_of_another(command, quick, honest, tmp_path):
    inbox = write(tmp_path / "in", {"Ada/ps1.ipynb": honest("ps2"), "Bo/ps1.ipynb": honest()})
    run = command("grade", inbox, "--set", "1")
    assert run.points == {"Ada": "0", "Bo": "20"}
    assert "is called ps1, but the notebook in it is ps2" in run.rows[0]["notes"]
    free = command("grade", inbox, folder="free")
    assert [(r["student"], r["set"], r["points"]) for r in free.rows] == [
        ("Bo", "ps1", "20"),
        ("Ada", "ps2", "20"),
    ]
    assert "was graded as ps2" in free.rows[1]["notes"]


def test_w6_one_students_zeros_take_nothing_from_another(command, quick, honest, tmp_path):
    big = as_bytes(solved() | {"filler": "0" * 3_000_000})
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(60):
            archive.writestr(f"{number}.ipynb", bytes(19_000_000))
    files = {"Mal.zip": data.getvalue(), **{f"S{n:03}/ps1.ipynb": big for n in range(200)}}
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    run = command("grade", path, "--set", "1", "--quiet")
    assert [points for name, points in run.points.items() if name != "Mal"] == ["20"] * 200
    assert "Mal" in run.points


DOUBTFUL = {
    "a folder that may be a student": {"late/Ada/ps1.ipynb": NOTEBOOK},
    "two names in one folder": {"x/draft_ps1.ipynb": NOTEBOOK, "x/final_ps1.ipynb": NOTEBOOK},
    "tutorial groups": {
        f"group {g}/{n}{g}/ps1.ipynb": NOTEBOOK for g in "AB" for n in ("Ada", "Ben", "Cy")
    },
    "tutorial groups of zips": {
        f"group {g}/{n}{g}.zip": {"ps1.ipynb": NOTEBOOK} for g in "AB" for n in ("Ada", "Ben", "Cy")
    },
    "two platforms": {
        "Jane Doe_4711_assignsubmission_file/ps1.ipynb": NOTEBOOK,
        "Bob/ps1.ipynb": NOTEBOOK,
        "Cy/ps1.ipynb": NOTEBOOK,
    },
    "Gradescope without its list": {
        "submission_1/ps1.ipynb": NOTEBOOK,
        "submission_2/ps1.ipynb": NOTEBOOK,
    },
    "Gradescope with a spoiled list": {
        "submission_metadata.yml": b"{",
        "submission_1/ps1.ipynb": NOTEBOOK,
    },
}


@pytest.mark.parametrize("case", DOUBTFUL)
def test_what_is_doubtful_is_refused_with_a_sentence(command, quick, tmp_path, case):
    run = command("grade", write(tmp_path / "in", packed(DOUBTFUL[case])))
    assert isinstance(run.status, str)
    assert len(run.status) > 80
    assert not (run.folder / "grades.csv").exists()


def test_what_fits_no_pattern_is_shown(tmp_path):
    files = {f"Student {n}/ps1.ipynb": NOTEBOOK for n in range(5)}
    with pytest.raises(DoubtError) as refused:
        found(write(tmp_path, files), platform="canvas")
    assert str(refused.value).count("`Student") == 3


@pytest.mark.parametrize("platform", platforms.NAMES)
def test_the_teacher_may_say_which_platform_it_is(tmp_path, platform):
    files = {"Bob/doe_1_2_ps1.ipynb": NOTEBOOK, "Ada/ps1.ipynb": NOTEBOOK, "Cy/ps1.ipynb": NOTEBOOK}
    if platform == "plain":
        assert len(found(write(tmp_path, files), platform=platform).submissions) == 3
    elif platform == "canvas":
        result = found(write(tmp_path, files), platform=platform)
        assert [s.student for s in result.submissions] == ["doe_1"]
        assert sum("not graded" in row.what for row in result.rows) == 2
    else:
        with pytest.raises(DoubtError):
            found(write(tmp_path, files), platform=platform)


def test_every_entry_of_the_download_is_in_the_table(command, quick, honest, tmp_path):
    files = {
        "Ada/ps1.ipynb": honest(),
        "Ada/notes.txt": b"",
        "Bo/work.zip": zipped({"ps1.ipynb": honest(), "data/x.csv": b"", "extra.ipynb": NOTEBOOK}),
        "Cy/ps9.ipynb": NOTEBOOK,
        "Di/report.pdf": b"",
    }
    run = command("grade", write(tmp_path / "in", files))
    assert {row["entry"]: row["what"] for row in run.entries} == {
        "Ada/ps1.ipynb": "graded",
        "Ada/notes.txt": "ignored: neither a notebook nor a zip",
        "Bo/work.zip/ps1.ipynb": "graded",
        "Bo/work.zip/data/x.csv": "ignored: neither a notebook nor a zip",
        "Bo/work.zip/extra.ipynb": "not graded: it belongs to no problem set",
        "Cy/ps9.ipynb": "not graded: this course has no ps9",
        "Di/report.pdf": "ignored: neither a notebook nor a zip",
    }
    assert [row["file"] for row in run.rows] == ["Ada/ps1.ipynb", "Bo/work.zip/ps1.ipynb"]
    assert "Ada/ps1.ipynb" in (run.folder / "feedback/Ada/ps1.html").read_text("utf-8")


def test_a_hand_in_without_a_notebook_gets_its_row(command, quick, honest, tmp_path):
    files = {
        "Jane_1_assignsubmission_file/ps1.ipynb": honest(),
        "Bob_2_assignsubmission_file/ps1.pdf": b"%PDF",
        "Cy_3_assignsubmission_file/ps1.rar": b"Rar!",
    }
    run = command("grade", write(tmp_path / "in", files), "--set", "1")
    assert run.points == {"Jane": "20", "Bob": "0", "Cy": "0"}
    assert "No notebook (.ipynb)" in run.rows[0]["notes"]


def test_a_browser_may_add_an_ending(command, quick, honest, tmp_path):
    inbox = write(tmp_path / "in", {"Ada/ps1.ipynb.txt": honest(), "Bo/ps1.ipynb.json": honest()})
    assert command("grade", inbox).points == {"Ada": "20", "Bo": "20"}
