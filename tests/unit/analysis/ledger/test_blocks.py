"""Blocks of days, and windows wide enough that no cut shows."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analysis.bookkeeping.bookings import bookings
from analysis.bookkeeping.meter_books import meter_books
from analysis.calendar_cuts import day_cuts
from analysis.ledger.blocks import Block, block_of, blocks
from analysis.ledger.calm import is_calm
from analysis.ledger.micro import micro_units
from analysis.ledger.readings import measured
from tests.unit.analysis.evidence import books, counter, day, event, meter, place, utc
from tests.unit.analysis.histories import STEP, Incident, incidents, meter_kinds, readings
from tests.unit.analysis.ledger.booking import HOUR, rules

LATER = utc(2030, 1, 1)
FIRST, LAST = date(2025, 1, 12), date(2025, 3, 6)


@given(st.dates(date(1999, 1, 1), date(2101, 1, 1)))
def test_every_day_lies_in_one_block_of_eight_to_eleven_days(one: date) -> None:
    block = block_of(one)
    assert block.first <= one < block.end
    assert block.first.day in {1, 11, 21}
    assert 8 <= (block.end - block.first).days <= 11


@given(st.dates(date(1999, 1, 1), date(2101, 1, 1)), st.integers(1, 800))
def test_blocks_cover_a_span_without_a_hole(start: date, length: int) -> None:
    found = list(blocks(start, start + timedelta(days=length)))
    assert found[0].first <= start < found[0].end
    assert found[-1].first < start + timedelta(days=length) <= found[-1].end
    assert all(before.end == after.first for before, after in pairwise(found))


def test_an_empty_span_has_no_block() -> None:
    assert list(blocks(day("2025-01-05"), day("2025-01-01"))) == []
    assert list(blocks(day("2025-02-28"), day("2025-03-01"))) == [Block(day("2025-02-21"), day("2025-03-01"))]


def calm(values: list[float], *, hours: int = 1, **more: object) -> bool:
    times = np.arange(len(values), dtype=np.int64) * hours * HOUR
    return is_calm(measured(times, micro_units(np.array(values, np.float64))), rules(**more))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([91, 92, 93, 94], True),
        ([91, 92, 92, 92], True),
        ([91, 92, 93], False),  # the last may be a spike
        ([91, 91, 91, 91, 91], False),  # they may all be low
        ([91, 92, 93, 0], False),
        ([0, 97, 0, 97, 0, 97], False),
        ([0, 97, 97, 97, 97], False),  # the way back from low readings
        ([0, 97, 98, 98, 98], True),
        ([99, 91, 92, 93, 94, 0], True),
    ],
)
def test_calm_are_three_intervals_after_a_rise_of_which_none_is_suspect(values: list[float], expected: bool) -> None:
    assert calm(values) is expected


def test_what_rises_faster_than_it_can_is_not_calm() -> None:
    assert calm([1, 500, 501, 502, 503], rate=10_000_000 / HOUR)
    assert not calm([1, 500, 501, 900, 901], rate=10_000_000 / HOUR)


def test_a_rest_of_more_than_a_fortnight_is_calm() -> None:
    fortnight = [5.0] * (14 * 24 + 1)
    assert not calm(fortnight)
    assert calm([*fortnight, 5])
    assert not calm([5] * 4, hours=24 * 6)


PLAIN = {"medium": "electricity_import", "maximum_kw": None, "digits": None}


@example([Incident("spike", 185, 186, 1), Incident("exchange", 216, 217, 1), Incident("spike", 216, 217, 793)], PLAIN)
@example([Incident("zero", 132, 300, 1), Incident("rest", 97, 337, 1)], PLAIN)
@example([Incident("zero", 271, 277, 1), Incident("rest", 19, 259, 1)], PLAIN)
@given(incidents(), meter_kinds())
def test_what_a_day_shows_does_not_depend_on_where_somebody_cut(
    happened: list[Incident], declared: dict[str, Any]
) -> None:
    metered = meter(interval=STEP, **declared)
    there, store = books(place(metered))
    store.put("strom", "active_energy_import", readings(happened))
    bounds = day_cuts(FIRST, LAST, there.zone)
    span = int(bounds[0]), int(bounds[-1])
    in_one, in_blocks = meter_books(there, metered, *span, now=LATER), bookings(there, metered, *span, now=LATER)
    whole, parts = in_one.amounts(bounds), in_blocks.amounts(bounds)
    assert np.array_equal(whole.micro, parts.micro)
    assert np.array_equal(whole.spans_ms, parts.spans_ms)
    assert np.array_equal(whole.bridges, parts.bridges)
    assert list(in_one.notices) == in_blocks.notices


def test_a_slot_over_two_blocks_has_both_parts() -> None:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), timedelta(hours=1), [1] * 24 * 40))
    found = bookings(there, meter(), *_ms(there.zone, "2025-01-09", "2025-02-02"), now=LATER)
    bounds = day_cuts(day("2025-01-09"), day("2025-02-02"), there.zone)
    assert found.amounts(bounds[[0, 13, 24]]).decimals() == [13 * 24, 11 * 24]
    assert found.amounts(bounds[[1, 2]] + 1_800_000).decimals() == [24]


def test_what_has_not_come_yet_is_not_known() -> None:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), timedelta(hours=1), [1] * 24 * 400))
    now = utc(2025, 1, 3, 12)
    bounds = day_cuts(day("2025-01-02"), day("2028-01-01"), there.zone)
    found = bookings(there, meter(), int(bounds[0]), int(bounds[-1]), now=now).amounts(bounds)
    assert found.decimals()[:3] == [24, 13, None]
    assert found.known_ms[2:].sum() == 0


def test_an_exchange_long_ago_leaves_its_wrap_and_no_gap() -> None:
    change = event("exchange", utc(2024, 11, 1), new_start=Decimal(5), digits=3)
    there, store = books(place(meter()), events=[change])
    amounts = [1] * 24 * 40
    shown = counter(utc(2025, 1, 1), timedelta(hours=1), amounts, first=900.0)
    wrapped = {at: value if value < 1000 else value - 1000 for at, value in shown.items()}
    store.put("strom", "active_energy_import", wrapped)
    bounds = day_cuts(day("2025-01-01"), day("2025-02-05"), there.zone)
    found = bookings(there, meter(), int(bounds[0]), int(bounds[-1]), now=LATER)
    assert set(found.amounts(bounds).decimals()[1:]) == {24}
    assert [one.kind for one in found.notices] == ["rollover"]


def _ms(zone: Any, first: str, last: str) -> tuple[int, int]:
    bounds = day_cuts(day(first), day(last), zone)
    return int(bounds[0]), int(bounds[-1])
