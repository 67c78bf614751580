"""What a meter's readings say about consumption, in slots of the calendar."""

from datetime import date, datetime

from analysis.books import Books
from analysis.figures import Consumption, Resolution


def consumption(
    books: Books, meter_id: str, start: date | datetime, end: date | datetime, resolution: Resolution, *, now: datetime
) -> Consumption:
    """Return the consumption of `[start, end)` in slots of the property's calendar; raises `NotFound`."""
    raise NotImplementedError
