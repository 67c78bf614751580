"""Whether data came after a balance was frozen: what was reported stays, and says so."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from analysis.books import Books
from analysis.calendar_cuts import local_day
from analysis.ledger.conversion import midnight_ms
from analysis.property_meters import ELECTRICITY, HEAT, main_meters
from analysis.virtual.formula_parts import parts_of
from gateway.reading import instant, milliseconds


def newer_data_since(books: Books, year: int, frozen_at: datetime, *, now: datetime) -> datetime | None:
    """Return since when the days of a balance are known otherwise than when it was frozen; None: they are not.

    A balance that was frozen before its year was over is outdated by the next day.
    """
    first, end = date(year, 1, 1), date(year + 1, 1, 1)
    tomorrow = local_day(milliseconds(frozen_at), books.zone) + timedelta(days=1)
    next_day = instant(midnight_ms(tomorrow, books.zone))
    found = [next_day] if first < tomorrow < end and next_day <= now else []
    if books.ledger is not None:
        changed = books.ledger.first_change(set(_meters(books)), first, end, after=frozen_at)
        found += [] if changed is None else [changed]
    return min(found, default=None)


def _meters(books: Books) -> Iterator[str]:
    """The meters that the balance is made of, and the parts of virtual ones."""
    for place in books.portfolio.properties:
        for media in (ELECTRICITY, HEAT):
            for meter in main_meters(place, media):
                yield from (meter.id, *parts_of(books.portfolio.meters, meter))
