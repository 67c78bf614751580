"""Readings of a time to come are said on every page of their meter."""

from datetime import timedelta

import pytest

from gateway.operations import MeterEventRow
from gateway.reading import Reading, milliseconds
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict


def future_event(district: SmallDistrict, *, hours_ago: float, source: str = "broker") -> MeterEventRow:
    seen = NOW - timedelta(hours=hours_ago)
    event = MeterEventRow(
        id=f"gs-gas:future_reading:{hours_ago}",
        meter="gs-gas",
        kind="future_reading",
        time=seen,
        old_end=None,
        new_start=None,
        serial=None,
        digits=None,
        factor=None,
        detail="2 Stunden voraus (Zeitstempel 10.03.2026 13:00), nicht übernommen",
        state="noticed",
        author=source,
        recorded_at=seen,
    )
    return district.operations.events.record(event)


@pytest.mark.parametrize("path", ["/zaehler/gs-gas", "/daten", "/liegenschaften/gs-test"])
def test_a_meter_whose_clock_is_ahead_is_said_so_and_not_silently_empty(
    reader: Client, district: SmallDistrict, path: str
) -> None:
    future_event(district, hours_ago=1)

    text = reader.get(path).text

    assert "Uhr geht vor" in text
    assert ("2 Stunden voraus" in text) == (path != "/liegenschaften/gs-test")


def test_a_person_who_types_a_wrong_date_is_no_clock(reader: Client, district: SmallDistrict) -> None:
    future_event(district, hours_ago=1, source="hand")

    assert "Uhr geht vor" not in reader.get("/zaehler/gs-gas").text


def test_a_clock_that_was_set_right_days_ago_is_no_news(reader: Client, district: SmallDistrict) -> None:
    future_event(district, hours_ago=72)

    assert "Uhr geht vor" not in reader.get("/daten").text


@pytest.mark.parametrize("path", ["/zaehler/gs-strom", "/daten"])
def test_readings_that_are_stored_with_a_time_to_come_are_said(
    reader: Client, district: SmallDistrict, path: str
) -> None:
    in_two_years = NOW + timedelta(days=730)
    district.store.append([Reading("gs-strom", "active_energy_import", milliseconds(in_two_years), 99_999.0)])

    text = reader.get(path).text

    assert "Uhr geht vor" in text
    assert "09.03.2028" in text
    assert "bis dahin nicht verwendet" in text
