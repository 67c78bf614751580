"""Doubts about single leaps: fetches what lies around a day that stands out, and puts it into words."""

from datetime import date, timedelta
from typing import Final

import numpy as np

from analysis.bookkeeping.meter_records import JUMP
from analysis.calendar_cuts import day_cuts
from analysis.doubts.known_days import KnownDays
from analysis.doubts.leaps import DAYS_AFTER, leaping_days, leaping_interval
from analysis.doubts.meter_days import hours_of, undoubted_books
from analysis.doubts.proposals import proposal
from analysis.doubts.subject import Subject
from analysis.german import number, unit_text
from analysis.ledger.rules import rules_of
from config.quantities import QUANTITIES, Kind
from gateway.operations.rows import MeterEventRow
from gateway.reading import instant

_AROUND: Final = timedelta(days=21)
_DAY: Final = timedelta(days=1)
# The two days behind may be missing for a while.
_LATE: Final = timedelta(days=DAYS_AFTER + 5)
_DETAIL: Final = "{amount} {unit} auf einmal, das {times}fache der stärksten Stunde der drei Wochen davor: echt?"


def jump_doubts(subject: Subject, days: KnownDays, since: date) -> list[MeterEventRow]:
    """Return a proposal for every leap that could not be judged before the local day `since`.

    `days` are those that are known, from two years before `since` on. Where somebody declared what the connection can
    carry, the ledger goes by that.
    """
    if not subject.speaks_hourly or rules_of(subject.meter).rate is not None:
        return []
    first = (since - _LATE).toordinal()
    found = leaping_days(days, since=first, needs_a_year=subject.is_seasonal)
    return [event for number in found for event in _in_day(subject, date.fromordinal(number))]


def _in_day(subject: Subject, day: date) -> list[MeterEventRow]:
    start_ms, end_ms = day_cuts(day, day + _DAY, subject.books.zone).tolist()
    books = undoubted_books(subject, start_ms, end_ms)
    times = books.line.time_ms
    first, last = np.searchsorted(times, (start_ms, end_ms), side="right").tolist()
    bounds = times[max(first - 1, 0) : last]
    amounts = np.nan_to_num(books.amounts(bounds).floats()) if len(bounds) > 1 else np.empty(0)
    before = hours_of(subject, day - _AROUND, day)
    strongest = float(np.nan_to_num(before).max())
    leap = leaping_interval(amounts, np.diff(bounds), strongest)
    if leap is None:
        return []
    amount = float(amounts[leap])
    detail = _DETAIL.format(
        amount=number(amount), unit=unit_text(subject.meter.medium.unit), times=number(amount / strongest)
    )
    # An amount is known by the beginning of its interval, a difference by the reading that shows it.
    is_amount = QUANTITIES[subject.meter.quantity].kind is Kind.AMOUNT
    return [proposal(subject, JUMP, instant(int(bounds[leap if is_amount else leap + 1])), detail)]
