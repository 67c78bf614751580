"""Instants and local days out of query parameters."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from api.answers.problems import InvalidInput
from config.errors import InvalidReading

_EARLIEST = date(1970, 1, 2)
_LATEST = date(2200, 1, 1)
_EARLIEST_RECORD = datetime(2000, 1, 1, tzinfo=UTC)


def moment(text: str, zone: ZoneInfo, *, name: str) -> datetime:
    """Return the instant of an ISO 8601 text: a local day means its first instant, a time needs its offset.

    Raises `InvalidInput` for anything else, a time without offset included.
    """
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))  # a `+` that was not escaped arrives as a space
    except ValueError as error:
        raise InvalidInput(name, f"{text!r} is neither a day nor a time in ISO 8601") from error
    if not is_of_our_time(found.date()):
        raise InvalidInput(name, f"{text!r} is not between {_EARLIEST} and {_LATEST}")
    if len(text) <= len("2026-01-01"):
        return datetime.combine(found.date(), time(), zone).astimezone(UTC)
    if found.tzinfo is None:
        raise InvalidInput(name, f"{text!r} has no offset; write 2026-01-01T00:00:00Z or 2026-01-01T01:00:00+01:00")
    return found.astimezone(UTC)


def local_day(text: str, *, name: str) -> date:
    """Return a local day; raises `InvalidInput` for anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(name, f"{text!r} is no day in ISO 8601") from error
    if not is_of_our_time(found):
        raise InvalidInput(name, f"{text!r} is not between {_EARLIEST} and {_LATEST}")
    return found


def is_of_our_time(day: date) -> bool:
    """Whether a day is one that figures can be asked about, and that every zone can tell."""
    return _EARLIEST <= day < _LATEST


def check_moment(at: datetime) -> None:
    """Refuse an instant before anything was recorded; the door judges those to come. Raises `InvalidReading`."""
    if at < _EARLIEST_RECORD:
        raise InvalidReading("too_old", f"{at.isoformat()} is before the year 2000", field="at")


def checked_year(year: int) -> int:
    """Return the year if it can be one of ours; raises `InvalidInput`."""
    if not 1990 <= year <= 2100:
        raise InvalidInput("year", f"{year} is not between 1990 and 2100")
    return year
