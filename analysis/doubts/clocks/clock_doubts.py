"""Doubts about clocks: fetches the profiles of open days, and puts what is found into words."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from analysis.bookkeeping.meter_records import CLOCK_SHIFT
from analysis.calendar_cuts import boundary_ms
from analysis.doubts.clocks.clock_changes import ClockChange, clock_change_near
from analysis.doubts.clocks.clock_shifts import DAYS, LONGEST_DAYS, ClockShift, clock_shifts
from analysis.doubts.meter_days import day_profiles
from analysis.doubts.proposals import proposal
from analysis.doubts.subject import Subject
from analysis.german import day as german_day
from config.portfolio.calendars import DayType
from gateway.operations.rows import MeterEventRow
from gateway.reading import instant

SAME: Final = timedelta(days=10)
_TO_THE_OTHER_CHANGE: Final = timedelta(days=240)  # from spring to autumn they lie 31 weeks apart
_DAY: Final = timedelta(days=1)
_HOUR_S: Final = 3600


def clock_doubts(subject: Subject, since: date) -> list[MeterEventRow]:
    """Return a proposal for every shift of the clock that could not be judged before the local day `since`.

    `new_start` is by how many seconds stamps have to be moved from then on to be right: as many as before, where it
    is not the stamps that are wrong but the clock of the controller. People change the hours of a boiler at will:
    what heats is doubted at the changes of the clocks alone.
    """
    if not subject.speaks_hourly or not subject.keeps_hours:
        return []
    first = _open_days_before(subject, since, DAYS + 1)
    profiles = day_profiles(subject, _open_days_before(subject, first, DAYS), subject.today)
    found = [shift for shift in clock_shifts(profiles) if shift.number >= first.toordinal()]
    changes = [clock_change_near(date.fromordinal(shift.number), subject.books.zone) for shift in found]
    pairs = list(zip(found, changes, strict=True))
    missed = [(shift, change) for shift, change in pairs if change and change.is_missed_by_a_controller(shift.hours)]
    loggers = [pair for pair in pairs if pair not in missed and not (subject.is_heat and pair[1] is None)]
    return [*_controllers(subject, missed), *_loggers(subject, loggers)]


def _open_days_before(subject: Subject, day: date, count: int) -> date:
    """Return the day that has so many open days from it on before another; not further back than they may lie."""
    types, earliest = subject.types(), day - timedelta(days=LONGEST_DAYS)
    while count and day > earliest:
        day -= _DAY
        count -= types(day) is DayType.OPEN
    return day


def _controllers(subject: Subject, missed: list[tuple[ClockShift, ClockChange]]) -> Iterator[MeterEventRow]:
    """What was not changed in spring is right again in autumn, and the other way round."""
    told = [event.time for event in _recorded(subject) if event.new_start == _before(subject, event.time)]
    for shift, change in missed:
        is_back = any(change.time - _TO_THE_OTHER_CHANGE < at < change.time - SAME for at in told)
        told.append(change.time)
        asks = "wieder mit der Ortszeit?" if is_back else "nicht umgestellt?"
        detail = f"{_words(subject, shift, change)}: Schaltuhr der Anlage {asks}"
        yield proposal(subject, CLOCK_SHIFT, change.time, detail, new_start=_before(subject, change.time))


def _loggers(subject: Subject, shifts: list[tuple[ClockShift, ClockChange | None]]) -> Iterator[MeterEventRow]:
    """Offsets add up over the shifts that nobody decided yet; between two that a person called real all is right."""
    hours, believed = 0, {0}
    for shift, change in shifts:
        number = date.fromordinal(shift.number)
        time = instant(boundary_ms(number, subject.books.zone)) if change is None else change.time
        before, hours = hours, hours + shift.hours
        if _is_rejected(subject, time):
            believed.add(hours)
        elif before not in believed or hours not in believed:
            offset = _in_effect(subject, time) - _HOUR_S * hours
            detail = f"{_words(subject, shift, change)}: {_asks(shift, change, offset)}"
            yield proposal(subject, CLOCK_SHIFT, time, detail, new_start=offset)


def _in_effect(subject: Subject, time: datetime) -> Decimal:
    """By how much stamps are moved already, as people accepted it [s]."""
    accepted = [one for one in _recorded(subject) if one.state == "accepted"]
    valid = [one.new_start for one in accepted if one.time <= time and one.new_start is not None]
    return valid[-1] if valid else Decimal(0)


def _before(subject: Subject, time: datetime) -> Decimal:
    return _in_effect(subject, time - timedelta(milliseconds=1))


def _is_rejected(subject: Subject, time: datetime) -> bool:
    return any(one.state == "rejected" and abs(one.time - time) <= SAME for one in _recorded(subject))


def _recorded(subject: Subject) -> list[MeterEventRow]:
    return [one for one in subject.recorded.events if one.kind == CLOCK_SHIFT and one.state != "withdrawn"]


def _words(subject: Subject, shift: ClockShift, change: ClockChange | None) -> str:
    size = "eine Stunde" if abs(shift.hours) == 1 else f"{abs(shift.hours)} Stunden"
    way = "später" if shift.hours > 0 else "früher"
    if change is None:
        return f"Tagesgang liegt seit {german_day(date.fromordinal(shift.number))} {size} {way} als davor"
    day = german_day(change.time.astimezone(subject.books.zone).date())
    return f"Tagesgang liegt seit der Zeitumstellung am {day} {size} {way}"


def _asks(shift: ClockShift, change: ClockChange | None, offset: Decimal) -> str:
    if not offset:
        return "geht die Uhr des Loggers wieder richtig?"
    if change is not None:
        return "Uhr des Loggers nicht umgestellt?"
    return f"geht die Uhr des Loggers {'vor' if shift.hours > 0 else 'nach'}?"
