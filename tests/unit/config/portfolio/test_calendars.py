from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.errors import InsufficientData
from config.portfolio.calendars import (
    DayType,
    PropertyCalendar,
    public_holidays,
    school_holidays,
    school_holidays_known_until,
)
from config.portfolio.properties import OpeningHours, Property, SpecialUse, UseCalendar

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY_TO_FRIDAY = OpeningHours(frozenset(range(5)), time(7), time(16))
SCHOOL = UseCalendar(school=True, open=(MONDAY_TO_FRIDAY,))


def calendar(use: UseCalendar) -> PropertyCalendar:
    """The calendar of a property in Rheinland-Pfalz."""
    return PropertyCalendar(Property("p", "P", "m", "schulen", calendar=use), "RP", BERLIN)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 5, 4), DayType.OPEN),
        (date(2026, 5, 3), DayType.WEEKEND),
        (date(2026, 5, 1), DayType.HOLIDAY),
        (date(2026, 6, 4), DayType.HOLIDAY),  # Fronleichnam, no holiday in every Land
        (date(2026, 7, 1), DayType.SCHOOL_HOLIDAY),
        (date(2026, 4, 6), DayType.HOLIDAY),  # Easter Monday in the Easter holidays
        (date(2026, 7, 4), DayType.WEEKEND),  # a Saturday in the summer holidays
    ],
)
def test_a_school_day_has_the_type_that_the_land_gives_it(day: date, kind: DayType) -> None:
    assert calendar(SCHOOL).day_type(day) is kind


def test_school_holidays_matter_to_schools_alone() -> None:
    assert calendar(replace(SCHOOL, school=False)).day_type(date(2026, 7, 1)) is DayType.OPEN


def test_a_movable_day_off_is_closed() -> None:
    use = replace(SCHOOL, closed=frozenset({date(2026, 2, 16)}))
    assert calendar(use).day_type(date(2026, 2, 16)) is DayType.CLOSED


def test_a_weekday_without_opening_hours_is_closed_and_a_saturday_with_them_is_open() -> None:
    use = UseCalendar(open=(OpeningHours(frozenset({0, 5}), time(9), time(0)),))
    assert calendar(use).day_type(date(2026, 5, 6)) is DayType.CLOSED
    assert calendar(use).day_type(date(2026, 5, 9)) is DayType.OPEN


def test_a_council_evening_leaves_a_saturday_a_weekend() -> None:
    use = replace(SCHOOL, used=(SpecialUse(date(2026, 7, 4), time(19), time(22)),))
    assert calendar(use).day_type(date(2026, 7, 4)) is DayType.WEEKEND


def test_without_opening_hours_a_property_is_open_from_monday_to_friday() -> None:
    depot = calendar(UseCalendar())
    assert depot.day_type(date(2026, 5, 4)) is DayType.OPEN
    assert depot.day_type(date(2026, 5, 3)) is DayType.WEEKEND


def test_school_holidays_that_nobody_has_set_yet_are_not_guessed() -> None:
    last = school_holidays_known_until("RP")
    assert last is not None
    assert last >= date(2029, 8, 24)
    weekday = last + timedelta(days=7 - last.weekday())  # the Monday after
    with pytest.raises(InsufficientData, match="are not known"):
        calendar(SCHOOL).day_type(weekday)
    assert calendar(replace(SCHOOL, school=False)).day_type(weekday) is DayType.OPEN


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2023, 7, 24), date(2023, 9, 1)),
        (date(2024, 7, 15), date(2024, 8, 23)),
        (date(2025, 7, 7), date(2025, 8, 15)),
        (date(2026, 6, 29), date(2026, 8, 7)),
    ],
)
def test_the_summer_holidays_of_rheinland_pfalz_are_those_of_the_ministers(first: date, last: date) -> None:
    days = school_holidays("RP", first.year)
    assert {first, last} <= days
    assert first - timedelta(days=3) not in days
    assert last + timedelta(days=3) not in days


def test_rheinland_pfalz_has_eleven_public_holidays() -> None:
    assert len(public_holidays("RP", 2026)) == 11
