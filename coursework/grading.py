"""Grade submissions side by side, each in its sandbox; what is done is done, even if killed."""

import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor, as_completed

from coursework.problems import grade_id, role, source_of
from coursework.release import write_atomically
from coursework.sandbox import NoSandboxError
from coursework.student import Student

CELLS, CELL_CHARACTERS = 500, 200_000


class UnreadableError(ValueError):
    """A notebook that cannot be read; the text is a sentence for the student."""


def code_cells(data):
    """The code cells of a notebook file, which may hold anything.

    Raises:
        UnreadableError: it is no Python notebook.
    """
    if not data.strip():
        raise UnreadableError("The file is empty.")
    try:
        notebook = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise UnreadableError("The file is not a notebook: it is not valid JSON.") from None
    try:
        metadata = notebook["metadata"]
        language = metadata.get("kernelspec", {}).get("language") or "python"
        language = metadata.get("language_info", {}).get("name") or language
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        for cell in cells:
            if not isinstance(cell["metadata"].get("nbgrader", {}), dict):
                raise TypeError
            if len(source_of(cell)) > CELL_CHARACTERS or len(cells) > CELLS:
                raise UnreadableError("The notebook has more cells or longer cells than fit.")
    except (TypeError, KeyError, AttributeError):
        raise UnreadableError("The file is JSON, but not a notebook of version 4.") from None
    if str(language).lower() not in ("python", "ipython", "python3"):
        raise UnreadableError(
            f"The notebook's language is {str(language)[:20]!r}. Open it with the Python 3 "
            "kernel, save it, and hand it in again."
        )
    return cells


def cells_to_run(problem, data):
    """What is executed of a submission: the given cells, then the student's, in their order.

    Given cells come from the source and tests are left out, so that it does not matter what
    the student made of them.

    Raises:
        UnreadableError: it is no Python notebook.
    """
    theirs = {grade_id(cell) for cell in problem.cells if role(cell) not in ("solution", "text")}
    cells = [
        {"label": f"code cell {number}", "source": source_of(cell)}
        for number, cell in enumerate(code_cells(data), start=1)
        if grade_id(cell) not in theirs - {None}
    ]
    return problem.given + cells


def grade(problem, data, limits, unreadable=""):
    """Grade one notebook.

    Args:
        problem: `Problem`.
        data: the notebook's bytes.
        limits: `Limits`.
        unreadable: why there are no bytes, as a sentence.

    Returns:
        A dict that JSON can hold: parts (with lines), points, of, notes and code.

    Raises:
        NoSandboxError: the machine failed, not the student.
    """
    notes, notes_of_tests, cells = [], [], []
    try:
        if unreadable:
            raise UnreadableError(unreadable)
        cells = cells_to_run(problem, data)
    except UnreadableError as error:
        notes.append(str(error))
    parts = []
    with Student(cells, limits, problem.with_torch) as student:
        for part in problem.parts:
            lines = []
            if not notes:
                student.begin_part()
                try:
                    lines = problem.mark(part, student)
                except NoSandboxError:
                    raise
                except Exception as error:  # a test that trips over what it was handed
                    notes_of_tests.append(
                        f"The test of part {part.id} stopped with {type(error).__name__}: "
                        "please tell your teacher."
                    )
            parts.append(
                {
                    "id": part.id,
                    "title": part.title,
                    "points": sum(line.points for line in lines),
                    "of": part.points,
                    "lines": [line._asdict() for line in lines],
                }
            )
        notes += notes_of_tests + [error for error in student.cell_errors if error]
    return {
        "set": problem.name,
        "points": sum(part["points"] for part in parts),
        "of": problem.points,
        "parts": parts,
        "notes": notes,
        "code": [cell for cell in cells if re.match(r"code cell \d", cell["label"])],
    }


def key_of(problem, submission):
    """Changes when a submission's grade might: with its bytes, and with the problem set."""
    digest = hashlib.sha256(problem.fingerprint.encode())
    digest.update(submission.problem.encode() + submission.data)
    return digest.hexdigest()


def file_name(student):
    """A student's name as the name of a file: letters stay, what could be a path does not."""
    safe = re.sub(r"[^\w .,@()+-]", "_", student)[:80].strip(" .") or "_"
    if safe != student:
        safe += "-" + hashlib.sha256(student.encode()).hexdigest()[:6]
    return safe


def stored(path):
    """The result in a file, None if there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def grade_all(problems, submissions, folder, limits, jobs):
    """Grade all submissions that are not graded yet, and yield each result when it is stored.

    A result is a file of its own, written whole or not at all. Whoever stops this loses at
    most the submissions that were being graded; the next call takes up the rest.

    Args:
        problems: dict of `Problem` by name.
        submissions: list of `Submission`.
        folder: where the results are kept.
        limits: `Limits`.
        jobs: how many are graded at the same time.

    Yields:
        (submission, result, whether it was graded just now).
    """

    def work(submission, path, key):
        problem = problems[submission.set]
        result = grade(problem, submission.data, limits, submission.problem)
        result |= {
            "student": submission.student,
            "file": submission.file,
            "submitted": submission.submitted.isoformat(timespec="seconds"),
            "key": key,
        }
        write_atomically(path, json.dumps(result, ensure_ascii=False, indent=1) + "\n")
        return result

    for problem in problems.values():
        _ = problem.reference, problem.parts  # once, not in every thread
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {}
        for submission in submissions:
            path = folder / submission.set / f"{file_name(submission.student)}.json"
            key = key_of(problems[submission.set], submission)
            result = stored(path)
            if result is not None and result["key"] == key:
                yield submission, result, False
            else:
                waiting[pool.submit(work, submission, path, key)] = submission
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result(), True
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
