"""Virtual meters: sums and differences of meters, from a day on, never surer than their weakest part."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.books import Books
from analysis.calendar_cuts import day_cuts
from analysis.consumption import consumption
from analysis.figures import Consumption, How, Resolution
from analysis.ledger.amounts import Amounts, combined
from analysis.ledger.line import Row
from analysis.meters.meter_amounts import amounts_of, daily_amounts
from analysis.property_meters import hi_share, main_meters
from analysis.slots import Slots
from analysis.virtual.formula_parts import formulas_within
from analysis.virtual.virtual_meters import stretches_of
from config.meters import ByHandSource, Dated, Meter, Reporting, Tank
from gateway.operations.rows import ReadingNoteRow
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import DictStore, books, counter, formula, meter, place, utc

HOUR = timedelta(hours=1)
LATER = utc(2030, 1, 1)
START = utc(2025, 1, 1)


AMOUNTS = st.lists(st.integers(0, 10**12) | st.just(0), min_size=3, max_size=3)


def virtual(*entries: str | tuple[str, str], identifier: str = "netto", **more: Any) -> Meter:
    return meter(identifier, formula=formula(*entries), **more)


def days(there: Books, first: str, last: str, of: str = "netto") -> Consumption:
    return consumption(there, of, date.fromisoformat(first), date.fromisoformat(last), Resolution.DAY, now=LATER)


def fill(store: DictStore, **amounts: float) -> None:
    """Fourteen days, hour by hour the same."""
    for name, amount in amounts.items():
        store.put(name, "active_energy_import", counter(START, HOUR, [amount] * 24 * 14, first=1000.0))


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


def test_hours_that_one_part_lacks_count_for_no_part() -> None:
    main, sub = (meter(name, quantity="interval_energy") for name in ("strom", "mensa"))
    there, store = books(place(main, sub, virtual("strom - mensa")), zone="UTC")
    ends = [START + number * HOUR for number in range(1, 25)]
    store.put("strom", "interval_energy", dict.fromkeys(ends, 10.0))
    store.put("mensa", "interval_energy", {at: 4.0 for at in ends if not 6 <= at.hour < 12})
    day = days(there, "2025-01-01", "2025-01-02").slots[0]
    assert (day.value, day.coverage) == (Decimal(108), 0.75)
    hours = consumption(there, "netto", START, START + 24 * HOUR, Resolution.HOUR, now=LATER)
    assert [slot.value for slot in hours.slots] == [6] * 5 + [None] * 6 + [6] * 13
    assert hours.total == day.value


def test_gap_whose_sum_is_known_is_a_gap_of_the_whole_and_its_sum_stays_exact() -> None:
    there, store = books(place(meter(), meter("mensa"), virtual("strom - mensa")), zone="UTC")
    fill(store, strom=3)
    spoken = counter(START, HOUR, [1] * 24 * 14)
    store.put(
        "mensa",
        "active_energy_import",
        {at: value for at, value in spoken.items() if not utc(2025, 1, 4, 6) < at < utc(2025, 1, 6, 6)},
    )
    found = days(there, "2025-01-03", "2025-01-08")
    assert [slot.how for slot in found.slots] == [How.MEASURED, *[How.SUBSTITUTED] * 3, How.MEASURED]
    assert [round(slot.coverage, 2) for slot in found.slots] == [1, 0.25, 0, 0.75, 1]
    assert found.total == 5 * 48


def test_gap_of_a_part_between_hand_readings_makes_the_whole_no_surer_than_these() -> None:
    first = START + timedelta(days=3)
    notes = [
        ReadingNoteRow("mensa", "active_energy_import", milliseconds(at), "read_by_hand", "hausmeister", "", at)
        for at in (first, first + timedelta(days=4))
    ]
    there, store = books(place(meter(), meter("mensa"), virtual("strom - mensa")), zone="UTC", notes=notes)
    fill(store, strom=5)
    shown = counter(START, HOUR, [2.0] * 24 * 14, first=1000.0)
    silent = {at for at in shown if first < at < first + timedelta(days=4)}
    store.put("mensa", "active_energy_import", {at: value for at, value in shown.items() if at not in silent})
    span = first.date(), (first + timedelta(days=4)).date()
    (whole,) = consumption(there, "netto", *span, Resolution.YEAR, now=LATER).slots
    assert (whole.value, whole.how, whole.coverage) == (Decimal(3 * 96), How.READ_BY_HAND, 0.0)


def test_time_that_is_measured_here_and_spread_there_is_measured_nowhere() -> None:
    there, store = books(place(meter(), meter("mensa"), virtual("strom + mensa")), zone="UTC")
    for name, quiet in (("strom", range(1, 12)), ("mensa", range(13, 24))):
        spoken = counter(START, HOUR, [1] * 24 * 3)
        kept = {at: value for at, value in spoken.items() if not (at.day == 2 and at.hour in quiet)}
        store.put(name, "active_energy_import", kept)
    assert days(there, "2025-01-02", "2025-01-03").slots[0].coverage == 0


def test_faulty_part_makes_the_whole_faulty() -> None:
    there, store = books(place(meter(), meter("mensa"), virtual("strom - mensa")), zone="UTC")
    fill(store, strom=3)
    store.put("mensa", "active_energy_import", counter(START, HOUR, [1] * 30, first=40_000.0))
    store.put("mensa", "active_energy_import", counter(utc(2025, 1, 2, 7), HOUR, [1] * 60, first=5.0))
    found = days(there, "2025-01-01", "2025-01-04")
    assert [slot.how for slot in found.slots] == [How.MEASURED, How.FAULTY, How.MEASURED]
    assert found.slots[1].value == 23 * 2
    assert [(event.meter, event.kind) for event in found.events] == [("mensa", "exchange_suspected")]


def test_below_zero_for_a_while_is_shown_and_the_sum_stays_exact() -> None:
    """The sun's meter is read every hour, what was fed in once a day and so drawn straight through the night."""
    by_hand = {"source": ByHandSource(timedelta(days=1)), "reporting": Reporting.BY_HAND}
    sun = meter("pv", "pv_generation", quantity="active_energy_export")
    fed = meter("einspeisung", "electricity_export", quantity="active_energy_export", **by_hand)
    there, store = books(place(sun, fed, virtual("pv - einspeisung")), zone="UTC")
    shine = [4 if 8 <= number % 24 < 16 else 0 for number in range(24 * 4)]
    store.put("pv", "active_energy_export", counter(START, HOUR, shine))
    store.put("einspeisung", "active_energy_export", counter(START, 24 * HOUR, [24] * 4))
    hours = consumption(there, "netto", utc(2025, 1, 2), utc(2025, 1, 3), Resolution.HOUR, now=LATER)
    assert [slot.value for slot in hours.slots] == [-1] * 8 + [3] * 8 + [-1] * 8
    assert hours.total == days(there, "2025-01-02", "2025-01-03").total == 32 - 24


def test_what_lacks_is_named_by_part_over_the_time_in_which_it_is_one() -> None:
    rest = virtual("strom - mensa", ("2025-01-04", "strom - halle"))
    there, store = books(place(meter(), meter("mensa"), meter("halle"), rest), zone="UTC")
    fill(store, strom=10, halle=3)
    silent_from_noon = counter(START, HOUR, [2] * 60)
    store.put("mensa", "active_energy_import", silent_from_noon)
    parts = {part.meter: part for part in days(there, "2025-01-01", "2025-01-07").parts}
    assert {name: round(part.coverage, 4) for name, part in parts.items()} == {
        "strom": 1,
        "mensa": 0.8333,
        "halle": 1,
    }
    assert parts["mensa"].quality == pytest.approx({"measured": 60 / 72, "missing": 12 / 72}, abs=1e-5)


def test_a_metered_meter_has_no_parts_and_no_notes() -> None:
    there, store = books(place(meter()), zone="UTC")
    fill(store, strom=10)
    found = days(there, "2025-01-01", "2025-01-07", "strom")
    assert (found.parts, found.notes) == ((), ())


@pytest.mark.parametrize(
    ("mensa", "words"),
    [
        (0.5, ()),
        (3, ("2 Werte liegen unter null (zusammen −96,0 kWh; 02.01.2025 bis 03.01.2025)", "Auch die Summe")),
    ],
)
def test_values_below_zero_are_said_with_what_to_do(mensa: float, words: tuple[str, ...]) -> None:
    there, store = books(place(meter(), meter("mensa"), virtual("strom - mensa")), zone="UTC")
    fill(store, strom=1, mensa=mensa)
    notes = days(there, "2025-01-02", "2025-01-04").notes
    assert len(notes) == bool(words)
    assert all(word in notes[0] for word in words)


def test_one_value_below_zero_in_a_sum_above_it_is_explained_by_the_times_of_reading() -> None:
    there, store = books(place(meter(), meter("mensa"), virtual("strom - mensa")), zone="UTC")
    store.put("strom", "active_energy_import", counter(START, HOUR, [0] * 24 + [9] * 48))
    store.put("mensa", "active_energy_import", counter(START, HOUR, [1] * 72))
    (note,) = days(there, "2025-01-01", "2025-01-04").notes
    assert note.startswith("Ein Wert liegt unter null (−24,0 kWh, 01.01.2025).")
    assert note.endswith("zu verschiedenen Zeiten abgelesen; über längere Zeiträume gleicht sich das aus.")


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
