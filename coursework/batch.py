"""Grade submissions side by side, each in its sandbox; what is done is done, even if killed."""

import hashlib
import traceback
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from coursework import sandbox, text
from coursework.grading import grade
from coursework.handed_in import NEVER, Submission
from coursework.problems import Problem
from coursework.store import result_path, stored, write_json


@dataclass
class Outcome:
    """What became of one submission.

    Attributes:
        submission: which.
        what: "graded", "unchanged" or, in words, why an earlier result stays.
        result: what is stored for this student and set now.
    """

    submission: Submission
    what: str
    result: dict


def key_of(problem: Problem, submission: Submission) -> str:
    """Changes when a submission's grade might: with its bytes, and with the problem set."""
    parts = (problem.fingerprint, submission.problem, submission.digest)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def grade_all(
    problems: Mapping[str, Problem],
    submissions: Sequence[Submission],
    folder: Path,
    limits: sandbox.Limits,
    jobs: int,
    keep: str = "latest",
) -> Iterator[list[Outcome]]:
    """Grade all submissions that are not graded yet.

    A result is a file of its own, written whole or not at all. If this is stopped, at most the
    submissions that were being graded are lost; the next call takes up the rest.

    Args:
        problems: by name.
        submissions: those of one student and set in the order of time.
        folder: where the results are kept.
        limits: of each submission.
        jobs: how many are graded at the same time.
        keep: "latest", or "best": an earlier result with more points stays.

    Yields:
        The outcomes of one student and set, when they are stored.

    Raises:
        sandbox.NoSandboxError: this machine cannot confine code any more.
        OSError: results cannot be written.
    """
    together: dict[tuple[str, str], list[Submission]] = defaultdict(list)
    for submission in submissions:
        together[submission.set, submission.student].append(submission)

    def work(which: str, student: str) -> list[Outcome]:
        path = result_path(folder, which, student)
        return _attempts(problems[which], together[which, student], path, limits, keep)

    with ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(work, *group) for group in together]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _attempts(
    problem: Problem,
    attempts: Sequence[Submission],
    path: Path,
    limits: sandbox.Limits,
    keep: str,
) -> list[Outcome]:
    """The outcomes of one student's files of one set; the result that counts is stored."""
    before = kept = stored(path)
    said = []
    for submission in attempts:
        key = key_of(problem, submission)
        tried = (kept or {}).get("tried", {})
        if kept and kept["key"] == key:
            kept, what = _described(kept, submission), "unchanged"
        elif keep == "best" and key in tried:
            what = f"ignored: it has {tried[key]:g} points, and {kept['file']} has more"
        elif why := _stays(kept, submission, keep):
            what = why
        else:
            result = _graded(problem, submission, limits) | {"key": key, "tried": tried}
            if "trouble" in result:
                result["key"] = ""  # the next run tries again
            if keep == "best" and _no_better(result, kept):
                kept = kept | {"tried": {**tried, key: result["points"]}}
                what = f"graded: {result['points']:g} points, and {kept['file']} has more"
            else:
                if kept and kept["key"]:
                    result["tried"] = {**tried, kept["key"]: kept["points"]}
                kept, what = result, "graded"
        said.append((submission, what))
    assert kept is not None  # there is one attempt at least
    if kept != before:
        write_json(path, kept)
    return [Outcome(submission, what, kept) for submission, what in said]


def _no_better(result: dict, kept: dict | None) -> bool:
    same_file = kept is not None and kept.get("digest") == result["digest"]
    return kept is not None and not same_file and result["points"] <= kept["points"]


def _stays(kept: dict | None, submission: Submission, keep: str) -> str:
    """Why an earlier result is not replaced by this submission's; "" if it is."""
    if kept is None or kept.get("problem") or kept.get("trouble"):
        return ""
    if kept.get("digest") == submission.digest:
        return ""  # graded anew, since the set has changed
    if submission.problem:
        return f"ignored: {submission.problem} The result of {kept['file']} stays."
    if keep == "latest" and submission.submitted and _when(kept) > submission.when:
        return f"ignored: {kept['file']} of {kept['submitted']}, which is newer, is graded already"
    return ""


def _when(result: dict) -> datetime:
    try:
        return datetime.fromisoformat(result["submitted"])
    except ValueError:
        return NEVER


def _graded(problem: Problem, submission: Submission, limits: sandbox.Limits) -> dict:
    """The result of one submission, whatever it does; only a broken machine raises."""
    try:
        data, unreadable = submission.entry.load()
        if not unreadable and hashlib.sha256(data).hexdigest() != submission.digest:
            unreadable = "The file changed while it was being graded: grade again."
        result = _bounded(grade(problem, data, limits, submission.problem or unreadable))
    except Exception as error:
        if isinstance(error, sandbox.NoSandboxError):
            sandbox.check_machine()  # raises unless it was this submission alone
        kind = type(error).__name__
        note = f"The grader stopped at this file ({kind}): it needs a look by the teacher."
        result = _nothing(problem, note)
        result["trouble"] = text.lines(traceback.format_exc())
    return _described(result, submission)


def _bounded(result: dict) -> dict:
    """A result with all its text cleaned and cut once: what is stored, shown and sent."""
    code, left = [], text.SOURCES
    for cell in result["code"]:
        source = text.lines(str(cell["source"]), min(text.SOURCE, max(left, 0)))
        left -= len(source)
        code.append({"label": text.line(str(cell["label"]), 60), "source": source})
        if left <= 0:
            break
    answers = [text.lines(part.pop("answer", "")) for part in result["parts"]]
    notes = list(dict.fromkeys(text.line(str(note)) for note in result["notes"]))
    cleaned = text.clean({**result, "notes": notes[:10], "code": []}) | {"code": code}
    for part, answer in zip(cleaned["parts"], answers, strict=True):
        if "rubric" in part:
            part["answer"] = answer
    return cleaned


def _nothing(problem: Problem, note: str) -> dict:
    parts = [
        {"id": part.id, "title": part.title, "points": 0, "of": part.points, "lines": []}
        for part in problem.parts
    ]
    return {
        "set": problem.name,
        "points": 0,
        "of": problem.points,
        "parts": parts,
        "notes": [note],
        "code": [],
    }


def _described(result: dict, submission: Submission) -> dict:
    """The result with what is known of the submission; the same bytes keep their first time."""
    submitted = submission.submitted and submission.submitted.isoformat(timespec="seconds")
    zone = str(submission.submitted and submission.submitted.tzinfo)
    if result.get("submitted") and result.get("zone") == zone and _when(result) < submission.when:
        submitted = result["submitted"]
    return result | {
        "student": submission.student,
        "file": submission.file,
        "submitted": submitted or "",
        "zone": zone,
        "digest": submission.digest,
        "problem": submission.problem,
        "remarks": [text.line(note) for note in submission.notes],
        "platform": submission.platform,
        "unit": submission.unit,
        "id": submission.id,
        "lasting": submission.lasting,
        "late": submission.late,
    }
