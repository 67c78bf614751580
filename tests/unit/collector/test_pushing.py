"""Pushed readings: each taken or rejected by itself."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from collector.pushing import take
from config.errors import StorageFull
from config.meters.meter import Dated, Meter, PushSource, Tank
from tests.unit.collector.portfolio import modbus_meter, portfolio
from tests.unit.collector.sinks import MemorySink

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLACE = portfolio([modbus_meter("strom", 1), modbus_meter("netto", 2, formula=(Dated(None, "strom - mensa"),))])
GOOD = {"meter": "strom", "quantity": "active_energy_import", "time": "2026-11-22T11:00:00+00:00", "value": 40482.8}


def test_pushing_twice_changes_nothing() -> None:
    sink = MemorySink()
    first, again = take([GOOD], PLACE, sink, NOW), take([GOOD], PLACE, sink, NOW)
    assert (first.accepted, first.known, first.rejected) == (1, 0, ())
    assert (again.accepted, again.known) == (0, 1)
    assert sink.of("strom") == [40482.8]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"meter": "gas"}, "unknown_meter"),
        ({"meter": None}, "no_meter"),
        ({"meter": "netto"}, "virtual_meter"),
        ({"quantity": "spannung"}, "unknown_quantity"),
        ({"unit": "PS"}, "unknown_unit"),
        ({"value": "viel"}, "not_a_number"),
        ({"value": True}, "not_a_number"),
        ({"value": float("inf")}, "not_a_number"),
        ({"value": 10**400}, "not_a_number"),
        ({"value": 1e308, "unit": "MWh"}, "not_a_number"),
        ({"value": None}, "no_value"),
        ({"time": "2026-11-22T11:00:00"}, "naive_time"),
        ({"time": "gestern"}, "no_time"),
        ({"time": 1795345200}, "no_time"),
        ({"time": "2026-11-22T13:05:01Z"}, "future_time"),
        ({"time": "1970-01-01T00:00:00Z"}, "too_old"),
    ],
)
def test_a_bad_reading_is_rejected_with_its_place_and_reason_and_the_others_taken(
    change: dict[str, Any], reason: str
) -> None:
    sink = MemorySink()
    result = take([GOOD, GOOD | change], PLACE, sink, NOW)
    assert [(one.index, one.reason) for one in result.rejected] == [(1, reason)]
    assert [(one.source, one.reason) for one in sink.refused] == [("api", reason)]
    assert sink.of("strom") == [40482.8]


def test_what_is_no_object_is_rejected() -> None:
    assert [one.reason for one in take(["17", None, []], PLACE, MemorySink(), NOW).rejected] == ["not_an_object"] * 3


def test_quantity_and_unit_default_to_the_meters_and_units_are_converted() -> None:
    sink = MemorySink()
    take([{"meter": "strom", "time": NOW, "value": 40482812, "unit": "Wh"}], PLACE, sink, NOW)
    assert sink.values == {("strom", "active_energy_import", int(NOW.timestamp() * 1000)): 40482.812}


def test_weather_may_be_pushed_without_a_declared_meter() -> None:
    sink = MemorySink()
    take([{"meter": "weather-02486", "time": NOW - timedelta(hours=1), "value": -3.5}], PLACE, sink, NOW)
    assert sink.of("weather-02486", "air_temperature") == [-3.5]


def test_a_full_sink_takes_nothing_and_says_so() -> None:
    sink = MemorySink()
    sink.is_full = True
    with pytest.raises(StorageFull):
        take([GOOD], PLACE, sink, NOW)


@pytest.mark.parametrize(
    ("meter", "quantity", "reason"),
    [
        ("weather-everywhere", None, "unknown_meter"),
        ("strom", "active_energy_import.zzz<b>", "unknown_quantity"),
        ("strom", "active_energy_import.", "unknown_quantity"),
    ],
)
def test_a_push_makes_no_series_that_cannot_exist(meter: str, quantity: str | None, reason: str) -> None:
    pushed = {"meter": meter, "quantity": quantity, "time": NOW - timedelta(hours=1), "value": 1.0}
    (rejected,) = take([pushed], PLACE, MemorySink(), NOW).rejected
    assert rejected.reason == reason


def test_a_phase_may_be_pushed() -> None:
    pushed = {"meter": "strom", "quantity": "active_power.L1", "time": NOW - timedelta(hours=1), "value": 1.0}
    assert take([pushed], PLACE, MemorySink(), NOW).rejected == ()


def test_a_counter_below_zero_is_no_reading() -> None:
    pushed = {"meter": "strom", "time": NOW - timedelta(hours=1), "value": -5}
    (rejected,) = take([pushed], PLACE, MemorySink(), NOW).rejected
    assert rejected.reason == "implausible"


@pytest.mark.parametrize(("unit", "value", "stored"), [("kg", 5000, 5000.0), (None, 5000, 5000.0), ("l", 1, None)])
def test_what_is_delivered_counts_in_the_unit_of_the_level(
    unit: str | None, value: float, stored: float | None
) -> None:
    store = Meter(
        "pellets", "schule", "pellets", "kg", "stock", tank=Tank(Decimal(8000), Decimal("4.9")), source=PushSource()
    )
    pushed = {"meter": "pellets", "quantity": "delivery", "time": NOW, "value": value, "unit": unit}
    sink = MemorySink()
    rejected = take([pushed], portfolio([store]), sink, NOW).rejected
    assert [one.reason for one in rejected] == ([] if stored else ["unknown_unit"])
    assert sink.of("pellets", "delivery") == ([stored] if stored else [])
