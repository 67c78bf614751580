"""Former values of readings, and events that are proposed again as more of them come."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from config.errors import NotFound
from gateway.operations import FormerValueRow, MeterEventRow, Operations
from gateway.reading import milliseconds
from tests.unit.gateway.operations.rows import NOW

ROW = FormerValueRow("gs-strom", "volume", milliseconds(NOW), 0.1 + 0.2, 1e16, "logger.csv", NOW, "e1")
EVENT = MeterEventRow(
    id="e1",
    meter="gs-strom",
    kind="duplicate_conflict",
    time=NOW,
    old_end=Decimal("40482.8"),
    new_start=Decimal(0),
    serial=None,
    digits=None,
    factor=None,
    detail="1 Wert ersetzt",
    state="proposed",
    author="logger.csv",
    recorded_at=NOW,
)


def test_former_values_come_back_to_the_last_digit_in_the_order_in_which_they_were_replaced(
    operations: Operations,
) -> None:
    later = replace(ROW, former=1e16, value=7.0, replaced_at=NOW + timedelta(seconds=1))
    operations.former_values.record([later])
    operations.former_values.record([ROW, replace(ROW, event=None, time_ms=1)])

    assert operations.former_values.of_event("e1") == [ROW, later]
    assert operations.former_values.of_reading("gs-strom", "volume", ROW.time_ms) == [ROW, later]
    assert operations.former_values.of_event("e2") == []


def test_what_is_kept_already_is_known_whatever_event_it_belongs_to(operations: Operations) -> None:
    operations.former_values.record([ROW])
    another = replace(ROW, replaced_at=NOW + timedelta(hours=1))

    assert operations.former_values.unknown([replace(ROW, event=None), another]) == [another]
    assert operations.former_values.unknown([]) == []


def test_an_event_that_grows_stands_in_place_of_the_smaller_one(operations: Operations) -> None:
    operations.events.put(EVENT)
    grown = replace(EVENT, detail="2 Werte ersetzt")
    operations.events.put(grown)

    assert operations.events.find("e1") == operations.events.get("e1") == grown
    assert operations.events.find("e2") is None
    with pytest.raises(NotFound):
        operations.events.get("e2")


def test_events_of_one_kind_are_found_for_all_meters_since_an_instant(operations: Operations) -> None:
    early = replace(EVENT, id="e0", time=NOW - timedelta(days=2))
    other = replace(EVENT, id="e3", kind="exchange")
    gas = replace(EVENT, id="e4", meter="gs-gas")
    for one in (EVENT, early, other, gas):
        operations.events.put(one)

    assert operations.events.of_kind("duplicate_conflict", NOW - timedelta(days=1)) == [EVENT, gas]
