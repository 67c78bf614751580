"""Real buildings: what is wrong with them is found, what is not is left alone, and what is planted is found again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from analysis.doubts import doubts_of
from analysis.doubts.clocks.clock_shifts import clock_shifts
from analysis.doubts.units.pace import Pace
from analysis.doubts.units.unit_changes import unit_changes
from gateway.operations.rows import MeterEventRow
from tests.unit.analysis.doubts.buildings import METERS, NOW, Ten, ten_meters
from tests.unit.analysis.doubts.others import commercial_days, school_profiles
from tests.unit.analysis.doubts.planted import CLOCK_DAYS, UNIT_DAYS, between, cut, planted_clock, planted_unit

ELECTRICITY = [name for name in METERS if name.startswith("electricity")]
GAS = [name for name in METERS if name.startswith("gas")]
# All five loggers of electricity ran an hour ahead for seven weeks, at once: nobody had noticed.
AHEAD = (date(2018, 9, 3), date(2018, 10, 23))


@pytest.fixture(scope="module")
def ten(reference_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ten]:
    there = ten_meters(reference_data, tmp_path_factory.mktemp("ten") / "store.sqlite")
    yield there
    there.store.close()


@pytest.fixture(scope="module")
def without_weather(reference_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ten]:
    there = ten_meters(reference_data, tmp_path_factory.mktemp("dry") / "store.sqlite", weather=False)
    yield there
    there.store.close()


def doubted(ten: Ten, name: str, kind: str) -> list[MeterEventRow]:
    found = doubts_of(ten.books, ten.books.portfolio.meter(name), now=NOW)
    return [event for event in found if event.kind == kind]


def test_gas_of_b25_counts_a_thirtieth_since_2018(ten: Ten) -> None:
    (found,) = doubted(ten, "gas-b25", "unit_change_suspected")
    assert (found.time, found.factor, found.state) == (datetime(2018, 1, 1, tzinfo=UTC), Decimal(30), "proposed")
    assert found.detail == (
        "Verbrauch fällt seit 01.01.2018 auf 1/30: Einheit oder Impulswertigkeit geändert? "
        "Gemessen an 28 Tagen, sicher."
    )


@pytest.mark.parametrize("name", sorted(set(METERS) - {"gas-b25"}))
def test_four_years_of_every_other_meter_keep_their_unit(ten: Ten, without_weather: Ten, name: str) -> None:
    for there in (ten, without_weather):
        assert doubted(there, name, "unit_change_suspected") == []


def test_gas_of_b25_is_found_without_any_weather(without_weather: Ten) -> None:
    (found,) = doubted(without_weather, "gas-b25", "unit_change_suspected")
    assert (found.time, found.factor) == (datetime(2018, 1, 1, tzinfo=UTC), Decimal(30))


def test_a_commercial_building_with_a_measure_and_a_school_keep_unit_and_clock(reference_data: Path) -> None:
    """Meters on which no limit was tuned."""
    building = commercial_days(reference_data)
    assert len(building) > 1000
    assert unit_changes(building) == ()
    for level in (10, 1000, 11.1, 0.1):
        later = [date.fromordinal(int(building.numbers[400]) + 60 * step) for step in range(8)]
        assert all(planted_unit(building, Pace(), day, level) for day in later)
    school = school_profiles(reference_data)
    assert len(school.numbers) > 240
    assert clock_shifts(school) == ()


@pytest.mark.parametrize("name", METERS)
def test_nothing_leaps_in_four_years(ten: Ten, name: str) -> None:
    assert doubted(ten, name, "implausible_jump") == []


@pytest.mark.parametrize("name", ELECTRICITY)
def test_clocks_of_electricity_are_doubted_only_in_the_autumn_of_2018(ten: Ten, name: str) -> None:
    found = [event.time.astimezone(ten.books.zone).date() for event in doubted(ten, name, "clock_shift")]
    assert found
    assert set(found) <= set(AHEAD)


def test_logger_that_ran_ahead_is_put_right_and_back(ten: Ten) -> None:
    ahead, back = doubted(ten, "electricity-b25", "clock_shift")
    assert (ahead.new_start, back.new_start) == (Decimal(-3600), Decimal(0))
    assert ahead.detail.endswith("eine Stunde später als davor: geht die Uhr des Loggers vor?")
    assert back.detail.endswith("eine Stunde früher als davor: geht die Uhr des Loggers wieder richtig?")


def test_boiler_whose_clock_stays_on_winter_time_is_found_every_spring(ten: Ten) -> None:
    *springs, autumn = doubted(ten, "gas-b8", "clock_shift")
    assert [event.time.year for event in springs] == [2016, 2017, 2018, 2019]
    assert {event.new_start for event in (*springs, autumn)} == {0}  # the stamps are right
    assert springs[0].detail == (
        "Tagesgang liegt seit der Zeitumstellung am 27.03.2016 eine Stunde später: "
        "Schaltuhr der Anlage nicht umgestellt?"
    )
    assert autumn.detail == (
        "Tagesgang liegt seit der Zeitumstellung am 27.10.2019 eine Stunde früher: "
        "Schaltuhr der Anlage wieder mit der Ortszeit?"
    )


@pytest.mark.parametrize("name", sorted(set(GAS) - {"gas-b8"}))
def test_clocks_of_other_boilers_are_not_doubted(ten: Ten, name: str) -> None:
    assert doubted(ten, name, "clock_shift") == []


@pytest.mark.parametrize("name", METERS)
@pytest.mark.parametrize("level", [10, 1000, 11.1, 0.1])
def test_planted_changes_of_the_unit_are_found(ten: Ten, name: str, level: float) -> None:
    days = ten.days(name)
    if name == "gas-b25":
        days = cut(days, 0, date(2018, 1, 1).toordinal())
    found = [planted_unit(days, ten.pace(name, weather=True), day, level) for day in UNIT_DAYS]
    assert len(found) - found.count(None) >= 3
    assert found.count(False) <= 1


@pytest.mark.parametrize("name", ELECTRICITY)
@pytest.mark.parametrize("hours", [-1, 1])
def test_planted_shifts_of_the_clock_are_found(ten: Ten, name: str, hours: int) -> None:
    profiles = ten.profiles(name)
    found = [planted_clock(profiles, day, hours) for day in CLOCK_DAYS]
    assert found.count(True) >= 3 * found.count(False)
    assert found.count(True) > 10


@pytest.mark.parametrize("name", ELECTRICITY)
def test_years_that_are_left_alone_fire_no_oftener_for_being_cut(ten: Ten, name: str) -> None:
    """Day by day as in service: what is found with readings up to any day is found in the whole as well."""
    days, pace, profiles = ten.days(name), ten.pace(name, weather=True), ten.profiles(name)
    for until in range(date(2017, 1, 1).toordinal(), date(2020, 1, 1).toordinal(), 5):
        assert unit_changes(cut(days, until - 900, until), since=until - 70, pace=pace) == ()
        shown = clock_shifts(between(profiles, until - 60, until))
        assert {date.fromordinal(shift.number) for shift in shown} <= set(near(AHEAD))


def near(days: tuple[date, ...]) -> Iterator[date]:
    for day in days:
        yield from (date.fromordinal(day.toordinal() + apart) for apart in range(-6, 7))
