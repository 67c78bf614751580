"""Doubts about what a register counts in: fetches the days, and puts what is found into words."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from analysis.bookkeeping.meter_records import UNIT_CHANGE
from analysis.calendar_cuts import boundary_ms, local_day
from analysis.doubts.known_days import KnownDays
from analysis.doubts.meter_days import hours_of
from analysis.doubts.proposals import proposal
from analysis.doubts.subject import Subject
from analysis.doubts.units.change_hours import first_hour
from analysis.doubts.units.known_factors import Ratio, known_ratios
from analysis.doubts.units.pace import USUAL_PACE
from analysis.doubts.units.unit_changes import UnitChange, unit_changes
from analysis.doubts.units.usual_days import LOOK_BACK_DAYS
from analysis.german import amount_word, exact
from analysis.german import day as german_day
from gateway.operations.rows import MeterEventRow
from gateway.reading import instant, milliseconds

# What a change is measured against lies before the days that it is compared with.
LOOK_BACK: Final = timedelta(days=LOOK_BACK_DAYS + 2 * USUAL_PACE.within_days)
_WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
_HOUR_MS: Final = 3_600_000
_SURE, _PROBABLE = 1.5, 3.0
_KNOWN: Final = 0.5
_AS_BEFORE: Final = "liegt seit {day} wieder wie vor der Änderung: Einheit oder Impulswertigkeit zurückgestellt?"
_CHANGED: Final = "{verb} seit {day} {extent}: Einheit oder Impulswertigkeit geändert?{cause} {surely}"


def unit_doubts(subject: Subject, days: KnownDays, since: date) -> list[MeterEventRow]:
    """Return a proposal for every change of the unit that could not be judged before the local day `since`.

    `days` are those that are known, from `LOOK_BACK` before `since` on. An event's `factor` is what amounts have to
    be multiplied by from then on to be right again. What a person called real is the new usual: days before it are
    not compared with.
    """
    days = days.since(_believed_since(subject).toordinal())
    if not len(days):
        return []
    pace = subject.pace(weather=bool(np.isfinite(days.celsius).mean() >= _KNOWN))
    first = since - timedelta(days=pace.within_days)
    changes = unit_changes(days, since=first.toordinal(), pace=pace)
    return [_proposal(subject, change) for change in changes]


def _believed_since(subject: Subject) -> date:
    events = subject.recorded.events
    rejected = [one.time for one in events if one.kind == UNIT_CHANGE and one.state == "rejected"]
    return local_day(milliseconds(max(rejected)), subject.books.zone) if rejected else date.min


def _proposal(subject: Subject, change: UnitChange) -> MeterEventRow:
    ratios = known_ratios(change.level, subject.meter)
    time = _beginning(subject, change)
    factor = Decimal(f"{(ratios[0].factor * _in_effect(subject, time)).normalize():f}")
    noun = amount_word(subject.meter.medium_id)
    return proposal(subject, UNIT_CHANGE, time, f"{noun} {_words(subject, change, ratios, time)}", factor=factor)


def _beginning(subject: Subject, change: UnitChange) -> datetime:
    """To the hour where hours are read, else the local midnight."""
    day, zone = date.fromordinal(change.number), subject.books.zone
    midnight_ms = boundary_ms(day, zone)
    if not subject.speaks_hourly:
        return instant(midnight_ms)
    hours = hours_of(subject, day - _WEEK - _DAY, day + _DAY)
    return instant(midnight_ms + (first_hour(hours.ravel(), change.level) - 24) * _HOUR_MS)


def _in_effect(subject: Subject, time: datetime) -> Decimal:
    """What amounts are multiplied by already, as people accepted it."""
    accepted = [factor for at, factor in subject.recorded.units() if at <= milliseconds(time)]
    return accepted[-1] if accepted else Decimal(1)


def _words(subject: Subject, change: UnitChange, ratios: list[Ratio], time: datetime) -> str:
    day = german_day(time.astimezone(subject.books.zone).date())
    ratio = ratios[0]
    if ratio.times == 1:
        return _AS_BEFORE.format(day=day)
    times = exact(ratio.times)
    causes = " oder ".join(f"{exact(one.times)} = {one.cause}" for one in ratios if one.cause)
    return _CHANGED.format(
        verb="steigt" if ratio.is_more else "fällt",
        day=day,
        extent=f"auf das {times}fache" if ratio.is_more else f"auf 1/{times}",
        cause=f" ({causes})" if causes else "",
        surely=f"Gemessen an {change.days} Tagen, {_surely(change)}.",
    )


def _surely(change: UnitChange) -> str:
    if change.spread <= _SURE:
        return "sicher"
    return "wahrscheinlich" if change.spread <= _PROBABLE else "unsicher"
