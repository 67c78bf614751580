"""Figures for programs: their units and references, how far they can be trusted, and what is not known."""

from datetime import timedelta
from decimal import Decimal

import pytest

from gateway.operations import MeterEventRow
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict


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


def test_kpis_of_all_properties_say_nothing_rather_than_zero_about_a_white_spot(reader: Client) -> None:
    rows = {one["property"]: one for one in reader.get("/v1/kpis?year=2025").json()["items"]}
    assert rows["bauhof"]["figures"]["electricity_kwh"]["value"] is None
    assert rows["halle-test"]["benchmarks"]["electricity_kwh_m2"]["rating"] == "far_above_mean"


@pytest.mark.parametrize("year", ["1066", "20250", "next"])
def test_a_year_that_cannot_be_ours_is_422(reader: Client, year: str) -> None:
    assert reader.get(f"/v1/kpis?year={year}").status_code == 422
