"""What the ledger does with events that detectors propose and people decide."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from analysis.bookkeeping.meter_books import meter_books
from analysis.bookkeeping.meter_records import records_of
from analysis.consumption import consumption
from analysis.figures import Consumption, How, Resolution
from config.meters.meter import Dated
from gateway.operations.rows import MeterEventRow
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import books, counter, event, meter, place, utc

HOUR = timedelta(hours=1)
LATER = utc(2026, 1, 1)
JUMP_ID = f"strom:implausible_jump:{milliseconds(utc(2025, 1, 2, 6))}"


def week(*events: MeterEventRow, amounts: list[float] | None = None, **more: Any) -> Consumption:
    """The days of a week of a meter that counts a kilowatt-hour an hour."""
    there, store = books(place(meter(**more)), events=events, zone="UTC")
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, amounts or [1] * 24 * 7))
    return consumption(there, "strom", date(2025, 1, 1), date(2025, 1, 8), Resolution.DAY, now=LATER)


def kinds(found: Consumption) -> list[tuple[str, str]]:
    return [(one.kind, one.state) for one in found.events]


def test_dated_factor_of_the_portfolio_is_an_event_at_its_instant() -> None:
    found = week(factor=(Dated(None, Decimal(40)), Dated(date(2025, 1, 3), Decimal(30))))
    assert [(one.kind, one.time, one.detail, one.state) for one in found.events] == [
        ("factor_change", utc(2025, 1, 3), "Wandlerfaktor 30 statt 40", "recorded")
    ]
    assert [slot.value for slot in found.slots[1:3]] == [24 * 40, 24 * 30]


def test_factor_recorded_with_an_exchange_is_an_event_of_its_own() -> None:
    change = event(
        "exchange", utc(2025, 1, 3, 0, 30), old_end=Decimal("48.5"), new_start=Decimal(49), factor=Decimal(2)
    )
    found = week(change)
    assert kinds(found) == [("exchange", "recorded"), ("factor_change", "recorded")]
    assert found.events[1].detail == "Wandlerfaktor 2 statt 1"


def test_recorded_change_of_the_factor_is_told_once() -> None:
    found = week(event("factor_change", utc(2025, 1, 3), factor=Decimal("1.5"), detail="neuer Wandler"))
    assert kinds(found) == [("factor_change", "recorded")]
    assert found.events[0].detail == "neuer Wandler"


def test_factor_that_stays_the_same_or_is_still_to_come_is_no_event() -> None:
    again = (Dated(None, Decimal(40)), Dated(date(2025, 1, 3), Decimal(40)), Dated(date(2027, 1, 1), Decimal(30)))
    assert kinds(week(factor=again)) == []


def test_accepted_change_of_the_unit_multiplies_amounts_by_its_factor_from_then_on() -> None:
    shown_ten_times = [*[1.0] * 48, *[10.0] * 24 * 5]
    change = event("unit_change_suspected", utc(2025, 1, 3), factor=Decimal("0.1"), state="accepted")
    assert [slot.value for slot in week(change, amounts=shown_ten_times).slots] == [24] * 7


def test_factor_of_a_later_change_of_the_unit_holds_alone() -> None:
    shown = [*[1.0] * 48, *[10.0] * 48, *[1.0] * 24 * 3]
    changes = [
        event("unit_change_suspected", utc(2025, 1, 3), id="a", factor=Decimal("0.1"), state="accepted"),
        event("unit_change_suspected", utc(2025, 1, 5), id="b", factor=Decimal(1), state="accepted"),
    ]
    assert [slot.value for slot in week(*changes, amounts=shown).slots] == [24] * 7


def test_nothing_is_booked_from_an_open_doubt_on_but_the_doubt_is_judged_by_all() -> None:
    doubt = event("unit_change_suspected", utc(2025, 1, 3), factor=Decimal("0.1"), state="proposed")
    found = week(doubt)
    assert [slot.how for slot in found.slots] == [How.MEASURED] * 2 + [How.FAULTY] * 5
    there, store = books(place(meter()), events=[doubt], zone="UTC")
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 24 * 7))
    one = there.portfolio.meter("strom")
    undoubted = records_of(there, one, now=LATER).undoubted()
    bounds = np.array([milliseconds(utc(2025, 1, day)) for day in range(1, 9)])
    ledger = meter_books(there, one, int(bounds[0]), int(bounds[-1]), now=LATER, records=undoubted)
    assert ledger.amounts(bounds).decimals() == [24] * 7


@pytest.mark.parametrize(
    ("state", "total"), [("proposed", 24 * 7 - 1), ("accepted", 24 * 7 - 1), ("rejected", 24 * 7 + 999)]
)
def test_leap_is_booked_only_once_a_person_called_it_real(state: str, total: int) -> None:
    amounts = [1.0] * 24 * 7
    amounts[29] = 1000.0
    found = week(event("implausible_jump", utc(2025, 1, 2, 6), id=JUMP_ID, state=state), amounts=amounts)
    assert found.total == total
    assert (found.slots[1].how is How.FAULTY) == (state != "rejected")


def test_leap_in_a_load_profile_is_not_booked_while_it_is_proposed() -> None:
    doubt = event("implausible_jump", utc(2025, 1, 1, 2), state="proposed")
    there, store = books(place(meter(quantity="interval_energy")), events=[doubt], zone="UTC")
    store.put(
        "strom", "interval_energy", {utc(2025, 1, 1, hour): 1000.0 if hour == 3 else 2.0 for hour in range(1, 7)}
    )
    hours = consumption(there, "strom", utc(2025, 1, 1), utc(2025, 1, 1, 6), Resolution.HOUR, now=LATER)
    assert [slot.value for slot in hours.slots] == [2, 2, None, 2, 2, 2]


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_moved_stamps_lose_nothing_and_stay_in_order(seconds: int) -> None:
    shift = event("clock_shift", utc(2025, 1, 3), new_start=Decimal(seconds), state="accepted")
    values = [slot.value for slot in week(shift).slots]
    assert values[0] == 24
    assert values[3:6] == [24] * 3
    # The last hour of a clock that was slow is of the next week.
    assert sum(value for value in values if value is not None) == 24 * 7 - (seconds > 0)


def test_event_that_was_withdrawn_has_no_effect() -> None:
    doubt = event("unit_change_suspected", utc(2025, 1, 3), factor=Decimal("0.1"), state="proposed")
    assert week(replace(doubt, state="withdrawn")).total == 24 * 7
