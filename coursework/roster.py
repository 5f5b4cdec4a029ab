"""Who is enrolled, from the list that a platform exports: Moodle, Canvas, Gradescope, GitHub."""

import csv
import io
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from coursework import text

# Columns that say who a person is, as the platforms call them, and a few plain ones.
NAMES = ("student", "full name", "name", "github_username")
FIRST, LAST = ("first name", "firstname"), ("last name", "lastname", "surname")
IDS = (
    *("identifier", "id", "id number", "sis user id", "sis login id", "sid", "email"),
    *("email address", "username", "github_username", "login", "student_id"),
)


@dataclass(eq=False)
class Person:
    """A line of the list, as it was, and how the person is called here."""

    name: str
    cells: dict[str, str]
    ids: frozenset[str]
    names: frozenset[str]


@dataclass
class Roster:
    """The list: its columns, and its people in their order; `head` are lines of other kinds."""

    columns: list[str]
    people: list[Person]
    head: list[dict[str, str]]

    def row(self, result: dict) -> Person | None:
        """The person that a result belongs to: by the platform's number, or else by the name."""
        by_id = [person for person in self.people if plain(result.get("id", "")) in person.ids]
        if len(by_id) == 1 and result.get("id"):
            return by_id[0]
        keys = {plain(result["student"]), plain(result["student"].partition("_")[0])}
        by_name = [person for person in self.people if keys & (person.names | person.ids)]
        return by_name[0] if len(by_name) == 1 else None


def plain(name: str) -> str:
    """A name without case, accents' spelling and double spaces."""
    return " ".join(unicodedata.normalize("NFC", str(name)).casefold().split())


def roster(path: Path) -> Roster:
    """Read the list.

    Raises:
        ValueError: no column says who the people are, or the list is empty.
    """
    try:
        content = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        content = path.read_text("cp1252")
    except OSError as error:
        raise ValueError(f"The list of students cannot be read: {error}") from None
    first = content.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    rows = csv.DictReader(io.StringIO(content), delimiter=separator, restval="")
    columns = [column or "" for column in rows.fieldnames or ()]
    known = {column.strip().casefold() for column in columns}
    if not known & {*NAMES, *FIRST, *LAST, *IDS}:
        raise ValueError(
            f"{path} has no column that says who the students are. It can be Moodle's grading "
            "worksheet, the gradebook of Canvas, a roster of Gradescope or GitHub Classroom, or a "
            f"table with a column `student`; its columns are {', '.join(columns)[:200]}."
        )
    people, head = [], []
    for row in rows:
        cells = {column: str(row.get(column) or "") for column in columns}
        person = _person(cells)
        (people if person.name and person.name != "Points Possible" else head).append(person)
    twice = [name for name, count in Counter(p.name for p in people).items() if count > 1]
    for person in people:
        if person.name in twice and person.ids:
            person.name = f"{person.name} ({sorted(person.ids)[0]})"
    return Roster(columns, people, [person.cells for person in head])


def _person(cells: dict[str, str]) -> Person:
    said = {column.strip().casefold(): value.strip() for column, value in cells.items()}
    first, last = (next((said[c] for c in kind if said.get(c)), "") for kind in (FIRST, LAST))
    name = next((said[c] for c in NAMES if said.get(c)), "") or f"{first} {last}".strip()
    turned = re.fullmatch(r"([^,]+), ([^,]+)", name)  # Canvas: Doe, Jane
    spellings = {name, f"{first} {last}", f"{turned[2]} {turned[1]}" if turned else ""}
    if turned:  # as Canvas calls the files
        spellings.add(re.sub(r"\W", "", name))
    numbers = (re.sub(r"^\D+ (?=\d+$)", "", said[c]) for c in IDS if said.get(c))
    ids = frozenset(map(plain, numbers))
    names = frozenset(map(plain, spellings)) - {""}
    return Person(text.name(name) or next(iter(sorted(ids)), ""), cells, ids, names)
