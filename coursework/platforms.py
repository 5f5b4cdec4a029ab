"""Who handed in a file, by the names that learning platforms give to what they export.

A name is recognised by what is specific to its platform, from the outside to the inside, so that
a student's own file name cannot decide whose work it is. How the names are made was looked up in
the sources of Moodle (assign/feedback/file/importziplib.php), Canvas (lib/content_zipper.rb) and
ILIAS (getDirectoryNameFromUserData), and in tools that read the exports of the others.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, tzinfo
from functools import partial
from pathlib import PurePosixPath

import yaml

from coursework import text
from coursework.people import DoubtError, Finder, Who, shown
from coursework.plain import SET_IN_NAME, groups, plain

MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+(_.*)?", re.S)
CANVAS = re.compile(
    r"(?:(?!LATE_)(?P<name>\w+?)_)?(?:(?P<late>LATE)_)?(?P<id>\d+|anon_[^\W_]+)_(?P<file>\d+)_.+",
    re.S,
)
BLACKBOARD = re.compile(r"(?P<before>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})([_.].*)?", re.S)
BRIGHTSPACE = re.compile(
    r"(?P<id>\d+-\d+) - (?P<name>.+?)( - (?P<time>\w+\.? \d+, \d{4},? \d+:?\d\d [AP]M))?( - .*)?",
    re.S,
)
ILIAS = re.compile(r"[^_]+_[^_]+_(?P<login>.+)_(?P<id>\d+)", re.S)
GRADESCOPE = re.compile(r"submission_\d+")
METADATA = "submission_metadata.yml"
CLASSROOM = re.compile(r"ps[ _-]?\d+-(?!submissions$)(?P<user>[A-Za-z\d][A-Za-z\d-]*)", re.I)
CLONES = re.compile(r"(?P<slug>.+)-submissions", re.S)


def _moodle(path: PurePosixPath, zone: tzinfo) -> list[Who]:
    """`NAME_NUMBER_assignsubmission_file`, a folder or a file; the number is the assignment's."""
    found = _first(MOODLE, path.parts)
    if not found:
        return []
    return [Who(found["name"], f"{found['name']}_{found['id']}", found["id"])]


def _canvas(path: PurePosixPath, zone: tzinfo) -> list[Who]:
    """`name[_LATE]_USER_FILE_...`: the number of the file differs from upload to upload."""
    found = _first(CANVAS, path.parts[-1:])
    if not found or not (found["name"] or found["id"].startswith("anon")):
        return []
    student = "_".join(filter(None, (found["name"], found["id"])))
    unit = found.string[: found.end("file")]
    return [Who(student, unit, found["id"], lasting=True, late=bool(found["late"]))]


def _blackboard(path: PurePosixPath, zone: tzinfo, titles: set[str]) -> list[Who]:
    """`TITLE_USER_attempt_TIME_...`: both title and user may hold a `_`."""
    found = _first(BLACKBOARD, path.parts[-1:])
    if not found:
        return []
    before = found["before"]
    fitting = [title for title in titles if title and before.startswith(f"{title}_")]
    user = before[len(min(fitting, key=len)) + 1 :] if fitting else before
    submitted = _time(found["time"], "%Y-%m-%d-%H-%M-%S", zone)
    return [Who(user, f"{before}_attempt_{found['time']}", user, True, submitted)]


def _brightspace(path: PurePosixPath, zone: tzinfo) -> list[Who]:
    """`NUMBER-NUMBER - NAME - Nov 30, 2026 1000 AM`, a folder or a file."""
    found = _first(BRIGHTSPACE, path.parts)
    if not found:
        return []
    digits = re.sub("[.,:]", "", found["time"] or "")
    submitted = _time(digits, "%b %d %Y %I%M %p", zone) or _time(digits, "%B %d %Y %I%M %p", zone)
    unit = f"{found['id']} - {found['name']}"
    return [Who(found["name"], unit, found["id"], submitted=submitted)]


def _ilias(path: PurePosixPath, zone: tzinfo) -> list[Who]:
    """`LAST_FIRST_LOGIN_NUMBER`, a folder, at times below a team's."""
    found = _first(ILIAS, path.parts[:-1])
    return [Who(found["login"], found.string, found["id"], lasting=True)] if found else []


def _github(path: PurePosixPath, zone: tzinfo) -> list[Who]:
    """`ps1-submissions/ps1-USER/`, as `gh classroom clone` makes it; or a repository `ps1-USER`."""
    parts = list(path.parts[:-1])
    if path.suffix.lower() == ".zip":
        parts.append(re.sub(r"(-main|-master)?\.zip$", "", path.name, flags=re.I))
    for above, part in zip(["", *parts], parts, strict=False):
        clones = CLONES.fullmatch(above)
        found = CLASSROOM.fullmatch(part)
        if clones and part.startswith(f"{clones['slug']}-"):
            user = part[len(clones["slug"]) + 1 :]
        elif found:
            user = found["user"]
        else:
            continue
        return [Who(user, part if part in path.parts else path.name, user, lasting=True)]
    return []


def _gradescope(metadata: bytes | None) -> Finder:
    """The submitters of a folder stand in a file beside it; each of a group gets the row.

    Raises:
        DoubtError: the file is missing or cannot be read.
    """
    try:
        listed = yaml.load((metadata or b"").decode("utf-8-sig"), yaml.BaseLoader)
        people = {str(unit): _submitters(str(unit), known) for unit, known in listed.items()}
    except Exception:
        raise DoubtError(
            f"These are folders of Gradescope, but {METADATA}, which says whose they are, is not "
            "there or cannot be read. Give the export as Gradescope made it."
        ) from None
    return lambda path: next((people[part] for part in path.parts if part in people), [])


def _submission(path: PurePosixPath) -> list[Who]:
    """Whether a folder is one of Gradescope's; whose, only the list beside it says."""
    found = _first(GRADESCOPE, path.parts[:-1])
    return [Who(found.string, found.string)] if found else []


def _submitters(unit: str, known: dict) -> list[Who]:
    found = []
    for person in known[":submitters"]:
        name, sid, email = (str(person.get(key) or "") for key in (":name", ":sid", ":email"))
        student = text.name(name or email or sid)
        if student:
            when = _ruby_time(known.get(":created_at"))
            found.append(Who(student, unit, text.name(sid or email), True, when))
    return found


def _ruby_time(stamp: object) -> datetime | None:
    """`2026-04-26 17:34:00.861687000 Z` as a time."""
    form = r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)? ?(Z|[+-]\d\d:?\d\d)"
    found = re.fullmatch(form, str(stamp).strip())
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}{found[4]}") if found else None
    except ValueError:
        return None


def _first(pattern: re.Pattern, parts: Sequence[str]) -> re.Match | None:
    """The outermost part that fits: what lies further inside was named by the student."""
    return next(filter(None, map(pattern.fullmatch, parts)), None)


def _time(words: str, form: str, zone: tzinfo) -> datetime | None:
    try:
        return datetime.strptime(words, form).replace(tzinfo=zone)
    except ValueError:
        return None


FOLDERS = {"ilias": _ilias, "github": _github}  # patterns that a teacher's folder may fit too
SPECIFIC = {"moodle": _moodle, "canvas": _canvas, "brightspace": _brightspace, **FOLDERS}
NAMES = (*SPECIFIC, "blackboard", "gradescope", "plain")


def recognise(
    paths: Sequence[PurePosixPath],
    zone: tzinfo,
    metadata: bytes | None = None,
    *,
    platform: str = "",
    download: str = "",
) -> tuple[str, Finder]:
    """The platform that a download comes from, and who handed in what.

    Args:
        paths: of the notebooks and zips, as they lie in the download.
        zone: of the times in names.
        metadata: the bytes of Gradescope's file, None if there is none.
        platform: one of `NAMES`, where the teacher says which.
        download: the name of the folder or zip.

    Returns:
        The platform's name, and a function of any path in the download that gives a list of
        `Who`, empty if the path fits none.

    Raises:
        DoubtError: it cannot be said safely.
    """
    finders = _finders(paths, zone)
    if platform == "gradescope":
        return platform, _gradescope(metadata)
    if platform and platform != "plain":
        return platform, finders[platform]
    fits = Counter({name: sum(bool(who(path)) for path in paths) for name, who in finders.items()})
    for name in FOLDERS:
        if fits[name] and groups(paths, finders[name], set_in_name):
            fits[name] = 0
    best, count = fits.most_common(1)[0]
    if not platform and count > len(paths) / 2:
        return best, _gradescope(metadata) if best == "gradescope" else finders[best]
    who = plain(paths, download)
    if not platform and fits[best]:
        who = _without_strange(paths, who, best, finders[best])
    if names := groups(paths, who, set_in_name):
        raise DoubtError(
            f"Is {names[0]!r} a student, or a folder of several? It holds one set for several "
            f"names: {shown([p for p in paths if names[0] in p.parts])}. Put the students' "
            "folders side by side, or grade one group at a time."
        )
    return "plain", who


def _finders(paths: Sequence[PurePosixPath], zone: tzinfo) -> dict[str, Finder]:
    """For each platform that is known by names alone, whose a path is."""
    matches = (_first(BLACKBOARD, path.parts[-1:]) for path in paths)
    titles = {match["before"].rpartition("_")[0] for match in matches if match}
    finders: dict[str, Finder] = {name: partial(who, zone=zone) for name, who in SPECIFIC.items()}
    finders["blackboard"] = partial(_blackboard, zone=zone, titles=titles)
    return finders | {"gradescope": _submission}


def _without_strange(
    paths: Sequence[PurePosixPath], who: Finder, name: str, finder: Finder
) -> Finder:
    """Leave out what a platform named, where most of the other names are a teacher's own.

    Raises:
        DoubtError: there is too much of both.
    """
    strange = {unit for path in paths for unit in [who(path)[0].unit] if _fits(finder, path, unit)}
    here = [path for path in paths if who(path)[0].unit in strange]
    if len(here) >= len(paths) / 3:
        others = [path for path in paths if path not in here]
        raise DoubtError(
            f"{len(here)} of {len(paths)} names look like those of {name}, the others do not: "
            f"{shown([*here[:1], *others[:2]])}. Grade them one after the other, or say what "
            f"they are with FROM={name} or FROM=plain."
        )
    return lambda path: [owner for owner in who(path) if owner.unit not in strange]


def _fits(finder: Finder, path: PurePosixPath, unit: str) -> bool:
    """Whether what would be a student's own folder or file is named as the platform does."""
    return bool(finder(PurePosixPath(unit, *([] if unit == path.name else ["ps1.ipynb"]))))


def set_in_name(path: PurePosixPath) -> str | None:
    """The set that a file's name, or else one of the folders around it, speaks of."""
    for part in reversed(path.parts):
        if named := SET_IN_NAME.search(part):
            return f"ps{int(named[2])}"
    return None
