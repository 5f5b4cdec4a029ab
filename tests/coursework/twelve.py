"""Twelve students of each set, right and wrong, through the real grader: what they got.

    .venv/bin/python tests/coursework/twelve.py [ps1 ...]

Three hand in right answers (the reference, and two in other words), one hands in the release as it
is, with a line of their own, and eight make one typical mistake each.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from classes import MARKERS, as_bytes, read, solved, write  # noqa: E402
from mistakes import MISTAKES, TOGETHER, Mistake, spoiled  # noqa: E402
from notebooks import cell  # noqa: E402

from coursework.problems import Problem, grade_id, names, role, source_of  # noqa: E402
from coursework.release import released  # noqa: E402


class Student(NamedTuple):
    """What somebody hands in, and the points it should get."""

    what: str
    notebook: dict
    points: float  # without those of parts that a person marks, or that rest on all others


def twelve(name: str) -> list[Student]:
    """The class of a set."""
    problem = Problem(name)
    together = TOGETHER.get(name, set())
    top = sum(p.points for p in problem.parts if not p.by_hand and p.id not in together)
    students = [Student("the reference", solved(name), top)]
    for number, row in enumerate(_right(name), start=1):
        change = Mistake(name, "", 0, row["old"], row["new"], "", "")
        notebook = _handed_in(problem, change)
        students.append(Student(f"right, in other words ({number})", notebook, top))
    blank = json.loads(json.dumps(released(problem)))
    blank["cells"].append(cell("print('no time')"))
    students.append(Student("nothing but a line of their own", blank, 0))
    for mistake in _eight([each for each in MISTAKES if each.set == name]):
        what = f"{mistake.part}: {' '.join(mistake.new.split())[:48] or 'a line is missing'}"
        students.append(Student(what, _handed_in(problem, mistake), top - mistake.points))
    return students


def _right(name: str) -> list[dict]:
    path = Path(__file__).with_name("typical") / f"{name}.toml"
    return tomllib.loads(path.read_text("utf-8"))["right"]


def _eight(mistakes: list) -> list:
    """Eight of the mistakes: one of each part in turn."""
    turns: list[list] = []
    for mistake in mistakes:
        free = [turn for turn in turns if mistake.part not in {each.part for each in turn}]
        (free[0] if free else turns.append([]) or turns[-1]).append(mistake)
    return [mistake for turn in turns for mistake in turn][:8]


def _handed_in(problem: Problem, change: Mistake) -> dict:
    """The honest notebook with one text of its answers replaced."""
    notebook = solved(problem.name)
    texts = {grade_id(each): source_of(each) for each in spoiled(problem, change)["cells"]}
    for each in notebook["cells"]:
        if role(each) == "solution":
            each["source"] = MARKERS.sub("", texts[grade_id(each)])
    return notebook


def grade(name: str, students: list[Student], folder: Path) -> list[tuple[Student, dict]]:
    """Hand in, call `python -m coursework grade`, read grades.csv."""
    files = {f"S{n:02}/{name}.ipynb": as_bytes(s.notebook) for n, s in enumerate(students, 1)}
    inbox = write(folder / name, files)
    order = ["grade", str(inbox), "--set", name, "--folder", str(folder / "class"), "--quiet"]
    done = subprocess.run(
        [sys.executable, "-m", "coursework", *order], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    rows = {row["student"]: row for row in read(folder / "class/grades.csv") if row["set"] == name}
    return [(student, rows[f"S{n:02}"]) for n, student in enumerate(students, 1)]


def as_expected(name: str, student: Student, row: dict) -> bool:
    """Whether the parts that a machine grades, each on its own, have the expected points."""
    parts = dict(part.split(" ", 1) for part in row["parts"].split("; "))
    alone = [points for id_, points in parts.items() if id_ not in TOGETHER.get(name, set())]
    return sum(float(points.partition("/")[0]) for points in alone) == student.points


def main() -> None:
    """Print a table for each set; the status says whether all points are as they should be."""
    wrong = 0
    for name in sys.argv[1:] or names():
        with tempfile.TemporaryDirectory() as folder:
            found = grade(name, twelve(name), Path(folder))
        print(f"\n| {name} | points | parts | as expected |\n|---|---|---|---|")
        for student, row in found:
            right = as_expected(name, student, row)
            wrong += not right
            said = "yes" if right else f"no: {student.points:g}"
            print(f"| `{student.what}` | {row['points']} | {row['parts']} | {said} |", flush=True)
    sys.exit(f"{wrong} students got other points than they should." if wrong else 0)


if __name__ == "__main__":
    main()
