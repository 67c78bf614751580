"""Deliveries to a tank."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from api.application import application
from config.meters.meter import Tank
from gateway.reading import Reading, milliseconds
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict

MARCH = datetime(2026, 3, 1, tzinfo=ZoneInfo("Europe/Berlin"))
NOTE = {"amount": 4000, "at": "2026-03-04T10:00:00+01:00"}


@pytest.fixture
def call(district: SmallDistrict) -> Callable[[str], Client]:
    """Callers of a district whose school burns oil: its tank held 3000 l on 1 March, 6400 l on 6 March."""
    services = district.services()
    oil = {
        "medium_id": "heating_oil",
        "unit": "l",
        "quantity": "tank_level",
        "tank": Tank(Decimal(10000), Decimal(10)),
    }
    for name, value in oil.items():
        object.__setattr__(services.books.portfolio.meter("gs-wasser"), name, value)
    levels = ((MARCH, 3000.0), (MARCH + timedelta(days=5), 6400.0))
    district.store.append([Reading("gs-wasser", "tank_level", milliseconds(at), level) for at, level in levels])
    app = application(services)
    return lambda role: Client(app, district.operations.tokens.create(f"Test {role}", role))


PAGE = "/zaehler/gs-wasser"


def consumed(client: Client) -> float | None:
    found = client.get("/v1/meters/gs-wasser/consumption?start=2026-03-01&end=2026-03-06&resolution=P1Y").json()
    total: float | None = found["total"]
    return total


def test_a_delivery_counts_in_the_interval_of_levels_that_it_falls_in(
    call: Callable[[str], Client], district: SmallDistrict
) -> None:
    manager = call("facility_manager")
    assert consumed(manager) is None
    answer = manager.post("/v1/meters/gs-wasser/deliveries", NOTE)
    assert answer.status_code == 201
    assert answer.json() == {
        "meter": "gs-wasser",
        "time": "2026-03-04T10:00:00+01:00",
        "amount": 4000,
        "unit": "l",
    }
    assert consumed(manager) == 6000  # 3000 + 4000 − 6400 l, at 10 kWh/l
    (note,) = district.operations.notes.of_meter("gs-wasser", "delivery")
    assert (note.author, note.how) == ("Test facility_manager", "read_by_hand")
    (trail,) = [row for row in district.operations.audit.newest(9) if row.action == "delivery"]
    assert trail.detail["value"] == "4000"


def test_the_same_delivery_again_changes_nothing_and_another_amount_needs_a_reason(
    call: Callable[[str], Client], district: SmallDistrict
) -> None:
    manager = call("facility_manager")
    for _ in range(2):
        assert manager.post("/v1/meters/gs-wasser/deliveries", NOTE).status_code == 201
    assert len([row for row in district.operations.audit.newest(9) if row.action == "delivery"]) == 1
    corrected = NOTE | {"amount": 4100}
    assert manager.post("/v1/meters/gs-wasser/deliveries", corrected).status_code == 422
    assert manager.post("/v1/meters/gs-wasser/deliveries", corrected | {"force": "Zahlendreher"}).status_code == 201
    assert consumed(manager) == 7000
    assert [note.reason for note in district.operations.notes.of_meter("gs-wasser", "delivery")][-1] == (
        "Zahlendreher (vorher 4.000 l)"
    )


def test_a_delivery_is_taken_back_with_a_reason_and_no_more_listed(call: Callable[[str], Client]) -> None:
    manager = call("facility_manager")
    assert manager.post("/v1/meters/gs-wasser/deliveries", NOTE).status_code == 201
    nothing = NOTE | {"amount": 0}
    assert manager.post("/v1/meters/gs-wasser/deliveries", nothing).status_code == 422
    assert manager.post("/v1/meters/gs-wasser/deliveries", nothing | {"force": "doppelt erfasst"}).status_code == 201
    assert consumed(manager) is None  # the level rose, and nobody says by what
    assert "Noch keine Lieferung erfasst" in manager.page(PAGE).text


def test_what_does_not_fit_beside_the_last_level_is_asked_about(
    call: Callable[[str], Client], district: SmallDistrict
) -> None:
    """Three weeks of twenty litres a day: a day later no 6000 l fit to the 6000 that are there."""
    levels = ((MARCH - timedelta(days=22), 3440.0), (MARCH + timedelta(days=6), 6380.0))
    district.store.append([Reading("gs-wasser", "tank_level", milliseconds(at), level) for at, level in levels])
    manager = call("facility_manager")
    assert manager.post("/v1/meters/gs-wasser/deliveries", NOTE | {"amount": 3500}).status_code == 201
    later = {"at": "2026-03-08T10:00:00+01:00", "amount": 6000}
    refused = manager.post("/v1/meters/gs-wasser/deliveries", later)
    assert (refused.status_code, "out_of_range" in refused.text) == (422, True)
    assert manager.post("/v1/meters/gs-wasser/deliveries", later | {"amount": 3000}).status_code == 201


def test_the_same_amount_in_the_same_week_is_asked_about(call: Callable[[str], Client]) -> None:
    manager = call("facility_manager")
    assert manager.post("/v1/meters/gs-wasser/deliveries", NOTE).status_code == 201
    again = NOTE | {"at": "2026-03-03T08:00:00+01:00"}
    refused = manager.post("/v1/meters/gs-wasser/deliveries", again)
    assert (refused.status_code, "delivered_twice" in refused.text) == (422, True)
    assert manager.post("/v1/meters/gs-wasser/deliveries", again | {"force": "zwei Wagen"}).status_code == 201


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 0}, "no_amount"),
        ({"amount": "1e-999999", "force": "?"}, "no_amount"),
        ({"amount": -5}, "no_amount"),
        ({"amount": 10001}, "out_of_range"),
        ({"at": (NOW + timedelta(days=1)).isoformat()}, "future_time"),
        ({"at": "1999-03-01T00:00:00Z"}, "too_old"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused(
    call: Callable[[str], Client], change: dict[str, object], code: str
) -> None:
    answer = call("facility_manager").post("/v1/meters/gs-wasser/deliveries", NOTE | change)
    assert answer.status_code == 422
    assert code in answer.text


def test_a_delivery_of_the_future_comes_to_the_door_that_keeps_it(
    call: Callable[[str], Client], district: SmallDistrict
) -> None:
    ahead = {"at": (NOW + timedelta(days=1)).isoformat()}
    assert call("facility_manager").post("/v1/meters/gs-wasser/deliveries", NOTE | ahead).status_code == 422
    assert [one["quantity"] for one in district.pushed] == ["delivery"]
    assert district.operations.notes.of_meter("gs-wasser", "delivery") == []


def test_nothing_is_delivered_to_a_meter_without_a_tank(call: Callable[[str], Client]) -> None:
    answer = call("facility_manager").post("/v1/meters/gs-strom/deliveries", NOTE)
    assert (answer.status_code, "no_tank" in answer.text) == (422, True)
    assert call("facility_manager").post("/v1/meters/nirgends/deliveries", NOTE).status_code == 404


def filled(client: Client, **fields: str) -> dict[str, str]:
    return {"csrf": client.csrf(PAGE), "menge": "4.000,0", "zeit": "2026-03-04T10:00"} | fields


def test_a_delivery_is_recorded_from_the_form_of_its_tank_and_listed(call: Callable[[str], Client]) -> None:
    manager = call("facility_manager")
    assert "Noch keine Lieferung erfasst" in manager.page(PAGE).text
    answer = manager.form(f"{PAGE}/lieferungen", filled(manager))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?geliefert=1#lieferungen")
    page = manager.page(PAGE).text
    assert re.search(r"04\.03\.2026.*?</td><td class=\"number\">4\.000,0</td><td>Test facility_manager", page)
    assert "Zählerwechsel erfassen" not in page
    assert consumed(manager) == 6000


def test_a_delivery_is_taken_back_by_the_button_beside_it(call: Callable[[str], Client]) -> None:
    manager = call("facility_manager")
    assert manager.form(f"{PAGE}/lieferungen", filled(manager)).status_code == 303
    page = manager.page(PAGE).text
    shown = page[page.index('<h2 id="lieferungen"') :]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown[: shown.index("Zurücknehmen")]))
    assert manager.form(f"{PAGE}/lieferungen", fields).status_code == 303
    assert "Noch keine Lieferung erfasst" in manager.page(PAGE).text


def test_no_tank_holds_less_than_nothing_whatever_the_reason(call: Callable[[str], Client]) -> None:
    body = {"value": -5, "force": "Der Peilstab zeigt es so"}
    refused = call("facility_manager").post("/v1/meters/gs-wasser/readings", body)
    assert (refused.status_code, "implausible" in refused.text) == (422, True)


def test_a_correction_is_told_what_stands_there_already(call: Callable[[str], Client]) -> None:
    manager = call("facility_manager")
    typed = {"csrf": manager.csrf(PAGE), "stand": "6390", "zeit": "2026-03-06T00:00", "grund": ""}
    answer = manager.form(PAGE, typed)
    assert answer.status_code == 422
    assert "für diesen Zeitpunkt steht schon eine Ablesung (6.400" in answer.text.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"menge": "12000"}, "Stimmt die Menge trotzdem, nennen Sie bitte den Grund."),
        ({"menge": "-3"}, "keine Menge größer als null"),
        ({"menge": "5.000"}, "Tausender bitte ohne Punkt"),
        ({"zeit": "gestern"}, "ohne brauchbare Zeit"),
        ({"zeit": "2030-01-01T00:00"}, "Zukunft"),
    ],
)
def test_a_delivery_that_cannot_be_stays_in_the_form_with_the_reason(
    call: Callable[[str], Client], change: dict[str, str], said: str
) -> None:
    manager = call("facility_manager")
    answer = manager.form(f"{PAGE}/lieferungen", filled(manager, **change))
    assert answer.status_code == 422
    assert said in answer.text
    assert "<details open>" in answer.text
    typed = re.search(r'name="menge" [^>]*value="([^"]*)"', answer.text)
    assert typed is not None
    assert typed[1] == change.get("menge", "4.000,0")


def test_more_than_the_tank_holds_is_taken_from_the_form_with_a_reason(call: Callable[[str], Client]) -> None:
    manager = call("facility_manager")
    form = filled(manager, menge="12000", grund="Es wurde in zwei Tanks gefüllt")
    assert manager.form(f"{PAGE}/lieferungen", form).status_code == 303
    assert consumed(manager) == (3000 + 12000 - 6400) * 10


def test_a_tank_is_not_exchanged_like_a_counter(call: Callable[[str], Client]) -> None:
    body = {"at": "2026-03-04T10:00:00+01:00", "old_end": 10, "new_start": 0}
    answer = call("facility_manager").post("/v1/meters/gs-wasser/exchanges", body)
    assert (answer.status_code, "no_counter" in answer.text) == (422, True)


@pytest.mark.parametrize("role", ["reader", "device"])
def test_who_may_not_read_by_hand_may_not_deliver(call: Callable[[str], Client], role: str) -> None:
    assert call(role).post("/v1/meters/gs-wasser/deliveries", NOTE).status_code == 403


def test_a_level_in_bulk_cubic_metres_is_expected_within_the_tank(district: SmallDistrict) -> None:
    services = replace(district.services())
    chips = {
        "medium_id": "wood_chips",
        "unit": "Srm",
        "quantity": "tank_level",
        "tank": Tank(Decimal(40), Decimal(650)),
    }
    for name, value in chips.items():
        object.__setattr__(services.books.portfolio.meter("gs-wasser"), name, value)
    caller = Client(application(services), district.operations.tokens.create("Test", "facility_manager"))
    expected = caller.get("/v1/meters/gs-wasser/expected-reading").json()
    assert (expected["low"], expected["high"], expected["unit"]) == (0, 40, "Srm")


def test_a_tanks_page_asks_for_its_level_and_not_for_a_counter(call: Callable[[str], Client]) -> None:
    page = call("facility_manager").page("/zaehler/gs-wasser").text
    assert ">Füllstand in l<" in page
    assert "Zählerstand in" not in page
