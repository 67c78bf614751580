"""Master data, figures, alerts, balance and what the public sees."""

from datetime import timedelta
from decimal import Decimal

import pytest
from fastapi import FastAPI

from api.application import application
from api.services import Progress
from config.errors import Unreachable
from gateway.operations import MeterEventRow
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict


def test_health_needs_no_token(anonymous: Client) -> None:
    assert anonymous.get("/health").json() == {"status": "alive"}
    assert anonymous.request("HEAD", "/health").status_code == 200


def test_ready_names_every_part(reader: Client) -> None:
    answer = reader.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {
        "store": {"status": "ok"},
        "operations": {"status": "ok"},
        "spool": {"status": "not_used"},
        "scheduler": {"status": "not_used"},
    }


def test_ready_is_503_while_a_part_fails_and_says_which(district: SmallDistrict) -> None:
    def broken() -> None:
        raise Unreachable("no tick for 5 minutes")

    services = district.services(demo=True)
    services.checks["scheduler"] = broken  # type: ignore[index]
    answer = Client(application(services)).get("/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["scheduler"] == {"status": "failed", "detail": "no tick for 5 minutes"}


def test_while_loading_pages_show_progress_and_programs_get_503(district: SmallDistrict) -> None:
    client = Client(application(district.services(demo=True)))
    district.progress = Progress(0.42, "Messwerte von 2024 werden geladen")
    page = client.page("/")
    assert page.status_code == 503
    assert "42" in page.text
    assert "Messwerte von 2024 werden geladen" in page.text
    assert 'http-equiv="refresh"' in page.text
    assert client.get("/v1/properties").status_code == 503
    ready = client.get("/ready")
    assert (ready.status_code, ready.json()["share"]) == (503, 0.42)
    assert client.get("/health").status_code == 200
    district.progress = None
    assert client.page("/").status_code == 200


def test_metrics_are_prometheus_text(reader: Client) -> None:
    text = reader.get("/metrics").text
    assert 'zaehlwerk_source_readings_total{source="broker"} 4711' in text
    assert 'zaehlwerk_source_refused_total{source="broker",reason="not_json"} 2' in text
    assert 'zaehlwerk_source_devices_offline{source="bus-gs"} 1' in text
    assert "zaehlwerk_alerts_open 1" in text
    assert 'meter="gs-strom",quantity="active_energy_import"} 1773097200.000' in text


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


def test_figures_are_objects(reader: Client) -> None:
    figures = reader.get("/v1/properties/gs-test/kpis?year=2025").json()["figures"]
    assert figures["electricity_kwh"]["value"] == pytest.approx(21900)
    assert figures["electricity_kwh"]["unit"] == "kWh"
    assert figures["electricity_kwh"]["coverage"] == 1
    assert figures["co2e_t"]["factor_set"] == "bisko"
    pv = {name: figures["pv_kwh"][name] for name in ("value", "unit", "coverage", "quality", "reason")}
    assert pv == {"value": None, "unit": "kWh", "coverage": 0, "quality": {}, "reason": "no_meter"}


def test_energy_of_fuels_says_what_it_is_told_on_and_other_energy_nothing(reader: Client) -> None:
    figures = reader.get("/v1/properties/gs-test/kpis?year=2025").json()["figures"]
    assert figures["heat_kwh"]["reference"] == figures["heat_kwh_m2"]["reference"] == "Hi"
    assert "reference" not in figures["electricity_kwh"]
    gas = reader.get("/v1/meters/gs-gas/consumption").json()
    assert (gas["unit"], gas["reference"]) == ("kWh", "Hs")
    assert reader.get("/v1/meters/gs-strom/consumption").json()["reference"] is None
    assert reader.get("/v1/meters/gs-gas").json()["consumption_reference"] == "Hs"
    measure = reader.get("/v1/measures/gs-regelung").json()["progress"]["figures"]
    assert measure["baseline_kwh"]["reference"] == "Hs"
    rows = {row["carrier"]: row["final_energy_mwh"] for row in reader.get("/v1/balance/2025").json()["rows"]}
    assert (rows["natural_gas"]["reference"], rows["electricity"].get("reference")) == ("Hi", None)
    public = reader.get("/public/properties/gs-test/months/2025").json()["media"]
    assert {one["medium"]: one["reference"] for one in public} == {"electricity": None, "heat": "Hi", "water": None}


def test_completeness_tells_of_property_and_meters_by_period(reader: Client) -> None:
    query = "start=2026-01-01&end=2026-03-01&resolution=P1M"
    school = reader.get(f"/v1/properties/gs-test/completeness?{query}").json()
    assert [(one["start"], one["complete"]) for one in school["periods"]] == [
        ("2026-01-01", True),
        ("2026-02-01", False),
    ]
    assert school["incomplete"] == ["gs-wasser"]
    meters = {one["meter"]: one for one in school["meters"]}
    assert meters["gs-strom"]["complete"]
    assert meters["gs-strom"]["newest"] == "2026-03-09T23:00:00Z"
    assert meters["gs-wasser"]["quality"].keys() == {"read_by_hand", "missing"}


def test_completeness_of_all_properties_pages_and_is_filtered(reader: Client) -> None:
    page = reader.get("/v1/completeness?municipality=vg-test&limit=1").json()
    assert [one["property"] for one in page["items"]] == ["bauhof"]
    assert (page["items"][0]["complete"], page["items"][0]["meters"]) == (False, [])
    rest = reader.get(f"/v1/completeness?municipality=vg-test&cursor={page['next']}").json()
    assert [one["property"] for one in rest["items"]] == ["gs-test"]
    assert len(rest["items"][0]["periods"]) == 30


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("resolution=PT1H", 422),
        ("start=2026-03-01&end=2026-03-01", 422),
        ("start=gestern", 422),
        ("start=2020-01-01", 413),
        ("start=2020-01-01&resolution=P1Y", 200),
    ],
)
def test_completeness_of_days_that_make_no_sense_is_refused(reader: Client, query: str, status: int) -> None:
    assert reader.get(f"/v1/properties/gs-test/completeness?{query}").status_code == status


def test_a_table_of_gas_says_on_every_line_what_it_is_told_on(reader: Client) -> None:
    gas, power = (
        reader.get(f"/v1/meters/{meter}/consumption", accept="text/csv").text.splitlines()
        for meter in ("gs-gas", "gs-strom")
    )
    assert gas[0] == "start,end,value_kWh,quality,coverage,reference"
    assert gas[1].endswith(",Hs")
    assert power[0] == "start,end,value_kWh,quality,coverage"


def test_the_consumption_of_a_virtual_meter_names_its_parts(reader: Client) -> None:
    found = reader.get("/v1/meters/halle-ohne-schule/consumption?start=2026-02-01&end=2026-03-01").json()
    assert [(part["meter"], part["coverage"]) for part in found["parts"]] == [("halle-strom", 1), ("gs-strom", 1)]
    assert found["parts"][0]["quality"] == {"measured": 1}
    assert (found["values"][0], found["notes"]) == (840, [])
    meter = reader.get("/v1/meters/halle-ohne-schule").json()
    assert (meter["virtual"], meter["formula"]) == (True, [{"from": None, "value": "halle-strom - gs-strom"}])


def test_every_figure_says_how_far_it_can_be_trusted(reader: Client) -> None:
    figures = reader.get("/v1/properties/gs-test/kpis?year=2025").json()["figures"]
    assert figures["electricity_kwh"]["trust"] == {
        "light": "good",
        "measured": 1,
        "shares": {"measured": 1},
        "newest": "2026-03-09T23:00:00Z",
        "doubts": [],
        "open_events": [],
        "open_event_count": 0,
    }
    assert figures["water_m3"]["trust"]["shares"] == {"read_by_hand": 1}
    assert figures["pv_kwh"]["trust"]["light"] == "unknown"
    row = reader.get("/v1/balance/2025").json()["rows"][0]
    assert row["final_energy_mwh"]["trust"]["light"] == row["co2e_t"]["trust"]["light"] == "good"
    total = reader.get("/v1/balance/2026").json()["total"]["final_energy_mwh"]["trust"]
    assert (total["light"], total["doubts"][0]) == ("poor", "below_95_percent_measured")
    measure = reader.get("/v1/measures/gs-regelung").json()["progress"]["figures"]
    assert measure["baseline_kwh"]["trust"]["light"] == "good"
    assert all("trust" in figure for figure in measure.values())
    for meter in ("gs-strom", "halle-ohne-schule"):
        assert reader.get(f"/v1/meters/{meter}").json()["trust"]["light"] == "good"
    school = reader.get("/v1/properties/gs-test").json()["trust"]
    assert (school["light"], school["shares"].keys()) == ("good", {"measured", "read_by_hand"})
    past = reader.get("/v1/meters/gs-strom/consumption?start=2026-02-01&end=2026-03-01").json()["trust"]
    assert (past["light"], past["measured"]) == ("good", 1)


def test_an_open_event_of_a_meter_stands_beside_what_it_went_into(district: SmallDistrict, reader: Client) -> None:
    at = NOW - timedelta(days=20)
    doubt = MeterEventRow(
        id="gs-strom:unit_change_suspected:1",
        meter="gs-strom",
        kind="unit_change_suspected",
        time=at,
        old_end=None,
        new_start=None,
        serial=None,
        digits=None,
        factor=Decimal(1000),
        detail="Faktor 1000",
        state="proposed",
        author="zaehlwerk",
        recorded_at=at,
    )
    district.operations.events.record(doubt)
    trust = reader.get("/v1/meters/gs-strom").json()["trust"]
    assert (trust["light"], trust["doubts"]) == ("poor", ["below_95_percent_measured", "events_that_block_booking"])
    assert trust["open_events"] == [
        {
            "id": doubt.id,
            "meter": "gs-strom",
            "kind": "unit_change_suspected",
            "time": "2026-02-18T09:30:00Z",
            "blocks": True,
        }
    ]
    virtual = reader.get("/v1/meters/halle-ohne-schule").json()["trust"]
    assert [event["meter"] for event in virtual["open_events"]] == ["gs-strom"]
    page = reader.page("/zaehler/gs-strom").text
    assert "schlecht belegt" in page
    assert "zu prüfen: vermutlicher Einheitenwechsel (gs-strom)" in page
    past = reader.get("/v1/properties/gs-test/kpis?year=2025").json()["figures"]["electricity_kwh"]["trust"]
    assert past["light"] == "good"


def test_a_frozen_balance_keeps_what_held_then_and_no_light_of_today(app: FastAPI, district: SmallDistrict) -> None:
    Client(app, district.operations.tokens.create("Klimaschutz", "climate_manager")).post("/v1/balance/2025/freeze")
    kept = district.operations.balances.of_year(2025, "bisko")[0].content
    assert "trust" not in kept["total"]["final_energy_mwh"]


def test_kpis_of_all_properties_say_nothing_rather_than_zero_about_a_white_spot(reader: Client) -> None:
    rows = {one["property"]: one for one in reader.get("/v1/kpis?year=2025").json()["items"]}
    assert rows["bauhof"]["figures"]["electricity_kwh"]["value"] is None
    assert rows["halle-test"]["benchmarks"]["electricity_kwh_m2"]["rating"] == "far_above_mean"


@pytest.mark.parametrize("year", ["1066", "20250", "next"])
def test_a_year_that_cannot_be_ours_is_422(reader: Client, year: str) -> None:
    assert reader.get(f"/v1/kpis?year={year}").status_code == 422


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


def test_an_error_that_nobody_foresaw_tells_nothing_of_its_inside(district: SmallDistrict) -> None:
    def broken() -> None:
        raise RuntimeError("secret inside")

    services = district.services(demo=True)
    services.checks["spool"] = broken  # type: ignore[index]
    answer = Client(application(services)).get("/ready")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"]


def test_the_openapi_document_describes_the_routes(reader: Client) -> None:
    document = reader.get("/openapi.json").json()
    assert document["openapi"].startswith("3.0")
    assert document["paths"]["/v1/readings"]["post"]["requestBody"]
    assert "/alarme" not in document["paths"]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
