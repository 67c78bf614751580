"""Readings that are stored with a time to come, and what a rejected conflict does not say."""

from datetime import date, timedelta
from decimal import Decimal

from analysis.consumption import consumption
from analysis.figures import MeterEvent, Resolution
from analysis.properties.completeness import completeness
from analysis.properties.trust import trust_of, witnesses_of
from config.clocks import CLOCK_SLACK
from gateway.reading import milliseconds
from tests.unit.analysis.evidence import books, counter, event, formula, meter, place, utc

HOUR = timedelta(hours=1)
NOW = utc(2025, 7, 10, 12)


def future_events(
    *ahead: timedelta, start: date = date(2025, 7, 8), end: date = date(2025, 7, 10)
) -> list[MeterEvent]:
    """The events of the future of a meter that also has readings as far ahead."""
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2025, 7, 1), HOUR, [1] * 220))
    store.put("strom", "active_energy_import", {NOW + one: 9_999.0 for one in ahead})
    found = consumption(there, "strom", start, end, Resolution.DAY, now=NOW)
    assert found.total is None or found.total <= 220
    return [one for one in found.events if one.kind == "future_reading"]


def test_stored_readings_of_the_future_are_one_event_and_no_consumption() -> None:
    (only,) = future_events(timedelta(days=400), timedelta(days=401), timedelta(days=500))

    assert (only.id, only.state) == (f"strom:future_reading:{milliseconds(only.time)}", "noticed")
    assert only.time == NOW + timedelta(days=400)
    assert only.detail == "3 Werte ab 14.08.2026 14:00 gespeichert, bis dahin nicht verwendet"


def test_a_clock_within_the_slack_is_no_event() -> None:
    assert future_events(CLOCK_SLACK - timedelta(seconds=1)) == []
    assert len(future_events(CLOCK_SLACK + timedelta(seconds=1))) == 1


def test_a_span_that_lies_back_says_nothing_of_the_future() -> None:
    assert future_events(timedelta(days=400), start=date(2025, 7, 2), end=date(2025, 7, 5)) == []


def test_the_newest_reading_is_the_last_whose_time_has_come() -> None:
    net = meter("netto", formula=formula("strom + nie"))
    there, store = books(place(meter(), meter("nie"), net))
    store.put("strom", "active_energy_import", counter(utc(2025, 7, 1), HOUR, [1] * 220))
    store.put("strom", "active_energy_import", {NOW + timedelta(days=400): 9_999.0})
    store.put("nie", "active_energy_import", {NOW + timedelta(days=400): 9_999.0})
    found = completeness(there, date(2025, 7, 8), date(2025, 7, 10), now=NOW)
    last = utc(2025, 7, 10, 4)
    assert {one.meter: one.newest for one in found.meters} == {"strom": last, "nie": None, "netto": last}
    assert trust_of({}, ["strom"], witnesses_of(there, now=NOW)(date(2025, 7, 8), date(2025, 7, 10))).newest == last


def test_a_clock_that_is_ahead_by_less_than_the_slack_has_spoken_just_now() -> None:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", counter(utc(2025, 7, 1), HOUR, [1] * 228))
    found = completeness(there, date(2025, 7, 8), date(2025, 7, 10), now=NOW - timedelta(minutes=30))
    assert found.meters[0].newest == NOW


def test_a_rejected_conflict_says_which_value_stands_and_not_that_it_is_right() -> None:
    jump = utc(2025, 7, 1, 2)

    def total(kind: str) -> Decimal | None:
        rejected = event(kind, jump, state="rejected")
        there, store = books(place(meter(maximum_kw=5)), events=[rejected])
        store.put("strom", "active_energy_import", counter(utc(2025, 7, 1), HOUR, [1, 500, 1]))
        return consumption(there, "strom", utc(2025, 7, 1), utc(2025, 7, 1, 3), Resolution.HOUR, now=NOW).total

    assert total("implausible_jump") == 502
    assert total("duplicate_conflict") == 2
