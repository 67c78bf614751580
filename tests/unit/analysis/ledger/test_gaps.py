"""What stands in a gap: straight where it is short, by comparable days or the weather where it is long."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from analysis.bookkeeping.meter_books import meter_books
from analysis.books import Books
from analysis.consumption import consumption
from analysis.figures import How, Resolution
from config.meters.ledger_policy import Filling, LedgerPolicy, Spreading
from config.meters.meter import Meter
from gateway.operations.rows import ReadingNoteRow
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import DictStore, books, counter, meter, place, utc

HOUR = timedelta(hours=1)
LATER = utc(2030, 1, 1)
MONDAY = utc(2025, 3, 3)  # no clock change and no holiday until Easter


def school(subject: Meter, *, notes: Sequence[ReadingNoteRow] = ()) -> tuple[Books, DictStore]:
    return books(place(subject), zone="UTC", notes=notes)


def hourly(day: date, hour: int) -> float:
    """10 kWh in every open hour, 2 kWh by night and at weekends."""
    is_open = day.weekday() < 5 and 7 <= hour < 16
    return 10.0 if is_open else 2.0


def readings(start: datetime, days: int) -> dict[datetime, float]:
    hours = [start + number * HOUR for number in range(days * 24)]
    return counter(start, HOUR, [hourly(one.date(), one.hour) for one in hours])


def without(all_readings: dict[datetime, float], first: datetime, last: datetime) -> dict[datetime, float]:
    """The readings but those strictly between two instants."""
    return {at: value for at, value in all_readings.items() if not first < at < last}


def test_a_long_gap_looks_like_the_comparable_days_before_it_and_its_sum_is_exact() -> None:
    there, store = school(meter())
    gap = MONDAY + timedelta(days=28), MONDAY + timedelta(days=35)
    store.put("strom", "active_energy_import", without(readings(MONDAY, 50), *gap))
    days = consumption(there, "strom", gap[0].date(), gap[1].date(), Resolution.DAY, now=LATER)
    open_day, weekend = Decimal(9 * 10 + 15 * 2), Decimal(24 * 2)
    assert [slot.value for slot in days.slots] == [open_day] * 5 + [weekend] * 2
    assert {slot.how for slot in days.slots[1:-1]} == {How.SUBSTITUTED}
    assert days.total == 5 * open_day + 2 * weekend


def test_a_slot_that_holds_a_whole_gap_is_as_sure_as_the_readings_around_it() -> None:
    there, store = school(meter())
    gap = MONDAY + timedelta(days=28), MONDAY + timedelta(days=35)
    store.put("strom", "active_energy_import", without(readings(MONDAY, 80), *gap))
    (april,) = consumption(there, "strom", date(2025, 3, 25), date(2025, 4, 20), Resolution.YEAR, now=LATER).slots
    assert april.how is How.MEASURED
    assert april.coverage == pytest.approx(1 - 7 / 26)


@pytest.mark.parametrize(
    ("noted", "how"),
    [("read_by_hand", How.READ_BY_HAND), ("billed", How.BILLED), ("corrected", How.CORRECTED)],
)
@pytest.mark.parametrize("end", [0, 1])
def test_a_slot_that_holds_a_whole_gap_is_no_surer_than_the_weaker_of_its_ends(
    noted: str, how: How, end: int
) -> None:
    gap = MONDAY + timedelta(days=28), MONDAY + timedelta(days=35)
    note = ReadingNoteRow("strom", "active_energy_import", milliseconds(gap[end]), noted, "hausmeister", "", gap[end])
    there, store = school(meter(), notes=[note])
    store.put("strom", "active_energy_import", without(readings(MONDAY, 80), *gap))
    (week,) = consumption(there, "strom", *gap, Resolution.YEAR, now=LATER).slots
    assert (week.how, week.coverage) == (how, 0)
    days = consumption(there, "strom", *gap, Resolution.DAY, now=LATER).slots
    assert {slot.how for slot in days} == {How.SUBSTITUTED}


def test_a_short_gap_is_straight_and_called_interpolated() -> None:
    there, store = school(meter())
    gap = MONDAY + timedelta(days=2, hours=4), MONDAY + timedelta(days=2, hours=7)
    store.put("strom", "active_energy_import", without(readings(MONDAY, 5), *gap))
    hours = consumption(there, "strom", *gap, Resolution.HOUR, now=LATER)
    assert [(slot.value, slot.how) for slot in hours.slots[:1]] == [(Decimal(2), How.INTERPOLATED)]


@pytest.mark.parametrize(
    ("policy", "hours", "how"),
    [
        (LedgerPolicy(), 2, How.MEASURED),
        (LedgerPolicy(), 3, How.INTERPOLATED),
        (LedgerPolicy(), 4, How.SUBSTITUTED),
        (LedgerPolicy(gap_after=4 * HOUR), 4, How.MEASURED),
        (LedgerPolicy(short_gap=4 * HOUR), 4, How.INTERPOLATED),
        (LedgerPolicy(short_gap=4 * HOUR), 5, How.SUBSTITUTED),
    ],
)
def test_two_intervals_are_no_gap_three_a_short_one_unless_the_policy_says_otherwise(
    policy: LedgerPolicy, hours: int, how: How
) -> None:
    there, store = school(meter(policy=policy))
    gap = MONDAY + timedelta(days=2), MONDAY + timedelta(days=2, hours=hours)
    store.put("strom", "active_energy_import", without(readings(MONDAY, 5), *gap))
    cut = consumption(there, "strom", *gap, Resolution.HOUR, now=LATER)
    assert {slot.how for slot in cut.slots} == {how}


def test_the_policy_may_want_straight_lines() -> None:
    there, store = school(meter(policy=LedgerPolicy(spread=Spreading.LINEAR)))
    gap = MONDAY + timedelta(days=28), MONDAY + timedelta(days=35)
    store.put("strom", "active_energy_import", without(readings(MONDAY, 50), *gap))
    days = consumption(there, "strom", gap[0].date(), gap[1].date(), Resolution.DAY, now=LATER)
    assert len({slot.value for slot in days.slots}) <= 2  # equal but for a millionth
    assert days.total == 5 * 120 + 2 * 48


def test_what_was_substituted_says_by_which_method() -> None:
    gap = MONDAY + timedelta(days=28), MONDAY + timedelta(days=35)
    for spread, told in ((Spreading.PROFILE, "profile"), (Spreading.LINEAR, "linear")):
        subject = meter(policy=LedgerPolicy(spread=spread))
        there, store = school(subject)
        store.put("strom", "active_energy_import", without(readings(MONDAY, 50), *gap))
        (one,) = meter_books(there, subject, milliseconds(gap[0]), milliseconds(gap[1]), now=LATER).substitutions
        assert (one.start_ms, one.end_ms) == (milliseconds(gap[0]), milliseconds(gap[1]))
        assert (one.method, one.known_sum) == (told, True)


def test_a_meter_that_is_too_young_for_comparable_days_gets_a_straight_line() -> None:
    there, store = school(meter())
    store.put("strom", "active_energy_import", {MONDAY: 0.0, MONDAY + timedelta(days=4): 96.0})
    days = consumption(there, "strom", MONDAY.date(), MONDAY.date() + timedelta(days=4), Resolution.DAY, now=LATER)
    assert [slot.value for slot in days.slots] == [24] * 4


def test_with_the_weather_cold_days_of_a_gap_take_more() -> None:
    subject = meter("waerme", "district_heat", quantity="heat_energy", policy=LedgerPolicy(spread=Spreading.MODEL))
    there, store = school(subject)
    celsius = {number: 10.0 if number % 2 else 0.0 for number in range(60)}
    degrees = [20 - celsius[number] for number in range(60)]
    heat = counter(MONDAY, HOUR, [degrees[number // 24] for number in range(60 * 24)])
    gap = MONDAY + timedelta(days=28), MONDAY + timedelta(days=32)
    store.put("waerme", "heat_energy", without(heat, *gap))
    air = {MONDAY + number * HOUR: celsius[number // 24] for number in range(60 * 24)}
    store.put("weather-02486", "air_temperature", air)
    days = consumption(there, "waerme", gap[0].date(), gap[1].date(), Resolution.DAY, now=LATER)
    values = [float(slot.value or 0) for slot in days.slots]
    assert values == pytest.approx([20 * 24, 10 * 24, 20 * 24, 10 * 24], rel=0.05)
    assert days.total == Decimal(60 * 24)


def test_nothing_stands_where_no_sum_is_known_unless_the_policy_allows_it() -> None:
    profile = {
        MONDAY + number * HOUR: hourly((MONDAY + (number - 1) * HOUR).date(), (number - 1) % 24)
        for number in range(1, 50 * 24)
    }
    hole = MONDAY + timedelta(days=28), MONDAY + timedelta(days=30)
    for fill, expected, how in (
        (Filling.NONE, [None] * 2, How.MISSING),
        (Filling.PROFILE, [120] * 2, How.SUBSTITUTED),
    ):
        subject = meter(quantity="interval_energy", policy=LedgerPolicy(fill=fill))
        there, store = school(subject)
        known = {at: value for at, value in profile.items() if not hole[0] < at <= hole[1]}
        store.put("strom", "interval_energy", known)
        days = consumption(there, "strom", hole[0].date(), hole[1].date(), Resolution.DAY, now=LATER)
        assert [slot.value for slot in days.slots] == expected
        assert {slot.how for slot in days.slots} == {how}
        assert {slot.coverage for slot in days.slots} == {0}


@pytest.mark.parametrize(
    ("noted", "how"),
    [("read_by_hand", How.READ_BY_HAND), ("billed", How.BILLED), ("corrected", How.CORRECTED)],
)
def test_a_note_on_a_reading_says_how_the_amounts_on_both_sides_came_about(noted: str, how: How) -> None:
    at = MONDAY + 5 * HOUR
    note = ReadingNoteRow("strom", "active_energy_import", milliseconds(at), noted, "hausmeister", "", at)
    there, store = school(meter(), notes=[note])
    store.put("strom", "active_energy_import", readings(MONDAY, 2))
    hours = consumption(there, "strom", MONDAY + 3 * HOUR, MONDAY + 7 * HOUR, Resolution.HOUR, now=LATER)
    assert [slot.how for slot in hours.slots] == [How.MEASURED, how, how, How.MEASURED]
