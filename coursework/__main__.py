"""`python -m coursework assignment | release | grade | tables | score`: see the Makefile."""

import argparse
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from coursework.problems import HERE, RELEASE, SOURCE, names, seed_of, variant_of

if TYPE_CHECKING:
    from coursework.course import Course


def assignment(options: argparse.Namespace) -> str | None:
    """Copy a released set to assignments/, unless it is there already."""
    if options.set is None:
        return "Which set? Say, for example: make assignment PS=1"
    path = Path("assignments") / f"{options.set}.ipynb"
    released = RELEASE / path.name
    if not released.is_file():
        return _no_set(options.set)
    if path.exists():
        print(f"{path} is there already, and stays as it is.")
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(released.read_bytes())
        print(f"{path} is ready.")
    print(f"Open it:   .venv/bin/jupyter lab {path}")
    print("Hand in:   that one file, with its name as it is.")
    return None


def release(options: argparse.Namespace) -> str | None:
    """Make the releases of all sets, or of one, with the numbers of this class."""
    from coursework import variants
    from coursework.course import Course
    from coursework.release import write_classroom, write_release

    own = options.folder is not None
    folder = options.folder / "release" if own else RELEASE
    for name in [options.set] if options.set else names():
        before = Course(options.folder).releases if own else RELEASE
        seed = seed_of(name, before) if options.seed is None else options.seed
        variant = variant_of(name, before) if options.variant is None else options.variant
        if variant == variants.BY_SEED:
            variant = variants.by_seed(list(variants.variants(SOURCE / name)), seed)
        try:
            variant = "" if variant == variants.NONE else variant
            path = write_release(name, seed, folder, variant)
        except ValueError as error:
            return str(error)
        print(f"{_shown(path)} with the seed {seed}{f', variant {variant}' if variant else ''}")
    for path in write_classroom(folder):
        print(f"{_shown(path)} for GitHub Classroom")
    return None


def grade(options: argparse.Namespace) -> str | None:
    """Grade what is in a folder or zip."""
    from coursework import grade as grading

    if not options.submissions:
        return "What? Say, for example: make grade SUBMISSIONS=folder-or-zip"
    order = grading.Order(
        submissions=options.submissions, set=options.set or "", due=options.due,
        zone=options.zone, platform=options.platform, keep=options.keep, roster=options.roster,
        format=options.format, jobs=options.jobs, quiet=options.quiet,
    )  # fmt: skip
    return _with_course(options, lambda course: grading.grade(course, order))


def tables(options: argparse.Namespace) -> str | None:
    """Write the tables and the feedback anew, from what is stored; nothing is graded."""
    from coursework.grade import Order, checked

    order = Order("", roster=options.roster)

    def write(course: "Course") -> None:
        with course.lock():
            _, people = checked(course, order)
            found = course.write_tables(people, options.format, options.set or "")
            print(f"Grades:     {course.folder / 'grades.csv'} ({len(found)} rows)")
            if options.format:
                print(f"To import:  {course.folder / 'export'}")

    return _with_course(options, write)


def score(options: argparse.Namespace) -> str | None:
    """Enter points by hand, or take them back; then write the tables anew."""
    from coursework import manual, text
    from coursework.course import StopError

    if options.marks:
        return _with_course(options, lambda course: _enter_table(course, options.marks))
    if not (options.set and options.student and options.part and options.points):
        return "Say, for example: make score PS=1 STUDENT='Ada Byron' PART=B POINTS=3 WHY='...'"
    student, part = text.name(options.student), options.part

    def enter(course: "Course") -> None:
        with course.lock():
            given, worth = course.manual(), course.places()
            rows = {grade.student for grade in course.write_tables() if grade.set == options.set}
            if rows and student not in rows:
                raise StopError(f"{options.set} has no row of {student!r} in grades.csv.")
            place = (student, options.set, part)
            if options.points == "none":
                given.scores.pop(place, None)
            else:
                points = manual.check(options.set, part, options.points, worth)
                given.scores[place] = manual.Score(points, text.line(options.why))
            given.save(course.manual_path)
            course.write_tables()
            print(f"{course.manual_path}: {student}, {options.set} {part}: {options.points}")

    return _with_course(options, enter)


def _enter_table(course: "Course", path: Path) -> None:
    """Merge a table in the columns of manual.csv, such as to-mark.csv, into the scores."""
    from coursework.course import StopError
    from coursework.manual import manual

    if not path.is_file():
        raise StopError(f"There is no table {path}.")
    with course.lock():
        given, more = course.manual(), manual(path, course.places())
        rows = {(grade.student, grade.set) for grade in course.write_tables()}
        for student, which, _ in more.scores:
            if (student, which) not in rows:
                raise StopError(f"{path}: {which} has no row of {student!r} in grades.csv.")
        given.scores.update(more.scores)
        given.save(course.manual_path)
        course.write_tables()
        print(f"{course.manual_path}: {len(more.scores)} scores from {path}")


def _with_course(options: argparse.Namespace, work: Callable[["Course"], None]) -> str | None:
    """Call a function of the class; what stops it is a sentence."""
    from coursework.course import CLASSES, Course, StopError

    if options.set and options.set not in names():
        return _no_set(options.set)
    try:
        work(Course(options.folder or CLASSES))
    except (StopError, ValueError) as error:
        return str(error)
    except OSError as error:
        return f"A file could not be read or written: {error}"
    return None


def _no_set(name: str) -> str:
    return f"There is no {name}. There are: {', '.join(names())}."


def _shown(path: Path) -> str:
    return str(path.relative_to(HERE.parent) if path.is_relative_to(HERE.parent) else path)


def set_name(words: str) -> str:
    """`1`, `PS 1` or `ps01` as `ps1`."""
    found = re.fullmatch(r"(?:ps)?[ _-]?0*(\d+)", words.strip(), re.IGNORECASE)
    return f"ps{found[1]}" if found else words.strip()


def jobs(words: str) -> int:
    """How many at the same time: 1 or more."""
    if not words.isdigit() or int(words) < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {words!r}")
    return int(words)


def class_folder(words: str) -> Path | None:
    """The folder of a class by its name; the one class has no name."""
    if not words:
        return None
    if not re.fullmatch(r"[\w-]+", words):
        raise argparse.ArgumentTypeError(f"must be letters, digits, - and _, got {words!r}")
    return HERE / "class" / "classes" / words


def main() -> None:
    """Read the command line and do what it says."""
    from coursework.exports import FORMATS
    from coursework.platforms import NAMES

    parser = argparse.ArgumentParser(prog="coursework", description=__doc__)
    commands = parser.add_subparsers(required=True)

    def add(name: str, run: Callable[[argparse.Namespace], str | None]) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=run.__doc__.partition("\n")[0])
        command.set_defaults(run=run)
        if name != "assignment":
            command.add_argument("--set", type=set_name)
            command.add_argument("--class", dest="folder", type=class_folder)
            command.add_argument("--folder", type=Path, help="of the class, wherever it is")
        return command

    add("assignment", assignment).add_argument("set", type=set_name, nargs="?")
    command = add("release", release)
    command.add_argument("--seed", type=int, help="the last one if not given")
    command.add_argument("--variant", help="seed, none or a name; the last one if not given")

    command = add("grade", grade)
    command.add_argument("submissions")
    command.add_argument("--due", default="", help="of the set: 2026-12-01T23:59")
    command.add_argument("--zone", default="", help="of dates and stamps: Europe/Berlin")
    command.add_argument("--from", dest="platform", choices=("", *NAMES), default="")
    command.add_argument("--keep", choices=("latest", "best"), default="latest")
    command.add_argument("--jobs", type=jobs, default=len(os.sched_getaffinity(0)))
    command.add_argument("--quiet", action="store_true", help="no progress bar")
    for each in (command, add("tables", tables)):
        each.add_argument("--roster", default="", help="the list of students, a CSV")
        each.add_argument("--format", choices=("", *FORMATS), default="")

    command = add("score", score)
    command.add_argument("--student", default="")
    command.add_argument("--part", default="", help="A, B, ... or extra")
    command.add_argument("--points", default="", help="none takes back what was entered")
    command.add_argument("--why", default="")
    command.add_argument("--marks", type=Path, help="a table with many: to-mark.csv, filled in")

    options = parser.parse_args()
    sys.exit(options.run(options))


if __name__ == "__main__":
    main()
