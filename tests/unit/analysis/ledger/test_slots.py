"""Slots as columns: the same as slots one by one, without the time that these take."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.consumption import consumption
from analysis.figures import How, Resolution
from analysis.ledger.amounts import Amounts
from analysis.ledger.line import Row
from analysis.slots import Slots
from tests.unit.analysis.evidence import books, counter, meter, place, utc
from tests.unit.analysis.ledger.test_day_rows import some_days

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000


def amounts(micro: list[int], factor: str = "1") -> Amounts:
    count = len(micro)
    spans = np.zeros((len(Row), count), np.int64)
    spans[Row.MEASURED] = HOUR_MS
    bounds = np.arange(count + 1, dtype=np.int64) * HOUR_MS
    return Amounts(bounds, np.array([micro], np.int64), (Decimal(factor),), spans, np.zeros(count + 1, np.int64))


@given(some_days())
def test_numbers_are_the_floats_nearest_to_the_exact_amounts(days: Amounts) -> None:
    assert days.numbers() == [None if one is None else float(one) for one in days.decimals()]


@given(
    st.lists(st.integers(0, 2**62), min_size=1, max_size=5),
    st.decimals(min_value=0, max_value=10**9, allow_nan=False, places=8).map(str),
)
def test_numbers_of_any_factor_are_rounded_once(micro: list[int], factor: str) -> None:
    found = amounts(micro, factor)
    assert found.numbers() == [float(one or 0) for one in found.decimals()]


@pytest.mark.parametrize("factor", ["1E+3", "0", "40", "0.10", "1E-20"])
def test_factors_are_understood_however_they_are_written(factor: str) -> None:
    found = amounts([0, 1, 123_456_789], factor)
    assert found.numbers() == [float(one or 0) for one in found.decimals()]


@given(some_days())
def test_columns_are_what_the_slots_say(days: Amounts) -> None:
    slots = Slots(days, BERLIN)
    assert slots.qualities() == [slot.how.value for slot in slots]
    assert slots.values() == [None if slot.value is None else float(slot.value) for slot in slots]
    assert slots.coverages().tolist() == [slot.coverage for slot in slots]


def test_slots_are_a_sequence_and_equal_what_has_the_same_slots() -> None:
    slots = Slots(amounts([1, 2, 3]), BERLIN)
    assert len(slots) == 3
    first, last = slots[0], slots[-1]
    assert (first.value, last.value) == (Decimal("0.000001"), Decimal("0.000003"))
    assert slots == tuple(slots)
    assert slots == Slots(amounts([1, 2, 3]), BERLIN)
    assert slots != Slots(amounts([1, 2, 4]), BERLIN)
    assert list(slots[1:]) == list(slots)[1:]
    assert (slots[0], slots[-1]) == (first, last)
    assert Slots(amounts([]), BERLIN) == ()
    with pytest.raises(IndexError):
        _ = Slots(amounts([1]), BERLIN)[1]


def test_slots_of_the_night_of_the_clock_change_have_instants_of_the_zone() -> None:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2025, 10, 25), timedelta(hours=1), [1] * 72))
    now = utc(2030, 1, 1)
    found = consumption(there, "strom", date(2025, 10, 26), date(2025, 10, 27), Resolution.HOUR, now=now)
    assert [slot.start.strftime("%H%z") for slot in found.slots][1:4] == ["01+0200", "02+0200", "02+0100"]
    assert {slot.how for slot in found.slots} == {How.MEASURED}
