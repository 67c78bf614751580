"""A gap in a part is a gap of the whole, and nothing is surer than its weakest part."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.consumption import consumption
from analysis.figures import How, Resolution
from gateway.operations.rows import ReadingNoteRow
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import books, counter, meter, place, utc
from tests.unit.analysis.virtual.school import HOUR, LATER, START, days, fill, virtual

HOLES = st.lists(st.tuples(st.integers(-10, 24 * 14), st.sampled_from([2, 5, 24, 49, 300])), max_size=4)


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


@pytest.mark.parametrize("formula_of", ["strom + mensa", "strom - mensa", "2 * mensa - strom"])
@pytest.mark.parametrize("silent", [{2}, {1, 2, 5}, set(range(8, 14)), set(range(14))])
def test_days_that_one_part_lacks_count_neither_by_hour_nor_by_day_nor_by_month_nor_by_year(
    formula_of: str, silent: set[int]
) -> None:
    main, sub = (meter(name, quantity="interval_energy") for name in ("strom", "mensa"))
    there, store = books(place(main, sub, virtual(formula_of)), zone="UTC")
    ends = [START + number * HOUR for number in range(1, 24 * 14 + 1)]
    store.put("strom", "interval_energy", dict.fromkeys(ends, 10.0))
    heard = {at: 4.0 for at in ends if (at - START - HOUR).days not in silent}
    store.put("mensa", "interval_energy", heard)
    totals = {
        resolution: consumption(there, "netto", date(2025, 1, 1), date(2025, 1, 15), resolution, now=LATER).total
        for resolution in Resolution
    }
    an_hour = {"strom + mensa": 14, "strom - mensa": 6, "2 * mensa - strom": -2}[formula_of]
    expected = an_hour * len(heard) if heard else None
    assert totals == dict.fromkeys(Resolution, expected)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.sampled_from(["active_energy_import", "interval_energy"]), HOLES), min_size=3, max_size=3),
    st.sampled_from(["a + b - c", "2 * a - b + 0.5 * c", "c - a"]),
    st.sampled_from(["UTC", "Europe/Berlin"]),
)
def test_whatever_the_parts_lack_every_resolution_sums_to_the_same_total(
    heard: list[tuple[str, list[tuple[int, int]]]], formula_of: str, zone: str
) -> None:
    parts = [meter(name, quantity=quantity) for name, (quantity, _) in zip("abc", heard, strict=True)]
    there, store = books(place(*parts, virtual(formula_of)), zone=zone)
    for part, (quantity, holes) in zip(parts, heard, strict=True):
        shown = counter(START - 2 * HOUR, HOUR, [1.25, 3, 0.004] * 8 * 14, first=1000.0)
        silent = [(START + first * HOUR, START + (first + hours) * HOUR) for first, hours in holes]
        said = {at: value for at, value in shown.items() if not any(since < at < until for since, until in silent)}
        store.put(part.id, quantity, said if quantity != "interval_energy" else dict.fromkeys(said, 2.5))
    span = date(2025, 1, 2), date(2025, 1, 14)
    totals = {consumption(there, "netto", *span, one, now=LATER).total for one in Resolution}
    assert len(totals) == 1


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
