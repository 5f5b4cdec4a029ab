"""A class: the folder with its results, dates, manual scores and tables."""

import fcntl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from coursework import exports, rubric, text
from coursework.dates import Dates, dates
from coursework.feedback import page
from coursework.gradebook import Grade, grades, grades_csv
from coursework.manual import Manual, manual
from coursework.problems import HERE, RELEASE, Problem, names, seed_of, variant_of
from coursework.roster import Roster
from coursework.store import file_name, results, write_atomically

CLASSES = HERE / "class"


class StopError(Exception):
    """The command cannot go on; the text is a sentence for the teacher."""


@dataclass
class Course:
    """A class in its folder.

    Attributes:
        folder: where all is kept.
    """

    folder: Path

    @property
    def results(self) -> Path:
        return self.folder / "results"

    @property
    def manual_path(self) -> Path:
        return self.folder / "manual.csv"

    @property
    def dates_path(self) -> Path:
        return self.folder / "dates.json"

    @property
    def releases(self) -> Path:
        """The class's own releases, or those of the repository."""
        own = self.folder / "release"
        return own if own.is_dir() else RELEASE

    def problems(self, which: Sequence[str] | None = None) -> dict[str, Problem]:
        """The sets with the numbers of this class."""
        every = names() if which is None else which
        place = self.releases
        return {
            name: Problem(name, seed_of(name, place), variant_of(name, place)) for name in every
        }

    def worth(self) -> dict[str, dict[str, float]]:
        """By set, what each part is worth."""
        return {
            name: {part.id: part.points for part in problem.parts}
            for name, problem in self.problems().items()
        }

    def places(self) -> dict[str, dict[str, float]]:
        """By set, what each part is worth, and each criterion of those that a person marks."""
        return {
            name: {part.id: part.points for part in problem.parts}
            | {each.id: each.points for part in problem.parts for each in part.rubric}
            for name, problem in self.problems().items()
        }

    def manual(self) -> Manual:
        """What the teacher gave by hand."""
        return manual(self.manual_path, self.places())

    def dates(self) -> Dates:
        """When the sets are due."""
        return dates(self.dates_path)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Only one command at a time writes here."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StopError(f"Another command is at work in {self.folder}.") from None
            yield

    def known(self) -> list[tuple[str, str, str, str, bool]]:
        """(platform, set, student, id, lasting) of every result."""
        return [
            (r.get("platform", ""), r["set"], r["student"], r["id"], bool(r.get("lasting")))
            for r in results(self.results, names())
            if r.get("id")
        ]

    def write_tables(
        self, roster: Roster | None = None, platform: str = "", which: str = ""
    ) -> list[Grade]:
        """Write grades.csv, the feedback and what a platform imports, from what is stored.

        Args:
            roster: who is enrolled.
            platform: one of `exports.FORMATS`; "" for none.
            which: the set that is exported; "" for all that have results.
        """
        stored, given = results(self.results, names()), self.manual()
        sets = sorted({result["set"] for result in stored} | ({which} - {""}))
        found = grades(stored, given, self.worth(), roster, sets)
        for grade in found:
            if grade.result:
                place = self.folder / "feedback" / file_name(grade.student)
                write_atomically(place / f"{grade.set}.html", page(grade))
        self._write_waiting(found)
        table = grades_csv(found, self.dates())
        write_atomically(self.folder / "grades.csv", table)
        self._warn(given, found, roster, stored)
        for name in sets if platform else ():
            if which in ("", name):
                self._export(platform, name, found, roster, table)
        return found

    def _write_waiting(self, found: list[Grade]) -> None:
        """What a person has still to mark: a page for each set, and a table to fill in."""
        place = self.folder / "to-mark"
        waiting = [each for grade in found for each in grade.waiting]
        if not waiting and not place.is_dir():
            return
        write_atomically(place / "to-mark.csv", rubric.table(waiting))
        for name in names():
            mine = [each for each in waiting if each.set == name]
            if mine or (place / f"{name}.html").exists():
                write_atomically(place / f"{name}.html", rubric.page(name, mine))
        if waiting:
            say(f"To mark by hand: {len(waiting)} answers, in {place}.")

    def _export(
        self, platform: str, name: str, found: list[Grade], roster: Roster | None, table: str
    ) -> None:
        place = self.folder / "export"
        if platform == "excel":
            write_atomically(place / "grades-excel.csv", exports.BOM + table)
        else:
            content = exports.table_for(platform, name, found, roster)
            write_atomically(place / f"{name}-{platform}.csv", content)
        write_atomically(place / f"{name}-feedback.zip", exports.feedback_zip(name, found))

    @staticmethod
    def _warn(given: Manual, found: list[Grade], roster: Roster | None, stored: list[dict]) -> None:
        rows = {(grade.student, grade.set) for grade in found}
        for student, which, part in sorted(given.scores):
            if (student, which) not in rows:
                say(f"manual.csv gives {student!r} points for {which} {part}: no such row.")
        for result in stored if roster else ():
            if roster.row(result) is None:
                say(f"Not on the list of students: {result['student']!r} ({result['set']}).")


def say(sentence: str) -> None:
    """A remark for the teacher."""
    print(text.line(sentence, 1000), file=sys.stderr)
