"""Verlauf: what people did at a meter stands there for good, also what they took back."""

import html
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from api.presentation.event_words import EVENTS
from api.presentation.trail_words import step_text
from gateway.operations import AuditRow
from tests.unit.analysis.evidence import meter
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict

PAGE = "/zaehler/gs-strom"
TRAIL = f"{PAGE}/verlauf"
SAID = {"at": "2026-03-05T11:00:00+01:00", "old_end": 48730.5, "new_start": 2}


def lines(client: Client, path: str = TRAIL) -> list[str]:
    body = client.page(path).text.partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        html.unescape(" | ".join(re.findall(r"<td>(.*?)</td>", row, re.DOTALL))).replace("\u202f", " ")
        for row in rows
    ]


def test_a_meter_at_which_nobody_did_anything_says_so(reader: Client, district: SmallDistrict) -> None:
    assert "noch niemand etwas eingetragen" in reader.page(TRAIL).text
    assert f'href="{TRAIL}"' in reader.page(PAGE).text


def test_an_exchange_recorded_corrected_and_taken_back_stands_there_for_good(
    manager: Client, district: SmallDistrict
) -> None:
    event = manager.post("/v1/meters/gs-strom/exchanges", SAID).json()["id"]
    manager.post("/v1/meters/gs-strom/exchanges", SAID | {"old_end": 48740, "corrects": event, "reason": "verlesen"})
    manager.post(f"/v1/events/{event}/undo", {})
    manager.post(f"/v1/events/{event}/undo", {"comment": "war der andere Zähler"})
    assert district.operations.events.of_meter("gs-strom") == []
    undone, back, corrected, recorded = lines(manager)
    at = "Zählerwechsel vom 05.03.2026, 11:00 Uhr"
    assert f"{at}: zurückgenommen" in undone
    assert "„war der andere Zähler“" in undone
    assert f"{at}: zurückgenommen (alter Zähler bis 48.730,5 kWh, neuer ab 2 kWh)" in back
    assert f"{at}: berichtigt (alter Zähler bis 48.740 kWh, neuer ab 2 kWh) | „verlesen“" in corrected
    assert f"{at}: erfasst (alter Zähler bis 48.730,5 kWh, neuer ab 2 kWh)" in recorded
    assert all("Test facility_manager" in line for line in (undone, back, corrected, recorded))


def test_a_reading_that_was_corrected_says_what_stood_there(manager: Client, district: SmallDistrict) -> None:
    path, at = "/v1/meters/gs-strom/readings", (NOW - timedelta(hours=1)).isoformat()
    assert manager.post(path, {"value": 49001, "at": at, "force": "Test"}).status_code == 201
    assert manager.post(path, {"value": 49002, "at": at, "force": "verlesen"}).status_code == 201
    second, first = lines(manager)
    assert re.search(r"Ablesung von .* Uhr: 49\.002 kWh, vorher 49\.001 kWh \| „verlesen“", second)
    assert re.search(r"Ablesung von .* Uhr: 49\.001 kWh \| „Test“", first)


def test_a_decision_and_its_return_stand_there(manager: Client, fallen: SmallDistrict) -> None:
    (event,) = [
        one for one in manager.get("/v1/meters/gs-strom/events").json()["events"] if one["state"] == "proposed"
    ]
    assert manager.post(f"/v1/events/{event['id']}/reject", {"comment": "nur ein Spuk"}).status_code == 200
    assert manager.post(f"/v1/events/{event['id']}/undo", {}).status_code == 200
    undone, rejected = lines(manager)
    assert EVENTS["exchange_suspected"] in rejected
    assert "verworfen | „nur ein Spuk“" in rejected
    assert "zurückgenommen" in undone


def test_a_display_that_was_compared_says_what_device_and_store_showed(
    manager: Client, district: SmallDistrict
) -> None:
    detail = {
        "quantity": "active_energy_import",
        "display": "49001.2",
        "unit": "kWh",
        "read": 49001.23,
        "agrees": True,
        "stored": 48999.0,
        "stored_agrees": False,
    }
    district.operations.audit.record("hausmeister", "display_checked", "gs-strom", detail)
    (line,) = lines(manager)
    assert "Anzeige 49.001,2 kWh verglichen: Gerät 49.001,23 kWh, stimmt überein" in line
    assert "gespeichert 48.999 kWh, weicht ab" in line


def test_what_other_meters_had_is_not_told_here(manager: Client, district: SmallDistrict) -> None:
    for subject in ("gs-strom2", "gs-strom2:exchange:1", "gs_strom:exchange:1", "gs-gas"):
        district.operations.audit.record("x", "display_checked", subject, {})
    assert lines(manager) == []


def test_a_long_trail_is_turned_over_without_a_hole(manager: Client, district: SmallDistrict) -> None:
    for number in range(230):
        district.operations.audit.record("x", f"tat-{number}", "gs-strom")
    seen, path = [], TRAIL
    while path:
        seen += [line.split(" | ")[2] for line in lines(manager, path)]
        link = re.search(r'href="(\?vor=\d+)" rel="next"', manager.page(path).text)
        path = TRAIL + link[1] if link else ""
    assert seen == [f"tat-{number}" for number in range(229, -1, -1)]


@pytest.mark.parametrize("before", ["0", "-1", "9" * 30, "x"])
def test_a_number_that_no_entry_has_is_422(manager: Client, before: str) -> None:
    assert manager.page(f"{TRAIL}?vor={before}").status_code == 422


def test_an_action_without_words_keeps_its_name() -> None:
    row = AuditRow(1, NOW, "x", "something_new", "strom", {})
    assert step_text(row, meter(), ZoneInfo("Europe/Berlin")) == "something_new"
