"""Which span of time a stamped amount belongs to."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from analysis.consumption import consumption
from analysis.figures import How, Resolution
from config.meters.meter import Stamps
from tests.unit.analysis.evidence import books, meter, place, utc

BERLIN = ZoneInfo("Europe/Berlin")
LATER = utc(2030, 1, 1)
DAY = timedelta(days=1)


def local(day: str, clock: str = "00:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("stamps", "stamp"),
    [
        (Stamps.START, local("2025-03-30")),
        (Stamps.START, local("2025-03-30", "12:00")),
        (Stamps.END, local("2025-03-31")),
        (Stamps.END, local("2025-03-31", "06:15")),
        (Stamps.END, local("2025-03-30", "23:59")),
    ],
)
def test_a_daily_amount_belongs_to_its_day_of_23_hours_wherever_in_it_the_stamp_stands(
    stamps: Stamps, stamp: datetime
) -> None:
    there, store = books(place(meter(quantity="interval_energy", interval=DAY, stamps=stamps)))
    store.put("strom", "interval_energy", {stamp: 46.0})
    days = consumption(there, "strom", date(2025, 3, 29), date(2025, 4, 1), Resolution.DAY, now=LATER)
    assert [(slot.value, slot.coverage) for slot in days.slots] == [(None, 0), (46, 1), (None, 0)]
    hours = consumption(there, "strom", date(2025, 3, 30), date(2025, 3, 31), Resolution.HOUR, now=LATER)
    assert [slot.value for slot in hours.slots] == [2] * 23


def test_a_gas_day_runs_from_six_to_six_and_is_cut_at_midnight() -> None:
    gas_day = meter(
        "gas", "natural_gas", quantity="interval_energy", interval=DAY, day_begins=time(6), stamps=Stamps.START
    )
    there, store = books(place(gas_day))
    store.put("gas", "interval_energy", {local("2025-01-01"): 240.0, local("2025-01-02"): 480.0})
    days = consumption(there, "gas", date(2025, 1, 1), date(2025, 1, 4), Resolution.DAY, now=LATER)
    assert [slot.value for slot in days.slots] == [180, 60 + 360, 120]
    assert [slot.coverage for slot in days.slots] == [0.75, 1.0, 0.25]
    assert days.total == Decimal(720)


def test_a_reading_at_minute_seven_is_cut_at_the_quarters_and_stays_measured() -> None:
    quarter = timedelta(minutes=15)
    there, store = books(place(meter(interval=quarter)))
    start = utc(2025, 1, 1, 0, 7)
    store.put("strom", "active_energy_import", {start + number * quarter: number * 1.5 for number in range(9)})
    slots = consumption(
        there, "strom", utc(2025, 1, 1, 0, 15), utc(2025, 1, 1, 2), Resolution.QUARTER_HOUR, now=LATER
    )
    assert {(slot.value, slot.how, slot.coverage) for slot in slots.slots} == {(Decimal("1.5"), How.MEASURED, 1.0)}


def test_a_negative_amount_is_faulty_and_told() -> None:
    there, store = books(place(meter(quantity="interval_energy")))
    store.put("strom", "interval_energy", {utc(2025, 1, 1, 1): 5.0, utc(2025, 1, 1, 2): -5.0})
    hours = consumption(there, "strom", utc(2025, 1, 1), utc(2025, 1, 1, 2), Resolution.HOUR, now=LATER)
    assert [(slot.value, slot.how) for slot in hours.slots] == [(5, How.MEASURED), (None, How.FAULTY)]
    assert [one.kind for one in hours.events] == ["counter_fell"]
