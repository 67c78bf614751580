"""A hand reading from the form: German numbers, refusals and the expected range."""

import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from api.application import application
from gateway.reading import Reading, milliseconds
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31", "9999-12-31T23:59"])
def test_a_hand_reading_of_another_age_stays_in_the_form(manager: Client, at: str) -> None:
    csrf = manager.csrf("/zaehler/gs-wasser")
    for typed in ("1290,5", ""):
        answer = manager.form("/zaehler/gs-wasser", {"stand": typed, "zeit": at, "csrf": csrf})
        assert answer.status_code == 422
        assert "ohne brauchbare Zeit" in answer.text


@pytest.mark.parametrize("typed", ["1290,5", "1.290,5", "1290.5"])
def test_a_hand_reading_from_the_form_reads_german_numbers(
    district: SmallDistrict, manager: Client, typed: str
) -> None:
    form = {"stand": typed, "zeit": "2026-03-10T10:00", "csrf": manager.csrf("/zaehler/gs-wasser")}
    answer = manager.form("/zaehler/gs-wasser", form)
    assert answer.status_code == 303, answer.text
    newest = district.store.newest()["gs-wasser", "volume"]
    assert (newest.value, newest.time.isoformat()) == (1290.5, "2026-03-10T09:00:00+00:00")
    assert "Gespeichert" in manager.page("/zaehler/gs-wasser?gespeichert=1").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("99999", "außerhalb des erwarteten Bereichs"),
        ("viel", "keine Zahl"),
        ("", "keine Zahl"),
        ("NaN", "keine Zahl"),
    ],
)
def test_a_wrong_hand_reading_stays_in_the_form_with_the_reason(manager: Client, typed: str, words: str) -> None:
    csrf = manager.csrf("/zaehler/gs-wasser")
    answer = manager.form("/zaehler/gs-wasser", {"stand": typed, "zeit": "", "csrf": csrf})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{typed}"' in answer.text
    assert ("nennen Sie bitte den Grund" in answer.text) == (typed == "99999")


def test_the_range_beside_a_refused_hand_reading_is_that_of_its_own_time(manager: Client) -> None:
    csrf = manager.csrf("/zaehler/gs-wasser")
    form = {"stand": "99999", "zeit": "2025-06-01T10:00", "csrf": csrf}
    refused = manager.form("/zaehler/gs-wasser", form).text
    now = manager.page("/zaehler/gs-wasser").text
    assert _expected(refused) != _expected(now)


def test_a_hand_reading_of_this_minute_is_one_of_now(district: SmallDistrict) -> None:
    """Whatever the meter itself said since the minute began."""
    level = district.store.newest()["gs-wasser", "volume"].value + 1
    district.store.append([Reading("gs-wasser", "volume", milliseconds(NOW) + 20_000, level)])
    services = replace(district.services(), clock=lambda: NOW + timedelta(seconds=40))
    caller = Client(application(services), district.operations.tokens.create("Test", "facility_manager"))
    minute = NOW.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%dT%H:%M")
    form = {"stand": str(level + 0.5), "zeit": minute, "csrf": caller.csrf("/zaehler/gs-wasser")}
    assert caller.form("/zaehler/gs-wasser", form).status_code == 303


def test_a_meter_that_speaks_less_often_than_declared_still_shows_its_last_readings(district: SmallDistrict) -> None:
    services = district.services()
    for meter in services.books.portfolio.meters.values():
        object.__setattr__(meter, "interval", timedelta(minutes=15))
    caller = Client(application(services), district.operations.tokens.create("Test", "reader"))
    page = caller.page("/zaehler/gs-strom").text
    listed = page[page.index("Letzte Ablesungen") : page.index("</table>", page.index("Letzte Ablesungen"))]
    assert listed.count("<tr><td>") == 12


def _expected(page: str) -> str:
    found = re.search(r"Erwartet: [^<]+", page)
    assert found is not None
    return found.group()
