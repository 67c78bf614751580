"""What is known of meters and properties, by day, month and year."""

from datetime import date, datetime, timedelta

import pytest

from analysis.books import Books
from analysis.figures import Resolution
from analysis.properties.completeness import completeness
from config.meters.meter import ByHandSource, Reporting
from tests.unit.analysis.evidence import books, counter, formula, meter, place, utc

HOUR = timedelta(hours=1)
LATER = utc(2025, 6, 1)


def test_completeness_by_meter_day_and_property() -> None:
    there, store = books(place(meter(), meter("stumm")), place(id="leer"), zone="UTC")
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 36))
    found = completeness(there, date(2025, 1, 1), date(2025, 2, 1), now=utc(2025, 1, 3, 12))
    assert found.end == date(2025, 1, 3)
    assert [entry.whole.coverage for entry in found.meters] == [0.75, 0]
    assert found.meters[0].daily == (1, 0.5)
    assert found.meters[0].newest == utc(2025, 1, 2, 12)
    assert {one.property_id: one.whole.coverage for one in found.places} == {"schule": 0.375, "leer": 0}
    assert found.coverage == 0.375


def four_meters() -> Books:
    """Four meters, of which the fourth fell silent at noon of the third day."""
    there, store = books(place(*(meter(name) for name in ("a", "b", "c", "d"))), zone="UTC")
    for name in ("a", "b", "c"):
        store.put(name, "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 24 * 40))
    store.put("d", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [100] * 60))
    return there


def test_partial_day_of_one_of_four_meters_is_incomplete_and_not_low_use() -> None:
    found = completeness(four_meters(), date(2025, 1, 1), date(2025, 1, 5), now=LATER, by=Resolution.DAY)
    (school,) = found.places
    assert [(day.is_complete, day.incomplete) for day in school.periods] == [
        (True, ()),
        (True, ()),
        (False, ("d",)),
        (False, ("d",)),
    ]
    assert [round(day.known, 4) for day in school.periods] == [1, 1, 0.875, 0.75]
    assert (school.whole.is_complete, school.whole.incomplete) == (False, ("d",))


def test_one_silent_meter_of_thirty_makes_a_property_incomplete() -> None:
    there, store = books(place(*(meter(f"m{number}") for number in range(30))), zone="UTC")
    for number in range(29):
        store.put(f"m{number}", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 48))
    (school,) = completeness(there, date(2025, 1, 1), date(2025, 1, 3), now=LATER).places
    assert school.whole.known == pytest.approx(29 / 30)
    assert (school.whole.is_complete, school.whole.incomplete) == (False, ("m29",))


def test_months_and_years_are_cut_at_the_calendar_and_at_the_span() -> None:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2024, 11, 1), HOUR, [1] * 24 * 120))
    span = (date(2024, 11, 15), date(2025, 2, 10))
    months, years = (completeness(there, *span, now=LATER, by=by) for by in (Resolution.MONTH, Resolution.YEAR))
    assert [(one.start, one.end) for one in months.meters[0].periods] == [
        (date(2024, 11, 15), date(2024, 12, 1)),
        (date(2024, 12, 1), date(2025, 1, 1)),
        (date(2025, 1, 1), date(2025, 2, 1)),
        (date(2025, 2, 1), date(2025, 2, 10)),
    ]
    assert [one.start for one in years.meters[0].periods] == [date(2024, 11, 15), date(2025, 1, 1)]
    assert all(one.is_complete for one in (*months.meters[0].periods, *years.meters[0].periods))


def test_gap_whose_sum_is_known_is_complete_but_not_covered() -> None:
    there, store = books(place(meter()), zone="UTC")
    spoken = counter(utc(2025, 1, 1), HOUR, [1] * 24 * 4)
    store.put("strom", "active_energy_import", {at: v for at, v in spoken.items() if at.day != 2})
    (day, *_) = completeness(there, date(2025, 1, 2), date(2025, 1, 3), now=LATER, by=Resolution.DAY).meters
    assert (day.whole.coverage, day.whole.known, day.whole.is_complete) == (0, 1, True)
    assert day.whole.quality == {"substituted": 1.0}


def test_shares_tell_every_way_of_knowing() -> None:
    by_hand = meter("hand", source=ByHandSource(timedelta(days=30)), reporting=Reporting.BY_HAND)
    there, store = books(place(meter(), by_hand), zone="UTC")
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 12))
    store.put("hand", "active_energy_import", {utc(2025, 1, 1): 0.0, utc(2025, 1, 2): 5.0})
    (school,) = completeness(there, date(2025, 1, 1), date(2025, 1, 2), now=LATER).places
    assert school.whole.quality == {"measured": 0.25, "read_by_hand": 0.5, "missing": 0.25}
    assert school.newest == utc(2025, 1, 2)


def test_what_counts_in_the_sum_makes_a_property_complete_not_what_was_replaced() -> None:
    old, new = (meter(name, sub_meter_of="haupt") for name in ("alt", "neu"))
    main = meter("haupt", formula=formula("alt", ("2025-01-02", "neu")))
    there, store = books(place(old, new, main), zone="UTC")
    store.put("alt", "active_energy_import", counter(utc(2025, 1, 1), HOUR, [1] * 24))
    store.put("neu", "active_energy_import", counter(utc(2025, 1, 2), HOUR, [1] * 24))
    found = completeness(there, date(2025, 1, 1), date(2025, 1, 3), now=LATER)
    assert found.places[0].whole.is_complete
    assert [(one.meter, one.whole.is_complete) for one in found.meters] == [
        ("alt", False),
        ("neu", False),
        ("haupt", True),
    ]
    assert found.meters[2].newest == utc(2025, 1, 3)
    assert found.coverage == 0.5


def test_before_the_first_day_is_over_nothing_is_complete() -> None:
    there, _ = books(place(meter()))
    found = completeness(there, date(2025, 6, 1), date(2025, 7, 1), now=LATER, by=Resolution.DAY)
    assert (found.places[0].whole.is_complete, found.places[0].periods) == (False, ())


@pytest.mark.parametrize(
    ("now", "daily", "due", "whole"),
    [
        (utc(2025, 3, 5, 12), (1, 1, None, None), 1, 0.5),
        (utc(2025, 4, 20), (1, 1, 0, 0, 0), 0.4, 0.4),
    ],
)
def test_days_since_a_hand_reading_are_not_missing_before_the_next_one_is_late(
    now: datetime, daily: tuple[float | None, ...], due: float, whole: float
) -> None:
    month = timedelta(days=30)
    by_hand = meter(source=ByHandSource(month), reporting=Reporting.BY_HAND)
    there, store = books(place(by_hand), zone="UTC")
    store.put("strom", "active_energy_import", counter(utc(2025, 3, 3) - 4 * month, month, [100] * 4))
    found = completeness(there, date(2025, 3, 1), date(2025, 3, 6), now=now)
    (one,) = found.meters
    assert one.daily == daily
    assert (one.due.coverage, found.coverage, one.whole.coverage) == (due, due, whole)


def test_meter_of_which_no_day_is_due_does_not_weigh() -> None:
    month = timedelta(days=30)
    by_hand = meter(source=ByHandSource(month), reporting=Reporting.BY_HAND)
    there, store = books(place(by_hand, meter("b")), zone="UTC")
    store.put("strom", "active_energy_import", counter(utc(2025, 1, 1), month, [100] * 2))
    store.put("b", "active_energy_import", counter(utc(2025, 3, 5), HOUR, [1] * 48))
    found = completeness(there, date(2025, 3, 5), date(2025, 3, 7), now=utc(2025, 3, 7, 1))
    assert [(one.due.start, one.due.end) for one in found.meters] == [
        (date(2025, 3, 5), date(2025, 3, 5)),
        (date(2025, 3, 5), date(2025, 3, 7)),
    ]
    assert found.meters[0].due.incomplete == ()
    assert found.coverage == 1
