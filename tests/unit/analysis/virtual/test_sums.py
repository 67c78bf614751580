"""What a virtual meter comes to: exact, by share and sign, in any partition of time."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.calendar_cuts import day_cuts
from analysis.consumption import consumption
from analysis.figures import How, Resolution
from analysis.ledger.amounts import Amounts, combined
from analysis.ledger.line import Row
from analysis.meters.meter_amounts import amounts_of, daily_amounts
from analysis.property_meters import hi_share, main_meters
from analysis.slots import Slots
from analysis.virtual.virtual_meters import stretches_of
from config.meters.meter import Dated, Tank
from tests.unit.analysis.evidence import books, counter, meter, place, utc
from tests.unit.analysis.virtual.school import AMOUNTS, HOUR, LATER, START, days, fill, virtual


def test_sum_of_three_phases_is_exact() -> None:
    phases = [meter(name) for name in ("l1", "l2", "l3")]
    there, store = books(place(*phases, virtual("l1 + l2 + l3")), zone="UTC")
    fill(store, l1=0.1, l2=0.2, l3=0.3)
    day = days(there, "2025-01-02", "2025-01-03").slots[0]
    assert (day.value, day.how, day.coverage) == (Decimal("14.4"), How.MEASURED, 1.0)


def test_main_meter_without_its_sub_meter_counts_each_with_its_own_transformer() -> None:
    main = meter(factor=(Dated(None, Decimal(40)),))
    there, store = books(place(main, meter("mensa"), virtual("strom - mensa")), zone="UTC")
    fill(store, strom=0.5, mensa=2)
    assert days(there, "2025-01-02", "2025-01-03").total == 24 * (20 - 2)


def test_what_is_taken_off_counts_below_zero_in_columns_too_where_the_rest_stands_still() -> None:
    factor = (Dated(None, Decimal(40)),)
    there, store = books(place(meter(), meter("mensa", factor=factor), virtual("strom - mensa")), zone="UTC")
    fill(store, mensa=2)
    store.put("strom", "active_energy_import", counter(START, HOUR, [5, *[0] * 23] * 14, first=1000.0))
    span = utc(2025, 1, 2, 1), utc(2025, 1, 2, 4)
    slots = consumption(there, "netto", *span, Resolution.HOUR, now=LATER).slots
    assert isinstance(slots, Slots)
    assert slots.values() == [-80.0] * 3 == [float(slot.value or 0) for slot in slots]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["-2.5", "-1", "0", "0.333", "1", "40"]), AMOUNTS), min_size=1, max_size=4))
def test_columns_are_the_floats_nearest_to_the_exact_slots(terms: list[tuple[str, list[int]]]) -> None:
    bounds = np.arange(4, dtype=np.int64) * 900_000
    spans = np.zeros((len(Row), 3), np.int64)
    spans[Row.MEASURED] = 900_000
    parts = [Amounts(bounds, np.array([row]), (Decimal(1),), spans, np.zeros(4, np.int64)) for _, row in terms]
    whole = combined([(Decimal(share), part) for (share, _), part in zip(terms, parts, strict=True)])
    assert whole.numbers() == [None if one is None else float(one) for one in whole.decimals()]
    expected = [sum(Decimal(share) * row[slot] for share, row in terms) / 1_000_000 for slot in range(3)]
    assert whole.decimals() == expected


def test_self_use_of_pv_is_what_was_generated_and_not_fed_in() -> None:
    sun = meter("pv", "pv_generation", quantity="active_energy_export")
    fed = meter("einspeisung", "electricity_export", quantity="active_energy_export")
    there, store = books(place(sun, fed, virtual("pv - einspeisung")), zone="UTC")
    store.put("pv", "active_energy_export", counter(START, HOUR, [3] * 48))
    store.put("einspeisung", "active_energy_export", counter(START, HOUR, [1.25] * 48))
    assert days(there, "2025-01-01", "2025-01-02").total == 42


def test_virtual_meters_of_virtual_meters_are_taken_apart() -> None:
    below = virtual("mensa + 0.5 * halle", identifier="unten")
    rest = virtual("strom - unten", identifier="rest")
    there, store = books(place(meter(), meter("mensa"), meter("halle"), below, rest), zone="UTC")
    fill(store, strom=10, mensa=2, halle=3)
    assert days(there, "2025-01-02", "2025-01-03", "rest").total == 24 * (10 - (2 + Decimal("1.5")))


def test_a_meter_that_is_named_often_counts_as_often_and_stands_once() -> None:
    doubled = [
        virtual("strom", identifier="v0"),
        *(virtual(f"v{n} + v{n}", identifier=f"v{n + 1}") for n in range(30)),
    ]
    there, store = books(place(meter(), *doubled, virtual("v30 - strom - strom + 0.5 * v1")), zone="UTC")
    fill(store, strom=1)
    (stretch,) = stretches_of(there.portfolio, there.portfolio.meter("netto"), there.zone)
    assert [(share, part.id) for share, part in stretch.terms] == [(Decimal(2**30 - 1), "strom")]
    assert days(there, "2025-01-02", "2025-01-03").total == 24 * (2**30 - 1)


def test_a_part_whose_shares_cancel_out_still_has_to_be_known() -> None:
    there, store = books(place(meter(), meter("mensa"), virtual("strom + mensa - mensa")), zone="UTC")
    fill(store, strom=1)
    assert days(there, "2025-01-02", "2025-01-03").total is None
    fill(store, mensa=5)
    assert days(there, "2025-01-02", "2025-01-03").total == 24


@settings(deadline=None)
@given(st.lists(st.integers(1, 14 * 24 * 60 - 1), max_size=8, unique=True), st.integers(2, 200))
def test_every_partition_of_time_sums_to_the_same_total(minutes: list[int], quiet: int) -> None:
    rest = virtual("strom - 0.25 * mensa", ("2025-01-05", "strom - mensa"))
    there, store = books(place(meter(), meter("mensa", quantity="interval_energy"), rest))
    store.put("strom", "active_energy_import", counter(START, timedelta(minutes=47), [0.333, 1.7, 0.01] * 140))
    holes = {START + number * HOUR: 0.125 for number in range(1, 24 * 14) if number not in range(quiet, quiet + 5)}
    store.put("mensa", "interval_energy", holes)
    edges = [START + timedelta(minutes=minute) for minute in sorted({0, 14 * 24 * 60, *minutes})]

    def total(first: datetime, last: datetime) -> Decimal:
        return consumption(there, "netto", first, last, Resolution.DAY, now=LATER).total or Decimal(0)

    assert sum(total(*pair) for pair in pairwise(edges)) == total(edges[0], edges[-1])


def test_days_out_of_the_days_of_the_parts_are_those_out_of_their_lines() -> None:
    """A gap, a hole, a fall and a change of the formula, each on days of its own, and the year goes on."""
    rest = virtual("strom - 0.5 * mensa", ("2025-01-09", "strom - mensa - halle"))
    there, store = books(place(meter(), meter("mensa"), meter("halle", quantity="interval_energy"), rest))
    spoken = counter(START, timedelta(minutes=47), [0.333, 1.7, 0.01] * 140)
    store.put("strom", "active_energy_import", {at: v for at, v in spoken.items() if not 3 <= at.day < 5})
    store.put("mensa", "active_energy_import", counter(START, HOUR, [0.125] * 150, first=9000.0))
    store.put("mensa", "active_energy_import", counter(utc(2025, 1, 7, 7), HOUR, [0.25] * 150, first=1.0))
    ends = [START + number * HOUR for number in range(1, 24 * 14)]
    store.put("halle", "interval_energy", {at: 0.5 for at in ends if not (at.day == 11 and at.hour < 9)})
    january = (date(2025, 1, 1), date(2025, 2, 1))
    by_days = daily_amounts(there, rest, *january, now=LATER)
    bounds = day_cuts(*january, there.zone)
    by_lines = amounts_of(there, rest, bounds, now=LATER)
    assert by_days.decimals() == by_lines.decimals()
    assert by_days.hows() == by_lines.hows()
    assert (by_days.spans_ms == by_lines.spans_ms).all()


def test_virtual_meter_that_leads_to_a_counted_one_is_not_counted_again() -> None:
    sub = meter("kueche", sub_meter_of="strom")
    net = virtual("strom - kueche")
    above = virtual("netto + kueche", identifier="oben")
    assert main_meters(place(meter(), sub, net, above), {"electricity_import"}) == (meter(),)


def test_virtual_main_meter_counts_in_place_of_its_parts() -> None:
    old, new = (meter(name, sub_meter_of="haupt") for name in ("alt", "neu"))
    main = virtual("alt", ("2025-06-01", "neu"), identifier="haupt")
    assert main_meters(place(old, new, main), {"electricity_import"}) == (main,)


@pytest.mark.parametrize(("reference", "expected"), [("Hi", Decimal(200)), ("Hs", 100 + 100 / Decimal("1.06"))])
def test_tanks_of_either_reference_add_up_on_hi(reference: str, expected: Decimal) -> None:
    tanks = [
        meter(name, "heating_oil", unit="l", quantity="tank_level", tank=Tank(Decimal(5000), Decimal(10), on))
        for name, on in (("vorn", "Hi"), ("hinten", reference))
    ]
    both = virtual("vorn + hinten", medium="heating_oil")
    there, store = books(place(*tanks, both), zone="UTC")
    for name in ("vorn", "hinten"):
        store.put(name, "tank_level", {START: 500.0, START + HOUR: 490.0})
    found = consumption(there, "netto", START, START + HOUR, Resolution.HOUR, now=LATER)
    assert found.total == pytest.approx(expected)
    assert hi_share(both) == 1
