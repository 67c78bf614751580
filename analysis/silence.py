"""Meters that stopped speaking."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from analysis.books import Books


@dataclass(frozen=True, slots=True)
class Silence:
    """A meter that has been quiet for longer than it may be.

    `since` is its newest reading, None if it never spoke; `lasting` counts from there (None with `since`).
    `allowed` is the silence that is normal for it, `last_value` what it said last, in canonical units.
    """

    meter: str
    property_id: str
    since: datetime | None
    lasting: timedelta | None
    allowed: timedelta
    last_value: float | None


def silence(books: Books, meter_id: str, *, now: datetime) -> Silence | None:
    """Return the silence of a meter, None while it speaks; raises `NotFound`."""
    raise NotImplementedError
