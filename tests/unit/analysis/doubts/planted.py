"""Plants a change into real days and asks whether it is found."""

from datetime import date
from math import log
from typing import Final

import numpy as np

from analysis.doubts.clocks.clock_shifts import HOURS, DayProfiles, clock_shifts
from analysis.doubts.known_days import KnownDays
from analysis.doubts.units.pace import Pace
from analysis.doubts.units.unit_changes import unit_changes

# One in every season of two years, the first with a year behind it.
UNIT_DAYS: Final = tuple(
    date.fromisoformat(day)
    for day in (
        "2017-01-17",
        "2017-04-05",
        "2017-07-10",
        "2017-10-20",
        "2018-02-01",
        "2018-05-20",
        "2018-08-15",
        "2018-11-05",
        "2019-03-10",
    )
)
CLOCK_DAYS: Final = tuple(date.fromordinal(date(2016, 2, 1).toordinal() + 37 * step) for step in range(24))


def planted_unit(days: KnownDays, pace: Pace, day: date, level: float) -> bool | None:
    """Whether a change of the unit is found within a year; None where there are not two months to find it in."""
    found = unit_found(days, pace, day, level)
    return None if found is None else found[0]


def unit_found(days: KnownDays, pace: Pace, day: date, level: float) -> tuple[bool, bool, int, int] | None:
    """Return whether it is found, whether with its size (by two fifths), how many days late, and how many others."""
    number = day.toordinal()
    there = cut(days, number - 900, number + 365)
    begin = int(np.searchsorted(there.numbers, number))
    if len(there) - begin < 60:
        return None
    there = there.scaled_from(begin, level)
    shown = KnownDays(there.numbers, np.round(there.amounts, 1), there.celsius, there.quiet)
    changes = unit_changes(shown, since=number - 60, pace=pace)
    right = [one for one in changes if (one.level > 1) == (level > 1) and one.number >= number - 3]
    if not right:
        return False, False, 0, len(changes)
    size = abs(log(right[0].level / level)) <= log(1.4)
    return True, size, right[0].number - number, len(changes) - 1


def planted_clock(profiles: DayProfiles, day: date, hours: int) -> bool | None:
    """Whether a shift is found; None where the meter has its own one near, or not enough days."""
    number = day.toordinal()
    there = between(profiles, number - 45, number + 45)
    begin = int(np.searchsorted(there.numbers, number))
    if clock_shifts(there) or begin < 10 or len(there.numbers) - begin < 10:
        return None
    amounts = there.hours.copy()
    amounts[begin:] = np.roll(amounts[begin:].ravel(), hours).reshape(-1, HOURS)
    found = clock_shifts(DayProfiles(there.numbers, amounts))
    return any(shift.hours == hours and abs(shift.number - number) <= 5 for shift in found)


def cut(days: KnownDays, first: int, last: int) -> KnownDays:
    """Return the days of the ordinals `[first, last)`."""
    chosen = (days.numbers >= first) & (days.numbers < last)
    return KnownDays(days.numbers[chosen], days.amounts[chosen], days.celsius[chosen], days.quiet[chosen])


def between(profiles: DayProfiles, first: int, last: int) -> DayProfiles:
    """Return the days of the ordinals `[first, last)`."""
    chosen = (profiles.numbers >= first) & (profiles.numbers < last)
    return DayProfiles(profiles.numbers[chosen], profiles.hours[chosen])
