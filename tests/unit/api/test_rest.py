"""`/v1` and `/public`: lists, master data, measures, alerts, balances, and what the public sees."""

import pytest
from fastapi import FastAPI

from tests.unit.api.client import Client
from tests.unit.api.district import SmallDistrict


def test_lists_page_by_cursor_without_losing_or_repeating_any(reader: Client) -> None:
    seen, cursor = [], ""
    for _ in range(3):
        page = reader.get(f"/v1/properties?limit=1{cursor}").json()
        seen += [one["id"] for one in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert seen == ["bauhof", "gs-test", "halle-test"]
    assert page["next"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "cursor=%FF", "limit=many"])
def test_a_wrong_page_is_422(reader: Client, query: str) -> None:
    assert reader.get(f"/v1/properties?{query}").status_code == 422


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("municipality=vg-test", ["bauhof", "gs-test"]),
        ("category=sporthallen", ["halle-test"]),
        ("medium=natural_gas", ["gs-test"]),
        ("responsible=hausmeister", ["gs-test"]),
        ("municipality=landkreis&category=schulen", []),
    ],
)
def test_properties_are_filtered(reader: Client, query: str, expected: list[str]) -> None:
    assert [one["id"] for one in reader.get(f"/v1/properties?{query}").json()["items"]] == expected


def test_meters_are_filtered_by_property_and_medium(reader: Client) -> None:
    answer = reader.get("/v1/meters?property=gs-test&medium=water").json()
    assert [(one["id"], one["source"]) for one in answer["items"]] == [("gs-wasser", "by_hand")]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/properties/x",
        "/v1/meters/x",
        "/v1/meters/x/readings",
        "/v1/meters/x/consumption",
        "/v1/measures/x",
        "/v1/alerts/999",
        "/v1/properties/x/kpis?year=2025",
        "/v1/balance/2025?factor_set=x",
        "/v1/nirgends",
        "/public/properties/x/years/2025",
    ],
)
def test_what_is_not_there_is_a_404_problem(reader: Client, path: str) -> None:
    answer = reader.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert {"type", "title", "status", "detail"} <= answer.json().keys()


def test_a_frozen_balance_keeps_what_held_then_and_no_light_of_today(app: FastAPI, district: SmallDistrict) -> None:
    Client(app, district.operations.tokens.create("Klimaschutz", "climate_manager")).post("/v1/balance/2025/freeze")
    kept = district.operations.balances.of_year(2025, "bisko")[0].content
    assert "trust" not in kept["total"]["final_energy_mwh"]


def test_measures_tell_promise_and_verdict(reader: Client) -> None:
    measure = reader.get("/v1/measures").json()["items"][0]
    assert measure["id"] == "gs-regelung"
    assert measure["expected_saving_percent"] == 12
    assert measure["progress"]["verdict"] == "insufficient_data"
    assert reader.get("/v1/measures/gs-regelung").json() == measure


def test_alerts_are_listed_by_state(reader: Client) -> None:
    assert [one["id"] for one in reader.get("/v1/alerts?state=firing").json()["items"]] == [1]
    assert reader.get("/v1/alerts?state=resolved").json()["items"] == []
    assert reader.get("/v1/alerts?state=loud").status_code == 422


def test_an_alert_goes_through_its_life(manager: Client) -> None:
    assert manager.post("/v1/alerts/1/acknowledge", {"comment": "bin dran"}).json()["state"] == "acknowledged"
    assert manager.post("/v1/alerts/1/comment", {"comment": "Spülkasten im 1. OG"}).status_code == 200
    assert manager.post("/v1/alerts/1/silence", {"until": "2026-04-01T00:00:00Z"}).json()["silenced_until"]
    assert manager.post("/v1/alerts/1/answer", {"answer": "erledigt"}).json()["state"] == "resolved"
    assert manager.post("/v1/alerts/1/acknowledge").status_code == 409
    log = manager.get("/v1/alerts/1").json()["log"]
    assert [entry["action"] for entry in log] == ["open", "acknowledge", "comment", "silence", "erledigt"]
    assert log[1]["author"] == "Test facility_manager"


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("answer", {"answer": "egal"}),
        ("silence", {"until": "2026-01-01T00:00:00Z"}),
        ("silence", {"until": "9999-12-31T23:59:59-14:00"}),
        ("comment", {"comment": ""}),
    ],
)
def test_an_answer_that_makes_no_sense_is_422(manager: Client, what: str, body: dict[str, str]) -> None:
    assert manager.post(f"/v1/alerts/1/{what}", body).status_code == 422


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63, 10**30])
def test_a_number_that_no_alert_can_have_is_404(manager: Client, number: int) -> None:
    assert manager.get(f"/v1/alerts/{number}").status_code == 404
    assert manager.post(f"/v1/alerts/{number}/acknowledge").status_code == 404
    assert manager.get(f"/alarme/{number}").status_code == 404


def test_an_alert_can_be_resolved(manager: Client) -> None:
    assert manager.post("/v1/alerts/1/resolve").json()["state"] == "resolved"


def test_the_balance_names_its_factor_set(reader: Client) -> None:
    answer = reader.get("/v1/balance/2025").json()
    assert answer["factor_set"] == "bisko"
    gas = next(row for row in answer["rows"] if row["carrier"] == "natural_gas")
    assert gas["co2e_t"]["factor_set"] == "bisko"
    assert gas["final_energy_mwh"]["value"] * 0.247 == pytest.approx(gas["co2e_t"]["value"])
    assert answer["without_meters"] == ["bauhof"]


def test_the_balance_as_csv_has_one_row_per_group_and_carrier(reader: Client) -> None:
    lines = reader.get("/v1/balance/2025", accept="text/csv").text.splitlines()
    assert lines[0].startswith("year,ars,sector,group,carrier,final_energy_mwh_hi")
    assert all(line.startswith("2025,073350000000,KE,") for line in lines[1:])
    assert len(lines) == 4


def test_a_frozen_balance_is_kept_with_who_and_when(app: FastAPI, district: SmallDistrict) -> None:
    client = Client(app, district.operations.tokens.create("Klimaschutz", "climate_manager"))
    answer = client.post("/v1/balance/2025/freeze")
    assert answer.status_code == 201
    kept = district.operations.balances.of_year(2025, "bisko")[0]
    assert (kept.author, kept.sha256) == ("Klimaschutz", answer.json()["sha256"])


def test_the_public_sees_years_that_are_over_and_no_other(anonymous: Client) -> None:
    answer = anonymous.get("/public/properties/gs-test/years/2025")
    assert answer.json()["figures"]["electricity_kwh"]["value"] == pytest.approx(21900)
    assert "cost_eur" not in answer.json()["figures"]
    assert anonymous.get("/public/properties/gs-test/years/2026").status_code == 422


def test_the_public_sees_no_running_month(anonymous: Client) -> None:
    media = anonymous.get("/public/properties/gs-test/months/2026").json()["media"]
    electricity = next(one for one in media if one["medium"] == "electricity")
    assert electricity["values"] == [60.0 * 31, 60.0 * 28]
    assert "gs-strom" not in str(media)
    assert anonymous.get("/public/properties/gs-test/months/2027").json()["media"][0]["values"] == []


def test_the_public_list_names_no_person(anonymous: Client) -> None:
    text = anonymous.get("/public/properties").text
    assert "Grundschule Musterdorf" in text
    assert "hausmeister" not in text.lower()


def test_the_openapi_document_describes_the_routes(reader: Client) -> None:
    document = reader.get("/openapi.json").json()
    assert document["openapi"].startswith("3.0")
    assert document["paths"]["/v1/readings"]["post"]["requestBody"]
    assert "/alarme" not in document["paths"]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
