"""What students get: no solution, no hidden test, the numbers of their class."""

import json
import re

import pytest

from coursework.__main__ import main
from coursework.problems import DEFAULT_SEED, RELEASE, Problem, role, seed_of, source_of
from coursework.release import as_text, released, write_release

SETS = ["ps1", "ps2", "ps3", "ps4", "ps5", "ps6"]
REGIONS = re.compile(r"### BEGIN (?:SOLUTION|HIDDEN TESTS)\n(.*?)### END", re.S)


@pytest.mark.parametrize("name", SETS)
def test_the_stored_release_is_the_one_that_the_source_makes(name):
    text = (RELEASE / f"{name}.ipynb").read_text(encoding="utf-8")
    seed = json.loads(text)["metadata"]["coursework"]["seed"]
    assert text == as_text(released(Problem(name, seed))), "run `make release`"


@pytest.mark.parametrize("name", SETS)
def test_no_line_of_a_solution_or_hidden_test_is_in_the_release(problem, name):
    text = (RELEASE / f"{name}.ipynb").read_text(encoding="utf-8")
    assert not re.search("BEGIN|HIDDEN|### END|student\\.|marks\\.", text)
    secret = {
        line.strip()
        for cell in problem(name).cells
        for region in REGIONS.findall(source_of(cell))
        for line in region.splitlines()
    }
    public = {
        line.strip()
        for cell in problem(name).cells
        for line in REGIONS.sub("", source_of(cell)).splitlines()
    }
    # A solution may repeat what the starter shows, such as a bracket alone on its line.
    secret = {line for line in secret - public if len(line) > 8}
    assert len(secret) > 40
    everything = [json.dumps(line, ensure_ascii=False)[1:-1] for line in secret]
    assert [line for line in everything if line in text] == []


@pytest.mark.parametrize("name", SETS)
def test_the_release_holds_no_output_and_no_other_metadata(name):
    notebook = json.loads((RELEASE / f"{name}.ipynb").read_text(encoding="utf-8"))
    assert notebook["metadata"].keys() == {"coursework", "kernelspec", "language_info"}
    for cell in notebook["cells"]:
        assert cell["metadata"].keys() <= {"nbgrader", "deletable", "editable", "jupyter"}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@pytest.mark.parametrize("name", SETS)
def test_every_answer_is_empty_and_every_check_is_locked(name):
    notebook = json.loads((RELEASE / f"{name}.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if role(cell) == "solution":
            assert "raise NotImplementedError()" in source_of(cell)
        if role(cell) == "test":
            assert cell["metadata"]["editable"] is False
            assert "assert" in source_of(cell)


@pytest.mark.parametrize("name", SETS)
def test_a_class_has_its_own_numbers(name):
    one, other = Problem(name, 1), Problem(name, 2)
    assert one.numbers != other.numbers
    text = as_text(released(one))
    assert "{{" not in re.sub(r"\\\\[a-z]+\{\{", "", text)
    assert all(repr(value) in text for value in one.numbers.values())


def test_a_student_gets_a_copy_that_is_never_overwritten(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["coursework", "assignment", "1"])
    with pytest.raises(SystemExit) as done:
        main()
    assert not done.value.code
    copy = tmp_path / "assignments" / "ps1.ipynb"
    assert copy.read_bytes() == (RELEASE / "ps1.ipynb").read_bytes()
    copy.write_text("my work")
    with pytest.raises(SystemExit):
        main()
    assert copy.read_text() == "my work"
    assert "stays as it is" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "says"),
    [(["assignment"], "make assignment PS=1"), (["grade", ""], "make grade SUBMISSIONS=")],
)
def test_a_command_without_its_argument_says_what_to_type(monkeypatch, command, says):
    monkeypatch.setattr("sys.argv", ["coursework", *command])
    with pytest.raises(SystemExit, match=says):
        main()


def test_a_new_release_keeps_the_seed_of_the_class(tmp_path):
    assert seed_of("ps1", tmp_path) == DEFAULT_SEED
    write_release("ps1", 7, tmp_path)
    assert seed_of("ps1", tmp_path) == 7


def test_a_set_that_is_not_there_is_said_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["coursework", "assignment", "9"])
    with pytest.raises(SystemExit, match="There is no ps9"):
        main()
