"""`make grade`: from a download to grades.csv, submissions.csv and the feedback."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from coursework import sandbox
from coursework.batch import Outcome, grade_all
from coursework.course import Course, StopError, say
from coursework.dates import Dates, due_date, zone_of
from coursework.gradebook import Grade, submissions_csv
from coursework.grading import check_reference
from coursework.handed_in import Found
from coursework.problems import Problem, names
from coursework.roster import Roster, roster
from coursework.store import write_atomically
from coursework.submissions import find

SHOWN = 30  # notebooks left out that are named on the terminal


@dataclass
class Order:
    """What a teacher asks for, as the command line has it.

    Attributes:
        submissions: the folder or zip.
        set: the one set that is graded; "" for all.
        due: date of that set; "" to leave it as it is.
        zone: of dates and stamps that do not name theirs; "" for the stored or the machine's.
        platform: where the download comes from; "" to recognise it.
        keep: "latest" or "best".
        roster: the list of students; "" for none.
        format: of the table that a platform imports; "" for none.
        jobs: how many are graded at the same time.
        quiet: whether there is no progress bar.
    """

    submissions: str
    set: str = ""
    due: str = ""
    zone: str = ""
    platform: str = ""
    keep: str = "latest"
    roster: str = ""
    format: str = ""
    jobs: int = 1
    quiet: bool = False


def grade(course: Course, order: Order) -> None:
    """Grade what is in a folder or zip. All that the teacher wrote is checked before.

    Raises:
        StopError: nothing was graded, or the machine failed on the way.
    """
    try:
        with course.lock():
            dates, people = checked(course, order)
            found = find(
                Path(order.submissions), names(), zone_of(dates.zone), only=order.set,
                platform=order.platform, keep=order.keep, known=course.known(),
            )  # fmt: skip
            sets = sorted({submission.set for submission in found.submissions})
            if order.due:
                _set_due(dates, order, sets)
            _tell(found, dates)
            if not sets:
                _say_left_out(found)
                write_atomically(course.folder / "submissions.csv", submissions_csv(found.rows))
                raise StopError(f"Nothing was graded. {_where(course)}")
            problems = course.problems(sets)
            sandbox.check_machine()
            for problem in problems.values():
                check_reference(problem, sandbox.Limits())
            dates.save(course.dates_path)
            outcomes = _graded(course, order, problems, found)
            _write_rows(course, found, outcomes)
            grades = course.write_tables(people, order.format, order.set)
            _summary(course, found, outcomes, grades)
    except (sandbox.NoSandboxError, ValueError) as error:
        raise StopError(str(error)) from error
    except OSError as error:
        raise StopError(f"A file could not be read or written: {error}") from error


def checked(course: Course, order: Order) -> tuple[Dates, Roster | None]:
    """The dates and the roster; everything that was typed is looked at before grading.

    Raises:
        ValueError: something is not what it should be.
    """
    dates = course.dates()
    if order.zone:
        zone_of(order.zone)
        dates.zone = order.zone
    if order.due:
        due_date(order.due, zone_of(dates.zone))
    course.manual()
    return dates, roster(Path(order.roster).expanduser()) if order.roster else None


def _set_due(dates: Dates, order: Order, sets: list[str]) -> None:
    which = order.set or (sets[0] if len(sets) == 1 else "")
    if not which:
        raise ValueError(f"DUE is the date of one set; here are {', '.join(sets)}. Say PS= too.")
    dates.due[which] = due_date(order.due, zone_of(dates.zone))


def _tell(found: Found, dates: Dates) -> None:
    """What was recognised, before anything is graded."""
    several = len({(s.student, s.set) for s in found.submissions})
    students = len({submission.student for submission in found.submissions})
    replaced = sum(row.what.startswith("superseded") for row in found.rows)
    print(
        f"Read as a download of {found.platform}: {several} submissions of {students} students"
        f"{f'; {replaced} files are replaced by newer ones' if replaced else ''}."
    )
    print(f"Times that name no zone are those of {dates.zone} (ZONE= for another).")


def _graded(
    course: Course, order: Order, problems: dict[str, Problem], found: Found
) -> list[Outcome]:
    total = len({(s.student, s.set) for s in found.submissions})
    groups = grade_all(
        problems, found.submissions, course.results, sandbox.Limits(), order.jobs, order.keep
    )
    outcomes = []
    with tqdm(groups, total=total, unit="submission", disable=order.quiet) as bar:
        for group in bar:
            outcomes += group
    return outcomes


def _write_rows(course: Course, found: Found, outcomes: list[Outcome]) -> None:
    """submissions.csv, with what grading decided."""
    said = {
        (outcome.submission.file, outcome.submission.student): outcome.what
        for outcome in outcomes
        if outcome.what not in ("graded", "unchanged")
    }
    rows = [replace(row, what=said.get((row.entry, row.student), row.what)) for row in found.rows]
    write_atomically(course.folder / "submissions.csv", submissions_csv(rows))
    found.rows = rows


def _summary(course: Course, found: Found, outcomes: list[Outcome], grades: list[Grade]) -> None:
    """Who needs a look, then where everything is."""
    _say_left_out(found)
    for outcome in outcomes:
        for sentence in _remarks(outcome):
            submission = outcome.submission
            say(f"{submission.student}, {submission.set}, {submission.file}: {sentence}")
    counts = Counter(outcome.what for outcome in outcomes)
    rest = len(outcomes) - counts["unchanged"] - counts["graded"]
    print(
        f"Graded now: {counts['graded']}. Unchanged since last time: {counts['unchanged']}."
        + (f" An earlier result stays: {rest}." if rest else "")
    )
    print(f"Grades:     {course.folder / 'grades.csv'} ({len(grades)} rows)")
    print(f"Feedback:   {course.folder / 'feedback'}")
    print(_where(course))


def _say_left_out(found: Found) -> None:
    """The notebooks that were not graded at all."""
    left = [row for row in found.rows if row.what.startswith("not graded")]
    for row in left[:SHOWN]:
        say(f"{row.student or 'Nobody'}, {row.entry}: {row.what}")
    if len(left) > SHOWN:
        say(f"... and {len(left) - SHOWN} more: see submissions.csv.")


def _remarks(outcome: Outcome) -> list[str]:
    if outcome.what not in ("graded", "unchanged"):
        return [outcome.what]
    result = outcome.result
    trouble = [f"{result['notes'][0]}"] if result.get("trouble") else []
    problem = [result["problem"]] if result.get("problem") else []
    unread = [] if trouble or problem or result["code"] else result["notes"][:1]
    return [*trouble, *problem, *unread, *result.get("remarks", [])]


def _where(course: Course) -> str:
    return f"Every file of the download, and what became of it: {course.folder / 'submissions.csv'}"
