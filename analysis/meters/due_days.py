"""The days of a meter that should be known by now: who reads once a month knows nothing of the running one yet."""

from datetime import date, datetime, timedelta

from analysis.books import Books
from analysis.calendar_cuts import local_day
from analysis.ledger.amounts import Amounts
from analysis.meters.meter_amounts import daily_amounts
from analysis.meters.silence import allowed_silence
from config.meters.meter import ByHandSource, Meter
from gateway.reading import milliseconds


def past_days(books: Books, meter: Meter, newest: datetime | None, span: timedelta, *, now: datetime) -> Amounts:
    """Return the amounts of a meter's local days that are over at `now`, `span` of them or two of its readings.

    Of a meter read by hand whose next reading is not late, the days after the newest one are left out; all of them,
    if that is so old.
    """
    end = now.astimezone(books.zone).date()
    start = end - max(span, _two_readings(meter))
    amounts = daily_amounts(books, meter, start, end, now=now)
    return amounts.part(0, max(0, (due_to(books, meter, newest, end, now=now) - start).days))


def due_to(books: Books, meter: Meter, newest: datetime | None, end: date, *, now: datetime) -> date:
    """Return the local day up to which a meter should be known, `end` at most.

    Of a meter read by hand whose next reading is not late that is the day of its newest one.
    """
    is_waited_for = isinstance(meter.source, ByHandSource) and newest is not None
    if newest is None or not is_waited_for or now - newest > allowed_silence(meter):
        return end
    return min(end, local_day(milliseconds(newest), books.zone))


def _two_readings(meter: Meter) -> timedelta:
    return 2 * meter.source.every if isinstance(meter.source, ByHandSource) else timedelta(0)
