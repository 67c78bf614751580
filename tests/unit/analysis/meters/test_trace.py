"""Why a number is what it is: every amount leads to two readings, and they add up to the last digit."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.books import Books
from analysis.consumption import consumption
from analysis.figures import How, Resolution
from analysis.meters.trace import Trace, trace
from config.errors import InvalidReading
from config.meters.ledger_policy import Filling, LedgerPolicy
from config.meters.meter import ByHandSource, Dated, GasConversion, Meter, Tank
from gateway.operations.rows import MeterEventRow, ReadingNoteRow
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import DictStore, books, counter, event, formula, meter, place, utc
from tests.unit.analysis.scenario import STEPS as ARRIVALS
from tests.unit.analysis.scenario import expected_of, moment_of, opened
from tests.unit.analysis.test_scenarios import SCENARIOS

HOUR = timedelta(hours=1)
LATER = utc(2030, 1, 1)


def district(*events: MeterEventRow, notes: tuple[ReadingNoteRow, ...] = (), **more: Any) -> tuple[Books, DictStore]:
    return books(place(meter(**more)), events=events, notes=notes)


def traced(there: Books, start: date | datetime, end: date | datetime, *, of: str = "strom", most: int = 5) -> Trace:
    """The whole trace, taken page by page."""
    one = there.portfolio.meter(of)
    found = trace(there, one, start, end, now=LATER, most=most)
    rows = list(found.intervals)
    while len(rows) < found.count:
        rows += trace(there, one, start, end, now=LATER, first=len(rows), most=most).intervals
    return replace(found, intervals=tuple(rows))


def total(found: Trace) -> Decimal | None:
    known = [row.amount for row in found.intervals if row.amount is not None]
    return sum(known, Decimal(0)) if known else None


def test_an_hour_comes_from_the_two_readings_around_it() -> None:
    there, store = district(unit="MWh", quantity="heat_energy", factor=(Dated(None, Decimal(40)),))
    store.put("strom", "heat_energy", {utc(2025, 1, 1): 12000.5, utc(2025, 1, 1, 1): 12001.25})
    (row,) = traced(there, utc(2025, 1, 1, 0, 15), utc(2025, 1, 1, 0, 30)).intervals
    assert row.earlier is not None
    assert row.later is not None
    assert (row.earlier.time, row.earlier.value, row.earlier.shown) == (
        utc(2025, 1, 1),
        Decimal("12000.5"),
        Decimal("12.0005"),
    )
    assert (row.later.time, row.later.shown, row.later.how) == (utc(2025, 1, 1, 1), Decimal("12.00125"), How.MEASURED)
    assert (row.counted, row.factors) == (Decimal("0.1875"), (Decimal(40),))
    assert (row.amount, row.whole) == (Decimal("7.5"), Decimal(30))


def test_what_no_reading_surrounds_is_not_known() -> None:
    there, store = district()
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1, 6), HOUR, [1]))
    found = traced(there, utc(2025, 1, 1), utc(2025, 1, 2))
    assert [(row.how, row.amount) for row in found.intervals] == [
        (How.MISSING, None),
        (How.MEASURED, 1),
        (How.MISSING, None),
    ]
    assert traced(there, utc(2024, 1, 1), utc(2024, 1, 2)).total is None


def test_a_reading_that_was_left_out_is_listed_with_its_reason() -> None:
    there, store = district()
    readings = counter(utc(2025, 1, 1), HOUR, [1] * 24, first=500.0) | {utc(2025, 1, 1, 5): 0.0}
    store.put("strom", "active_energy_import", readings)
    found = traced(there, utc(2025, 1, 1), utc(2025, 1, 2))
    (left_out,) = found.left_out
    assert (left_out.reading.time, left_out.reading.value) == (utc(2025, 1, 1, 5), Decimal(0))
    assert "danach wieder den alten Stand" in left_out.reason
    assert left_out.event == f"strom:spurious_zero:{milliseconds(utc(2025, 1, 1, 5))}"
    assert total(found) == 24


def test_at_an_exchange_the_readings_that_were_written_down_are_named_with_their_author() -> None:
    change = event("exchange", utc(2025, 1, 2, 10), old_end=Decimal("134.2"), new_start=Decimal(7))
    there, store = district(change)
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 33, first=100.0))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 2, 10), HOUR, [1] * 30, first=8.0))
    found = traced(there, utc(2025, 1, 2), utc(2025, 1, 3))
    old = next(row for row in found.intervals if row.end == change.time)
    new = next(row for row in found.intervals if row.start == change.time)
    assert old.later is not None
    assert new.earlier is not None
    assert (old.later.shown, new.earlier.shown) == (Decimal("134.2"), Decimal(7))
    assert (old.later.author, old.later.event) == ("hausmeister", change.id)
    assert [(one.reading.value, one.event) for one in found.left_out] == [(Decimal(8), change.id)]
    assert [one.id for one in found.events] == [change.id]


def test_a_gap_names_what_stands_in_for_readings() -> None:
    there, store = district()
    readings = counter(utc(2025, 1, 1), HOUR, [1.5] * 31 * 24)
    gap = {at: value for at, value in readings.items() if not utc(2025, 1, 20) < at < utc(2025, 1, 22)}
    store.put("strom", "active_energy_import", gap)
    (row,) = traced(there, utc(2025, 1, 20, 3), utc(2025, 1, 20, 9)).intervals
    assert (row.how, row.whole) == (How.SUBSTITUTED, Decimal(72))
    assert row.substitute is not None
    assert (row.substitute.method, row.substitute.author, row.substitute.known_sum) == ("profile", "zaehlwerk", True)
    assert row.substitute.time == utc(2025, 1, 22)


def test_a_note_tells_who_read_and_corrected() -> None:
    at = utc(2025, 1, 1, 1)
    note = ReadingNoteRow("strom", "active_energy_import", milliseconds(at), "corrected", "Nord", "Zahlendreher", at)
    there, store = district(notes=(note,))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1, 1]))
    rows = traced(there, utc(2025, 1, 1), utc(2025, 1, 1, 2)).intervals
    assert [row.how for row in rows] == [How.CORRECTED, How.CORRECTED]
    assert rows[0].later is not None
    assert (rows[0].later.author, rows[0].later.how) == ("Nord", How.CORRECTED)


def test_an_amount_that_came_as_such_is_its_own_reading() -> None:
    there, store = district(quantity="interval_energy")
    store.put("strom", "interval_energy", {utc(2025, 1, 1, hour): 5.5 for hour in (1, 3)})
    rows = traced(there, utc(2025, 1, 1), utc(2025, 1, 1, 3)).intervals
    assert [(row.amount, row.later.value if row.later else None) for row in rows] == [
        (5.5, 5.5),
        (None, None),
        (5.5, 5.5),
    ]


def test_a_tank_names_the_deliveries_between_its_levels() -> None:
    oil = meter("oel", "heating_oil", unit="l", quantity="tank_level", tank=Tank(Decimal(10000), Decimal(10)),
                source=ByHandSource(timedelta(days=30)))  # fmt: skip
    there, store = books(place(oil))
    store.put("oel", "tank_level", {utc(2025, 1, 1): 5000, utc(2025, 2, 1): 8000})
    store.put("oel", "delivery", {utc(2025, 1, 15): 6000})
    (row,) = traced(there, utc(2025, 1, 1), utc(2025, 2, 1), of="oel").intervals
    assert [one.value for one in row.deliveries] == [6000]
    assert (row.counted, row.amount) == (Decimal(3000), Decimal(30000))


def test_a_virtual_meter_leads_to_its_terms() -> None:
    there, _ = books(place(meter(), meter("netto", formula=formula("strom * 2"))))
    with pytest.raises(InvalidReading, match="trace those"):
        traced(there, utc(2025, 1, 1), utc(2025, 1, 2), of="netto")


@pytest.mark.parametrize("folder", SCENARIOS, ids=[folder.name for folder in SCENARIOS])
def test_whatever_happened_to_a_meter_its_trace_adds_up_to_every_slot(folder: Path, tmp_path: Path) -> None:
    with opened(folder, tmp_path) as scenario:
        for name in ARRIVALS:
            if (folder / name).exists():
                scenario.arrive(name)
        for question in (one for step in ("expected", "after_late") for one in expected_of(folder).get(step, [])):
            one = scenario.books.portfolio.meter(question.get("meter", scenario.meter.id))
            if one.formula:
                continue
            first, last = (moment_of(question[name]) for name in ("start", "end"))
            resolution = Resolution(question["resolution"])
            for slot in consumption(scenario.books, one.id, first, last, resolution, now=scenario.now).slots:
                found = trace(scenario.books, one, slot.start, slot.end, now=scenario.now, most=10_000)
                assert total(found) == found.total == slot.value, (question, slot)


STEPS = st.sampled_from([0.0, 0.125, 0.333333, 1.7, 2.5, 900.0])
HAPPENS = st.sampled_from(["", "", "", "", "lost", "lost", "zero", "fell"])


@given(
    steps=st.lists(st.tuples(STEPS, HAPPENS, st.integers(1, 90)), min_size=2, max_size=40),
    exchange=st.none()
    | st.tuples(st.integers(0, 2000), st.decimals(0, 100, places=3), st.decimals(0, 100, places=3)),
    fill=st.sampled_from(Filling),
    resolution=st.sampled_from([Resolution.QUARTER_HOUR, Resolution.HOUR, Resolution.DAY]),
    gas=st.booleans(),
    data=st.data(),
)
def test_the_trace_of_any_slot_adds_up_to_it_to_the_last_digit(
    steps: list[tuple[float, str, int]],
    exchange: tuple[int, Decimal, Decimal] | None,
    fill: Filling,
    resolution: Resolution,
    gas: bool,
    data: st.DataObject,
) -> None:
    there, one = _anything_happened(steps, exchange, fill, gas=gas)
    slots = consumption(there, one.id, utc(2025, 3, 29, 22), utc(2025, 3, 31), resolution, now=LATER).slots
    for slot in data.draw(st.lists(st.sampled_from(slots), min_size=1, max_size=4)):
        found = traced(there, slot.start, slot.end, of=one.id, most=7)
        assert total(found) == found.total == slot.value
        assert [row.start for row in found.intervals][1:] == [row.end for row in found.intervals][:-1]
        assert found.intervals[0].start == slot.start
        assert found.intervals[-1].end == slot.end


def _anything_happened(
    steps: list[tuple[float, str, int]], exchange: tuple[int, Decimal, Decimal] | None, fill: Filling, *, gas: bool
) -> tuple[Books, Meter]:
    prices = (
        Dated(None, GasConversion(Decimal("0.9441"), Decimal("11.3"))),
        Dated(date(2025, 3, 30), GasConversion(Decimal("0.9463"), Decimal("11.217"))),
    )
    own: dict[str, Any] = {"medium": "natural_gas", "unit": "m3", "quantity": "volume", "gas": prices} if gas else {}
    one = meter(**own, maximum_kw=800.0, maximum_m3_h=800.0, policy=LedgerPolicy(fill=fill))
    events = []
    if exchange is not None:
        minute, old_end, new_start = exchange
        at = utc(2025, 3, 29, 20) + timedelta(minutes=minute)
        events.append(event("exchange", at, old_end=old_end, new_start=new_start))
    there, store = books(place(one), events=events)
    at, level = utc(2025, 3, 29, 20), Decimal(50)
    for step, happens, minutes in steps:
        at, level = at + timedelta(minutes=minutes), level + Decimal(str(step))
        level = Decimal(3) if happens == "fell" else level
        if happens != "lost":
            store.put("strom", one.quantity, {at: 0.0 if happens == "zero" else float(level)})
    return there, one
