"""`python -m coursework assignment | release | grade`, which the Makefile calls."""

import argparse
import fcntl
import json
import os
import sys
from datetime import datetime
from pathlib import Path

from coursework.problems import DEFAULT_SEED, HERE, RELEASE, Problem, names

CLASS = HERE / "class"


def assignment(options):
    """Copy a released set to assignments/, unless it is there already."""
    if options.set is None:
        return "Which set? Say, for example: make assignment PS=1"
    path = Path("assignments") / f"{options.set}.ipynb"
    released = RELEASE / path.name
    if not released.is_file():
        return f"There is no {options.set}. There are: {', '.join(names())}."
    if path.exists():
        print(f"{path} is there already, and stays as it is.")
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(released.read_bytes())
        print(f"{path} is ready.")
    print(f"Open it:   .venv/bin/jupyter lab {path}")
    print("Hand in:   that one file, with its name as it is.")


def release(options):
    """Make the releases of all sets, or of one, with the numbers of this class."""
    from coursework.release import write_release

    for name in [options.set] if options.set else names():
        seed = seed_of(name) if options.seed is None else options.seed
        print(f"{write_release(name, seed).relative_to(HERE.parent)} with the seed {seed}")


def grade(options):
    """Grade what is in a folder or zip; write the gradebook, grades.csv and the feedback."""
    from tqdm import tqdm

    from coursework import gradebook, sandbox, submissions
    from coursework.feedback import page
    from coursework.grading import file_name, grade_all
    from coursework.release import write_atomically

    if not options.submissions:
        return "What? Say, for example: make grade SUBMISSIONS=folder-or-zip"
    try:
        sandbox.check_machine()
        found, unassigned = submissions.find(options.submissions, options.set)
    except (sandbox.NoSandboxError, ValueError) as error:
        return str(error)
    unknown = [s.file for s in found if s.set not in names()]
    found = [s for s in found if s.set in names()]
    for name in unassigned + unknown:
        print(f"Not graded, since it belongs to no set: {name}", file=sys.stderr)

    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return f"Another `make grade` is at work in {folder}."
        problems = {name: Problem(name, seed_of(name)) for name in {s.set for s in found}}
        book = gradebook.open_gradebook(folder / "gradebook.db", problems.values())
        results = folder / "results"
        graded = grade_all(problems, found, results, sandbox.Limits(), options.jobs)
        new = 0
        with tqdm(graded, total=len(found), unit="submission", disable=options.quiet) as bar:
            for submission, result, just_now in bar:
                new += just_now
                gradebook.record(book, result)
                name = f"{result['set']}.html"
                place = folder / "feedback" / file_name(submission.student) / name
                write_atomically(place, page(result))
        everything = [json.loads(p.read_text("utf-8")) for p in sorted(results.glob("*/*.json"))]
        table = gradebook.grades_csv(book, everything, options.due)
        write_atomically(folder / "grades.csv", table)
        book.close()
    print(f"Graded now: {new}. Unchanged since last time: {len(found) - new}.")
    print(f"Grades:     {folder / 'grades.csv'}")
    print(f"Feedback:   {folder / 'feedback'}")


def seed_of(name):
    """The seed that a set was released with; the default one before its first release."""
    path = RELEASE / f"{name}.ipynb"
    if not path.exists():
        return DEFAULT_SEED
    return json.loads(path.read_text(encoding="utf-8"))["metadata"]["coursework"]["seed"]


def set_name(text):
    """`1` or `ps1` as `ps1`."""
    return f"ps{text.removeprefix('ps')}"


def main():
    parser = argparse.ArgumentParser(prog="coursework", description=__doc__)
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("assignment")
    command.add_argument("set", type=set_name, nargs="?")
    command.set_defaults(run=assignment)

    command = commands.add_parser("release")
    command.add_argument("--set", type=set_name)
    command.add_argument("--seed", type=int, help="of the class; the last one if not given")
    command.set_defaults(run=release)

    command = commands.add_parser("grade")
    command.add_argument("submissions")
    command.add_argument("--set", type=set_name)
    command.add_argument("--due", type=datetime.fromisoformat, help="2026-12-01T23:59")
    command.add_argument("--jobs", type=int, default=os.cpu_count())
    command.add_argument("--folder", type=Path, default=CLASS)
    command.add_argument("--quiet", action="store_true", help="no progress bar")
    command.set_defaults(run=grade)

    options = parser.parse_args()
    sys.exit(options.run(options))


if __name__ == "__main__":
    main()
