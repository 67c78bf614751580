"""Days as a property lives them: public and school holidays of its Land, and what it declares."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from config.errors import InsufficientData
from config.portfolio.properties import Property

_SATURDAY = 5


class DayType(StrEnum):
    """What kind of day it is for a property; days of one type are comparable."""

    OPEN = "open"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    SCHOOL_HOLIDAY = "school_holiday"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class PropertyCalendar:
    """The calendar of one property in a Land (two-letter code) and time zone.

    A property without opening hours counts as open all day from Monday to Friday. School holidays matter to those
    that declare `school: true`.
    """

    property: Property
    state: str
    zone: ZoneInfo

    def day_type(self, day: date) -> DayType:
        """Return the type of a local day.

        What the property closes wins, then public holidays, then weekdays without opening hours (Saturday and Sunday
        are weekend, others closed), then school holidays. Single uses (`used`) leave the type as it is. Raises
        `InsufficientData` where the school holidays of that year are not known.
        """
        calendar = self.property.calendar
        if day in calendar.closed:
            return DayType.CLOSED
        if day in public_holidays(self.state, day.year):
            return DayType.HOLIDAY
        if not self._opens_on(day.weekday()):
            return DayType.WEEKEND if day.weekday() >= _SATURDAY else DayType.CLOSED
        if calendar.school and day in _known_school_holidays(self.state, day):
            return DayType.SCHOOL_HOLIDAY
        return DayType.OPEN

    def _opens_on(self, weekday: int) -> bool:
        hours = self.property.calendar.open
        return any(weekday in entry.weekdays for entry in hours) if hours else weekday < _SATURDAY


@cache
def public_holidays(state: str, year: int) -> frozenset[date]:
    """Return the public holidays of a Land in a year. Source: `holidays` package."""
    return frozenset(holidays.country_holidays("DE", subdiv=state, years=year, categories=("public",)))


@cache
def school_holidays(state: str, year: int) -> frozenset[date]:
    """Return the days in school holidays of a Land in a year; empty where they are not known yet.

    Source: `holidays` package, from the dates of the Kultusministerkonferenz. Movable days that a school sets itself
    are not in it; they belong into `closed`.
    """
    return frozenset(holidays.country_holidays("DE", subdiv=state, years=year, categories=("school",)))


@cache
def school_holidays_known_until(state: str, *, since: int = 2020) -> date | None:
    """Return the last day of the last school holidays that are known for a Land, None where none are."""
    last, year = None, since
    while days := school_holidays(state, year):
        last, year = max(days), year + 1
    return last


def _known_school_holidays(state: str, day: date) -> frozenset[date]:
    days, last = school_holidays(state, day.year), school_holidays_known_until(state)
    if not days or last is None or day > last:
        raise InsufficientData(f"the school holidays of {state} in {day.year} are not known (known until {last})")
    return days
