"""When each set is due, and the time zone of the class."""

import json
import os
from dataclasses import dataclass, field
from datetime import datetime, time, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from coursework.store import write_json


def zone_of(name: str) -> tzinfo:
    """A time zone by its name, as `Europe/Berlin`.

    Raises:
        ValueError: there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"There is no time zone {name!r}; one is Europe/Berlin.") from error


def machine_zone() -> str:
    """The name of this machine's time zone; UTC if it has none."""
    for name in (os.environ.get("TZ", ""), _localtime()):
        try:
            if name:
                zone_of(name)
                return name
        except ValueError:
            continue
    return "UTC"


def _localtime() -> str:
    path = os.path.realpath("/etc/localtime")
    return path.partition("/zoneinfo/")[2]


def due_date(words: str, zone: tzinfo) -> datetime:
    """A date as 2026-12-01T23:59, with or without a zone; a day alone ends at midnight.

    Raises:
        ValueError: it is no date.
    """
    try:
        date = datetime.fromisoformat(words.strip())
    except ValueError:
        raise ValueError(
            f"DUE must be a date as 2026-12-01T23:59 (or with a zone: 2026-12-01T23:59+01:00), "
            f"got {words!r}"
        ) from None
    if len(words.strip()) <= len("2026-12-01"):
        date = datetime.combine(date, time(23, 59, 59))
    return date if date.tzinfo else date.replace(tzinfo=zone)


@dataclass
class Dates:
    """The zone of a class, and by set when it is due."""

    zone: str
    due: dict[str, datetime] = field(default_factory=dict)

    def hours_late(self, which: str, submitted: str) -> str:
        """How late something is, for the table; "" if that is not known."""
        try:
            seconds = (datetime.fromisoformat(submitted) - self.due[which]).total_seconds()
        except (KeyError, ValueError, TypeError):
            return ""
        return f"{max(0.0, seconds / 3600):.1f}"

    def save(self, path: Path) -> None:
        """Store them, readable."""
        due = {name: date.isoformat() for name, date in sorted(self.due.items())}
        write_json(path, {"zone": self.zone, "due": due})


def dates(path: Path) -> Dates:
    """What is stored, or the machine's zone and no date.

    Raises:
        ValueError: the file is not what `Dates.save` wrote.
    """
    try:
        stored = json.loads(path.read_text("utf-8"))
        zone_of(stored["zone"])
        due = {name: datetime.fromisoformat(date) for name, date in stored["due"].items()}
        if any(date.tzinfo is None for date in due.values()):
            raise ValueError
        return Dates(stored["zone"], due)
    except FileNotFoundError:
        return Dates(machine_zone())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(
            f'{path} should hold {{"zone": "Europe/Berlin", "due": {{"ps1": '
            '"2026-12-01T23:59:00+01:00"}}; mend it, or delete it.'
        ) from None
