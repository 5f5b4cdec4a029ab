"""Which file of a download is graded for whom, for which set, and why the others are not."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import cached_property
from pathlib import Path, PurePosixPath

from coursework.entries import Entry, entries
from coursework.handed_in import NEVER, Found, Row, Submission
from coursework.notebook import Look, look
from coursework.people import DoubtError, Finder, Register, Who, shown
from coursework.plain import OWN_FOLDERS
from coursework.platforms import METADATA, recognise, set_in_name

TEACHERS = (
    "This notebook holds the markers of the teacher's source (### BEGIN SOLUTION, ### BEGIN HIDDEN "
    "TESTS), so it is not a student's work and was not graded. Hand in the set as you got it, "
    "with your answers."
)
UNTOUCHED = "No answer was filled in: this is the set as it was handed out."
NOTHING = "No notebook (.ipynb) of this set was handed in."


@dataclass(frozen=True)
class _Candidate:
    entry: Entry
    who: Who
    look: Look
    set: str = ""
    problem: str = ""
    notes: tuple[str, ...] = ()
    own: bool = False  # lies where a clone of this repository keeps its own notebooks

    @property
    def rank(self) -> tuple:
        """Better is larger: what can be graded, then the newest, by the outer stamp first."""
        usable = 0 if self.problem else 1 if self.look.untouched else 2
        return usable, self.submitted or NEVER

    @property
    def order(self) -> tuple:
        """Between files of the same time: the inner stamp, then the last of (1), (2), ..."""
        path = self.entry.path
        return (*self.rank, self.entry.inner or NEVER, not self.own, len(path.name), str(path))

    @property
    def submitted(self) -> datetime | None:
        return self.who.submitted or self.entry.submitted


def find(
    path: Path,
    sets: Iterable[str],
    zone: tzinfo,
    *,
    only: str = "",
    platform: str = "",
    keep: str = "latest",
    known: Iterable[tuple[str, str, str, str, bool]] = (),
) -> Found:
    """All submissions below a folder or in a zip.

    Args:
        path: the folder or zip.
        sets: the sets of this course.
        zone: of time stamps that do not name theirs.
        only: the one set to look for; a student's single notebook counts as it, whatever its
            name.
        platform: one of `platforms.NAMES`; "" to recognise it.
        keep: "latest", the newest readable file of each student and set, or "best", all.
        known: of earlier results, for `Register`.

    Raises:
        ValueError: path is neither a folder nor a zip, or holds nothing.
        DoubtError: it cannot be said safely who handed in what.
    """
    path = Path(path).expanduser()
    listed = entries(path, zone)
    handed_in = list({entry.outer: None for entry in listed if entry.handed_in})
    if not handed_in:
        raise ValueError(f"There is no notebook and no zip in {str(path)!r}.")
    metadata = sorted(
        (e for e in listed if e.path.name == METADATA), key=lambda e: len(e.path.parts)
    )
    content = metadata[0].load()[0] if metadata else None
    platform, who = recognise(handed_in, zone, content, platform=platform, download=path.name)
    if not any(map(who, handed_in)):
        raise DoubtError(
            f"No name is one that {platform} gives: {shown(handed_in)}. Say where the "
            "download comes from with FROM=, or put each student's file into a folder of the "
            "student's name."
        )
    chosen = _Chooser(platform, set(sets), only, keep, Register(known))
    for entry in listed:
        chosen.take(entry, who)
    return chosen.found()


class _Chooser:
    """Collects the entries, then says which is graded and what becomes of the others."""

    def __init__(
        self, platform: str, sets: set[str], only: str, keep: str, register: Register
    ) -> None:
        self.platform, self.sets, self.only, self.keep = platform, sets, only, keep
        self.register = register
        self.rows: list[Row] = []
        self.notebooks: dict[Who, list[_Candidate]] = defaultdict(list)
        self.others: dict[Who, list[Entry]] = defaultdict(list)

    def take(self, entry: Entry, who: Finder) -> None:
        """One entry of the download."""
        owners = who(entry.outer)
        handed_in = entry.is_notebook or entry.problem
        if not owners and handed_in:
            self._row(entry, "", "", f"not graded: {self._unlike}")
        elif not handed_in and (self.platform == "plain" or not owners):
            self._row(entry, "", "", "ignored: neither a notebook nor a zip")
        for owner in owners:
            if handed_in:
                data, problem = entry.load()
                own = bool(OWN_FOLDERS.search(f"/{entry.path}"))
                self.notebooks[owner].append(
                    _Candidate(entry, owner, look(data), "", problem, (), own)
                )
            elif self.platform != "plain":
                self.others[owner].append(entry)

    @property
    def _unlike(self) -> str:
        if self.platform == "plain":
            return "its name looks like a platform's; grade it by itself, or say FROM=plain"
        return f"its name is not one that {self.platform} gives"

    def found(self) -> Found:
        """The submissions, and what became of each entry."""
        groups: dict[tuple[str, str], list[_Candidate]] = defaultdict(list)
        for candidates in self._by_student():
            for candidate in self._with_sets(candidates):
                student = self.register.name(self.platform, candidate.set, candidate.who)
                groups[student, candidate.set].append(candidate)
        submissions = []
        for (student, which), candidates in sorted(groups.items()):
            submissions += self._choose(student, which, candidates)
        for owner, entries_ in self.others.items():
            has_row = any(each.who == owner for group in groups.values() for each in group)
            for entry in entries_:
                self._row(entry, owner.student, "", "ignored: neither a notebook nor a zip")
            if self.only and not has_row and owner not in self.notebooks:
                student = self.register.name(self.platform, self.only, owner)
                if (student, self.only) not in groups:
                    first = _Candidate(entries_[0], owner, Look(""), self.only, NOTHING)
                    submissions.append(self._submission(student, first))
        return Found(self.platform, submissions, sorted(self.rows, key=lambda row: row.entry))

    def _by_student(self) -> list[list[_Candidate]]:
        """The candidates of each person; attempts of one person come under several `Who`."""
        people: dict[tuple[str, str], list[_Candidate]] = defaultdict(list)
        for owner, candidates in self.notebooks.items():
            people[owner.student, owner.id] += candidates
        return list(people.values())

    def _with_sets(self, candidates: list[_Candidate]) -> list[_Candidate]:
        """Those of a person's notebooks that belong to a set that is looked for."""
        kept, left = [], []
        for candidate in candidates:
            which = self._evidence(candidate) or self._around(candidate, candidates)
            if not which and candidate.problem:
                which = self.only or self.common
            judged = self._judged(candidate, which)
            (kept if (why := self._why_not(judged)) is None else left).append((judged, why))
        elsewhere = any(each.set and not each.own for each, _ in left)
        if self.only and not kept and not elsewhere:
            judged, _ = left.pop()
            kept.append((replace(judged, set=self.only, problem=judged.problem or NOTHING), None))
        for candidate, why in left:
            self._row(candidate.entry, candidate.who.student, candidate.set, why)
        return [candidate for candidate, _ in kept]

    def _around(self, candidate: _Candidate, candidates: list[_Candidate]) -> str:
        """The set of a notebook that says nothing of its own: by its folder, or the one wanted."""
        around = set_in_name(candidate.entry.path.parent)
        silent = [each for each in candidates if not self._evidence(each)]
        peers = [each for each in silent if set_in_name(each.entry.path.parent) == around]
        if around in self.sets and len(peers) == 1:
            return around
        return self.only if len(candidates) == 1 else ""

    def _why_not(self, candidate: _Candidate) -> str | None:
        """Why a notebook is left out; None if it is not."""
        if not candidate.set:
            return f"not graded: {candidate.problem or 'it belongs to no problem set'}"
        if candidate.set not in self.sets:
            return f"not graded: this course has no {candidate.set}"
        if self.only not in ("", candidate.set):
            return f"ignored: it belongs to {candidate.set}"
        if candidate.own and (candidate.look.teachers or candidate.look.untouched):
            return "ignored: it is a notebook of this repository"
        return None

    @staticmethod
    def _named(candidate: _Candidate) -> str:
        """The set that a file's own name speaks of."""
        return set_in_name(PurePosixPath(candidate.entry.path.name)) or ""

    def _evidence(self, candidate: _Candidate) -> str:
        """The set by what the release wrote into the notebook, or else by the file's own name."""
        told = candidate.look.set
        return told if told in self.sets else self._named(candidate)

    @cached_property
    def common(self) -> str:
        """The one set of all notebooks that say which they are; "" if there is not one."""
        every = {self._evidence(each) for group in self.notebooks.values() for each in group}
        known = every & self.sets
        return known.pop() if len(known) == 1 else ""

    def _judged(self, candidate: _Candidate, which: str) -> _Candidate:
        """The candidate with its set, and with what is wrong with it."""
        named = self._named(candidate)
        problem = candidate.problem
        notes: tuple[str, ...] = ()
        if candidate.look.teachers:
            problem = TEACHERS
        elif candidate.look.untouched:
            notes = (UNTOUCHED,)
        if named and named != which == candidate.look.set:
            said = f"The file is called {named}, but the notebook in it is {which}"
            if self.only == named:
                problem, which = f"{said}. Hand in the notebook of {named}.", named
            else:
                notes = (*notes, f"{said}, and was graded as {which}.")
        return replace(candidate, set=which, problem=problem, notes=notes)

    def _choose(self, student: str, which: str, candidates: list[_Candidate]) -> list[Submission]:
        """The submission that counts, or all that may; a row for each."""
        *others, best = sorted(candidates, key=lambda each: each.order)
        attempts = [best]
        if self.keep == "best":
            attempts = [each for each in others if each.rank[0] == 2] + attempts
        notes = list(best.notes)
        for other in others:
            twin = other.look.digest == best.look.digest
            if other.problem and (other.submitted or NEVER) > (best.submitted or NEVER):
                notes.append(
                    f"A newer file, {other.entry.path}, could not be graded: {other.problem}"
                )
            elif other.rank == best.rank and not twin:
                notes.append(
                    f"{best.entry.path} and {other.entry.path} have the same time stamp; "
                    "the first was graded."
                )
        best = replace(best, notes=tuple(notes))
        attempts[-1] = best
        for candidate in candidates:
            if candidate.entry is best.entry:
                what = "graded"
            elif self.keep == "best" and candidate in attempts:
                what = "graded; the best of a student's files counts"
            elif candidate.look.digest == best.look.digest:
                what = f"ignored: the same as {best.entry.path}"
            elif candidate.problem:
                what = f"ignored: {candidate.problem}"
            else:
                what = f"superseded by {best.entry.path}"
            self._row(candidate.entry, student, which, what)
        return [self._submission(student, each) for each in attempts]

    def _submission(self, student: str, candidate: _Candidate) -> Submission:
        who = candidate.who
        return Submission(
            student=student,
            set=candidate.set,
            file=str(candidate.entry.path),
            submitted=candidate.submitted,
            entry=candidate.entry,
            digest=candidate.look.digest,
            problem=candidate.problem,
            notes=candidate.notes,
            platform=self.platform,
            unit=who.unit,
            id=who.id,
            lasting=who.lasting,
            late=who.late,
        )

    def _row(self, entry: Entry, student: str, which: str, what: str) -> None:
        self.rows.append(Row(str(entry.path), student, which, entry.submitted, what))
