"""Formulas that hold from a day on."""

from datetime import date

import pytest

from analysis.consumption import consumption
from analysis.figures import How, Resolution
from analysis.virtual.formula_parts import formulas_within
from tests.unit.analysis.evidence import books, counter, meter, place, utc
from tests.unit.analysis.virtual.school import HOUR, LATER, days, fill, virtual


def test_meter_that_was_replaced_by_two_goes_on_at_local_midnight() -> None:
    whole = virtual("alt", ("2025-06-01", "neu-1 + neu-2"))
    there, store = books(place(meter("alt"), meter("neu-1"), meter("neu-2"), whole))
    change = utc(2025, 5, 31, 22)
    store.put("alt", "active_energy_import", counter(change - 48 * HOUR, HOUR, [5] * 48))
    for name, amount in (("neu-1", 2), ("neu-2", 4)):
        store.put(name, "active_energy_import", counter(change, HOUR, [amount] * 48, first=7.0))
    found = days(there, "2025-05-30", "2025-06-03")
    assert [slot.value for slot in found.slots] == [120, 120, 144, 144]
    assert [(slot.how, slot.coverage) for slot in found.slots] == [(How.MEASURED, 1.0)] * 4
    year = consumption(there, "netto", date(2025, 5, 30), date(2025, 6, 3), Resolution.YEAR, now=LATER)
    assert year.total == 528


def test_sub_meter_that_is_new_is_taken_away_from_its_first_day_on() -> None:
    rest = virtual("strom - mensa", ("2025-01-04", "strom - mensa - halle"))
    there, store = books(place(meter(), meter("mensa"), meter("halle"), rest), zone="UTC")
    fill(store, strom=10, mensa=2, halle=3)
    assert [slot.value for slot in days(there, "2025-01-02", "2025-01-06").slots] == [192, 192, 120, 120]


def test_a_change_deep_in_a_nested_formula_holds_from_its_day_on() -> None:
    below = virtual("mensa", ("2025-01-03", "mensa + halle"), identifier="unten")
    there, store = books(place(meter(), meter("mensa"), meter("halle"), below, virtual("strom - unten")), zone="UTC")
    fill(store, strom=10, mensa=2, halle=3)
    assert [slot.value for slot in days(there, "2025-01-02", "2025-01-04").slots] == [192, 120]


def test_before_its_first_formula_a_virtual_meter_is_not_known_and_not_zero() -> None:
    there, store = books(place(meter(), virtual(("2025-01-03", "strom"))), zone="UTC")
    fill(store, strom=1)
    slots = days(there, "2025-01-01", "2025-01-05").slots
    assert [(slot.value, slot.how) for slot in slots[:2]] == [(None, How.MISSING)] * 2
    assert [slot.value for slot in slots[2:]] == [24, 24]


@pytest.mark.parametrize(
    ("first", "end", "held"),
    [
        ("2025-01-01", "2025-06-01", ["a"]),
        ("2025-05-31", "2025-06-02", ["a", "b"]),
        ("2025-06-01", "2025-06-02", ["b"]),
        ("2025-07-01", "2026-01-01", ["c"]),
    ],
)
def test_the_formulas_of_a_time_are_those_that_hold_on_one_of_its_days(first: str, end: str, held: list[str]) -> None:
    one = virtual("a", ("2025-06-01", "b"), ("2025-07-01", "c"))
    found = formulas_within(one, date.fromisoformat(first), date.fromisoformat(end))
    assert [entry.value for entry in found] == held
    assert formulas_within(meter(), date(2025, 1, 1), date(2026, 1, 1)) == ()
