"""Silence, and the flow at night."""

from datetime import date, timedelta

import pytest

from analysis.books import Books
from analysis.meters.night_flow import night_flow
from analysis.meters.silence import silence
from config.meters.meter import ByHandSource, Reporting
from tests.unit.analysis.evidence import books, counter, formula, meter, place, utc

HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


def test_meter_that_speaks_is_not_silent() -> None:
    there, store = books(place(meter()))
    store.put("strom", "active_energy_import", {utc(2025, 1, 1, 12): 5})
    assert silence(there, "strom", now=utc(2025, 1, 2, 12)) is None


def test_meter_is_silent_after_its_time_and_names_its_last_reading() -> None:
    there, store = books(place(meter(longest_silence=timedelta(hours=2))))
    store.put("strom", "active_energy_import", {utc(2025, 1, 1, 12): 5, utc(2025, 1, 1, 18): 6})
    quiet = silence(there, "strom", now=utc(2025, 1, 1, 15))
    assert quiet is not None
    assert (quiet.since, quiet.lasting, quiet.last_value) == (utc(2025, 1, 1, 12), timedelta(hours=3), 5)


def test_meter_that_never_spoke_is_silent() -> None:
    there, _ = books(place(meter()))
    quiet = silence(there, "strom", now=utc(2025, 1, 1))
    assert quiet is not None
    assert quiet.since is None


def test_people_may_be_late_by_half_an_interval() -> None:
    there, store = books(place(meter(source=ByHandSource(timedelta(days=30)))))
    store.put("strom", "active_energy_import", {utc(2025, 1, 1): 5})
    assert silence(there, "strom", now=utc(2025, 2, 14)) is None
    assert silence(there, "strom", now=utc(2025, 2, 16)) is not None


def test_virtual_meter_is_never_silent() -> None:
    there, _ = books(place(meter(), meter("netto", formula=formula("strom"))))
    assert silence(there, "netto", now=utc(2025, 1, 1)) is None


def water_books(flow: float, *, without: range = range(0)) -> Books:
    pipe = meter("wasser", "water", unit="m3", quantity="volume", interval=QUARTER)
    there, store = books(place(pipe))
    readings = counter(utc(2025, 7, 1), QUARTER, [flow / 4] * 96 * 3)
    kept = {at: value for number, (at, value) in enumerate(readings.items()) if number not in without}
    store.put("wasser", "volume", kept)
    return there


def test_leak_shows_in_the_smallest_hour_of_the_night() -> None:
    flow = night_flow(water_books(0.42), "wasser", date(2025, 7, 2))
    assert flow.minimum_m3_h == pytest.approx(0.42)
    assert flow.volume_m3 == pytest.approx(4 * 0.42)
    assert flow.start == utc(2025, 7, 1, 23)
    assert len(flow.hourly_m3_h) == 4


def test_quiet_night_is_zero_and_not_unknown() -> None:
    flow = night_flow(water_books(0), "wasser", date(2025, 7, 2))
    assert flow.minimum_m3_h == 0


def test_night_with_a_gap_proves_nothing() -> None:
    flow = night_flow(water_books(0.42, without=range(96, 104)), "wasser", date(2025, 7, 2))
    assert flow.minimum_m3_h is None
    assert flow.coverage < 1


def test_meter_that_speaks_when_it_moves_stood_still_while_it_was_quiet() -> None:
    pipe = meter(
        "wasser", "water", quantity="volume", reporting=Reporting.ON_CHANGE, longest_silence=timedelta(days=4)
    )
    there, store = books(place(pipe))
    store.put("wasser", "volume", {utc(2025, 7, 1, 20): 5.00, utc(2025, 7, 2, 0, 30): 5.25, utc(2025, 7, 2, 6): 5.50})
    flow = night_flow(there, "wasser", date(2025, 7, 2))
    assert flow.hourly_m3_h == (0, 0.25, 0, 0)
    assert (flow.minimum_m3_h, flow.coverage) == (0, 1)


def test_readings_by_hand_say_nothing_about_a_night() -> None:
    there, store = books(place(meter("wasser", "water", quantity="volume", source=ByHandSource(timedelta(days=30)))))
    store.put("wasser", "volume", {utc(2025, 6, 1): 5.0, utc(2025, 8, 1): 905.0})
    assert night_flow(there, "wasser", date(2025, 7, 2)).minimum_m3_h is None


def test_night_of_the_clock_change_has_three_hours() -> None:
    pipe = meter("wasser", "water", unit="m3", quantity="volume")
    there, store = books(place(pipe))
    store.put("wasser", "volume", counter(utc(2025, 3, 29), HOUR, [0.5] * 48))
    assert night_flow(there, "wasser", date(2025, 3, 30)).hourly_m3_h == (0.5, 0.5, 0.5)
