"""Slots of consumption, from readings in a store."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.consumption import consumption, given_out
from analysis.figures import How, Resolution, Substitute
from config.errors import NotFound
from config.meters.meter import ByHandSource, Dated, GasConversion, Reporting, Tank
from gateway.operations.rows import ReadingNoteRow
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import books, counter, event, formula, meter, place, utc

HOUR = timedelta(hours=1)
LATER = utc(2030, 1, 1)


def test_day_of_the_clock_change_has_23_or_25_hours_and_loses_nothing() -> None:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 365 * 24))
    days = consumption(there, "strom", date(2025, 3, 29), date(2025, 4, 1), Resolution.DAY, now=LATER)
    assert [slot.value for slot in days.slots] == [24, 23, 24]
    autumn = consumption(there, "strom", date(2025, 10, 26), date(2025, 10, 27), Resolution.HOUR, now=LATER)
    assert len(autumn.slots) == 25
    assert autumn.total == 25
    assert (
        consumption(there, "strom", date(2025, 10, 26), date(2025, 10, 27), Resolution.QUARTER_HOUR, now=LATER).total
        == 25
    )


def test_slots_begin_and_end_in_the_zone_of_the_property() -> None:
    there, _ = books(place(meter()))
    slot = consumption(there, "strom", date(2025, 7, 1), date(2025, 7, 2), Resolution.DAY, now=LATER).slots[0]
    assert slot.start.isoformat() == "2025-07-01T00:00:00+02:00"
    assert slot.start == utc(2025, 6, 30, 22)


def test_no_readings_are_missing_and_not_zero() -> None:
    there, _ = books(place(meter()))
    result = consumption(there, "strom", date(2025, 1, 1), date(2025, 1, 3), Resolution.DAY, now=LATER)
    assert [(slot.value, slot.how, slot.coverage) for slot in result.slots] == [(None, How.MISSING, 0)] * 2
    assert result.total is None


def test_counter_that_stands_still_is_zero_and_measured() -> None:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [0] * 60))
    slot = consumption(there, "strom", date(2025, 1, 2), date(2025, 1, 3), Resolution.DAY, now=LATER).slots[0]
    assert (slot.value, slot.how, slot.coverage) == (Decimal(0), How.MEASURED, 1.0)


def test_running_day_gives_what_is_known_so_far() -> None:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [2] * 60))
    running = consumption(there, "strom", date(2025, 1, 2), date(2025, 1, 3), Resolution.DAY, now=utc(2025, 1, 2, 11))
    assert running.slots[0].value == 24
    assert running.slots[0].coverage == pytest.approx(0.5)


def test_ten_days_without_data_are_spread_and_the_month_stays_exact() -> None:
    there, store = books(place(meter()))
    readings = counter(utc(2025, 1, 1), HOUR, [1.5] * 31 * 24)
    gap = {at: value for at, value in readings.items() if not utc(2025, 1, 10) < at < utc(2025, 1, 20)}
    store.put("strom", "active_energy_import", gap)
    days = consumption(there, "strom", date(2025, 1, 2), date(2025, 1, 31), Resolution.DAY, now=LATER)
    assert days.slots[10].how is How.SUBSTITUTED
    assert days.slots[10].coverage == 0
    assert days.total == Decimal(36 * 29)
    assert [one.kind for one in days.events] == ["gap"]


def test_transformer_ratio_changes_at_local_midnight() -> None:
    ratio = (Dated(None, Decimal(40)), Dated(date(2025, 1, 2), Decimal(60)))
    there, store = books(place(meter(factor=ratio)))
    store.put("strom", "active_energy_import", counter(utc(2024, 12, 31), HOUR, [1] * 100))
    days = consumption(there, "strom", date(2025, 1, 1), date(2025, 1, 3), Resolution.DAY, now=LATER)
    assert [slot.value for slot in days.slots] == [960, 1440]


def test_gas_becomes_kwh_with_the_heating_value_of_its_time() -> None:
    gas = (
        Dated(None, GasConversion(Decimal("0.9441"), Decimal("11.3"))),
        Dated(date(2025, 2, 1), GasConversion(Decimal("0.9441"), Decimal("11.5"))),
    )
    there, store = books(place(meter("gas", "natural_gas", unit="m3", quantity="volume", gas=gas)))
    store.put("gas", "volume", counter(utc(2024, 12, 31), HOUR, [2] * 24 * 70))
    months = consumption(there, "gas", date(2025, 1, 1), date(2025, 3, 1), Resolution.MONTH, now=LATER)
    assert months.unit == "kWh"
    january = Decimal(31 * 48) * Decimal("0.9441") * Decimal("11.3")
    february = Decimal(28 * 48) * Decimal("0.9441") * Decimal("11.5")
    assert [slot.value for slot in months.slots] == [january, february]
    year = consumption(there, "gas", date(2025, 1, 1), date(2025, 3, 1), Resolution.YEAR, now=LATER)
    assert year.total == january + february


def test_readings_by_hand_are_normal_at_any_spacing() -> None:
    source = ByHandSource(timedelta(days=30))
    there, store = books(place(meter(source=source, reporting=Reporting.BY_HAND)))
    store.put("strom", "active_energy_import", counter(utc(2024, 12, 31, 23), timedelta(days=31), [310, 620]))
    month = consumption(there, "strom", date(2025, 1, 1), date(2025, 2, 1), Resolution.MONTH, now=LATER)
    slot = month.slots[0]
    assert (slot.value, slot.how, slot.coverage) == (Decimal(310), How.READ_BY_HAND, 1.0)


def test_oil_is_what_left_the_tank_in_kwh() -> None:
    tank = Tank(Decimal(10000), Decimal(10))
    there, store = books(
        place(
            meter(
                "oel",
                "heating_oil",
                unit="l",
                quantity="tank_level",
                tank=tank,
                source=ByHandSource(timedelta(days=30)),
            )
        )
    )
    store.put("oel", "tank_level", {utc(2024, 12, 31, 23): 5000, utc(2025, 1, 31, 23): 8000})
    store.put("oel", "delivery", {utc(2025, 1, 15): 6000})
    month = consumption(there, "oel", date(2025, 1, 1), date(2025, 2, 1), Resolution.MONTH, now=LATER)
    assert month.total == 30000


def test_load_profile_is_taken_as_it_is_and_holes_stay_holes() -> None:
    there, store = books(place(meter(quantity="interval_energy")))
    store.put("strom", "interval_energy", {utc(2025, 1, 1, hour): 5.5 for hour in (1, 2, 3, 6)})
    hours = consumption(there, "strom", utc(2025, 1, 1), utc(2025, 1, 1, 6), Resolution.HOUR, now=LATER)
    assert [slot.value for slot in hours.slots] == [Decimal("5.5")] * 3 + [None, None, Decimal("5.5")]


def test_recorded_exchange_counts_both_devices_to_the_last_digit() -> None:
    change = event("exchange", utc(2025, 1, 2, 10), old_end=Decimal("134.2"), new_start=Decimal(7))
    there, store = books(place(meter()), events=[change])
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 34, first=100.0))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 2, 11), HOUR, [1] * 30, first=7.5))
    span = consumption(there, "strom", utc(2025, 1, 2), utc(2025, 1, 3), Resolution.DAY, now=LATER)
    assert span.total == Decimal(10) + Decimal("0.2") + Decimal("0.5") + 13
    assert [one.kind for one in span.events] == ["exchange"]


def test_virtual_meter_is_the_difference_and_knows_no_more_than_its_terms() -> None:
    net = meter("netto", formula=formula("strom - mensa"))
    there, store = books(place(meter(), meter("mensa"), net))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [3] * 72))
    store.put("mensa", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 35))
    days = consumption(there, "netto", utc(2025, 1, 1), utc(2025, 1, 4), Resolution.DAY, now=LATER)
    assert days.slots[0].value == 24 - 0 + 24 - 2
    assert days.slots[2].value is None
    assert days.total == 2 * 35


def test_unknown_meter_is_not_found() -> None:
    there, _ = books(place())
    with pytest.raises(NotFound):
        consumption(there, "nichts", date(2025, 1, 1), date(2025, 1, 2), Resolution.DAY, now=LATER)


@given(st.permutations(range(30)))
def test_order_of_arrival_does_not_matter(order: list[int]) -> None:
    readings = list(counter(utc(2025, 1, 1), HOUR, [0.1 * number for number in range(29)]).items())
    there, store = books(place(meter()))
    for number in order:
        store.put("strom", "active_energy_import", dict([readings[number]]))
    result = consumption(there, "strom", utc(2025, 1, 1), utc(2025, 1, 2, 5), Resolution.HOUR, now=LATER)
    assert [slot.value for slot in result.slots] == [Decimal(number) / 10 for number in range(29)]


@given(st.lists(st.integers(1, 71 * 60 - 1), max_size=6, unique=True))
def test_spans_that_are_asked_for_one_by_one_sum_to_the_whole(minutes: list[int]) -> None:
    there, store = books(place(meter()))
    readings = counter(utc(2025, 1, 1), timedelta(minutes=47), [0.333, 1.7, 0.01] * 31)
    store.put(
        "strom",
        "active_energy_import",
        {at: 0.0 if number == 40 else value for number, (at, value) in enumerate(readings.items())},
    )
    edges = [utc(2025, 1, 1) + timedelta(minutes=minute) for minute in sorted({0, 71 * 60, *minutes})]
    parts = [
        consumption(there, "strom", first, last, Resolution.DAY, now=LATER).total for first, last in pairwise(edges)
    ]
    whole = consumption(there, "strom", edges[0], edges[-1], Resolution.HOUR, now=LATER).total
    assert sum(part or 0 for part in parts) == whole


def test_empty_span_has_no_slots() -> None:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 48))
    for end in (date(2025, 1, 2), date(2025, 1, 1)):
        result = consumption(there, "strom", date(2025, 1, 2), end, Resolution.DAY, now=LATER)
        assert (result.slots, result.total) == ((), None)


def test_jump_that_a_person_rejected_as_a_fault_is_booked() -> None:
    jump = event("implausible_jump", utc(2025, 1, 1, 2), state="rejected")
    for events, expected in (((), 1), ((jump,), 501)):
        there, store = books(place(meter(maximum_kw=50.0)), events=events)
        store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1, 500]))
        assert (
            consumption(there, "strom", utc(2025, 1, 1), utc(2025, 1, 2), Resolution.DAY, now=LATER).total == expected
        )


def test_exchange_of_the_display_counts_in_the_displays_unit() -> None:
    change = event("exchange", utc(2025, 1, 1, 1), of="waerme", old_end=Decimal("12.5"), new_start=Decimal(0))
    there, store = books(place(meter("waerme", "district_heat", quantity="heat_energy", unit="MWh")), events=[change])
    store.put("waerme", "heat_energy", {utc(2025, 1, 1): 12000.0, utc(2025, 1, 1, 2): 300.0})
    result = consumption(there, "waerme", utc(2025, 1, 1), utc(2025, 1, 1, 2), Resolution.DAY, now=LATER)
    assert result.total == 800


def test_what_stands_in_for_readings_is_listed_with_method_author_and_time() -> None:
    at, then = utc(2025, 1, 3, 5), utc(2025, 1, 4, 5)
    notes = [
        ReadingNoteRow("strom", "active_energy_import", milliseconds(time), "substituted", author, "geschätzt", LATER)
        for time, author in ((at, "Nord"), (then, "import"))
    ]
    there, store = books(place(meter()), notes=notes)
    readings = counter(utc(2025, 1, 1), HOUR, [1.5] * 31 * 24)
    gap = {at: value for at, value in readings.items() if not utc(2025, 1, 20) < at < utc(2025, 1, 22)}
    store.put("strom", "active_energy_import", gap)
    found = consumption(there, "strom", date(2025, 1, 2), date(2025, 1, 31), Resolution.DAY, now=LATER)
    assert found.substitutes == (
        Substitute(at, at, "by_person", "Nord", LATER, known_sum=True),
        Substitute(then, then, "by_source", "import", LATER, known_sum=True),
        Substitute(utc(2025, 1, 20), utc(2025, 1, 22), "profile", "zaehlwerk", utc(2025, 1, 22), known_sum=True),
    )


def test_a_policy_rounds_what_is_given_out_and_sums_before() -> None:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [0.35] * 4))
    found = consumption(there, "strom", utc(2025, 1, 1), utc(2025, 1, 1, 4), Resolution.HOUR, now=LATER)
    rounded = given_out(found, 1)
    assert [slot.value for slot in rounded.slots] == [Decimal("0.4")] * 4
    assert rounded.total == Decimal("1.4")
    assert given_out(found, None) is found
