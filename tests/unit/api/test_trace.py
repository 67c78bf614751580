"""Why a number is so, for programs."""

from decimal import Decimal

import pytest

from api.application import application
from gateway.reading import Reading, milliseconds
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict

PATH = "/v1/meters/gs-gas/trace?start=2026-03-01&end=2026-03-04"


def test_nobody_traces_without_a_token(anonymous: Client) -> None:
    assert anonymous.get(PATH).status_code == 401


def test_a_meter_that_is_none_is_404(reader: Client) -> None:
    assert reader.get("/v1/meters/nichts/trace?start=2026-03-01&end=2026-03-04").status_code == 404


def test_the_intervals_of_a_slot_add_up_to_it_to_the_last_digit(reader: Client) -> None:
    found = reader.get(PATH).json()
    assert (found["unit"], found["display_unit"], found["count"]) == ("kWh", "m3", 3)
    assert found["intervals"][0]["factors"] == ["10.735"]
    amounts = [Decimal(one["amount"]) for one in found["intervals"]]
    assert sum(amounts) == Decimal(found["total"]) == 3 * 108 * Decimal("10.735")
    consumption = reader.get(PATH.replace("trace", "consumption")).json()
    assert consumption["total"] == pytest.approx(float(found["total"]))


def test_long_spans_come_in_pages(reader: Client) -> None:
    path = "/v1/meters/gs-strom/trace?start=2025-01-01&end=2026-01-01"
    first = reader.get(path).json()
    assert (len(first["intervals"]), first["count"], first["next"]) == (200, 365, 200)
    second = reader.get(f"{path}&first=200").json()
    assert (len(second["intervals"]), second["next"]) == (165, None)
    assert first["total"] == second["total"]
    assert second["intervals"][0]["start"] == first["intervals"][-1]["end"]


def test_what_was_left_out_is_said(reader: Client, district: SmallDistrict) -> None:
    moment = NOW.replace(day=2)
    district.store.append([Reading("gs-gas", "volume", milliseconds(moment), 0.0)])
    (left_out,) = reader.get(PATH).json()["left_out"]
    assert left_out["reading"]["value"] == "0"
    assert "nicht gewertet" in left_out["reason"]


@pytest.mark.parametrize("value", [9.2e18, 1e22, 1e30, 1.7e308])
def test_whatever_a_device_says_can_be_traced(reader: Client, district: SmallDistrict, value: float) -> None:
    moment = NOW.replace(day=2)
    district.store.append([Reading("gs-gas", "volume", milliseconds(moment), value)])
    (left_out,) = reader.get(PATH).json()["left_out"]
    assert float(left_out["reading"]["shown"]) == value


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("start=2026-03-04&end=2026-03-01", 422),
        ("start=2020-01-01&end=2026-01-01", 413),
        ("start=2026-03-01&end=2026-03-04&first=-1", 422),
        ("start=2026-03-01&end=2026-03-04&first=99999999999999999999", 422),
        ("start=2026-03-01&end=2026-03-04&limit=1000", 422),
        ("start=2026-03-01", 422),
    ],
)
def test_spans_that_cannot_be_are_refused(reader: Client, query: str, status: int) -> None:
    assert reader.get(f"/v1/meters/gs-gas/trace?{query}").status_code == status


def test_a_virtual_meter_says_to_trace_its_terms(reader: Client) -> None:
    answer = reader.get("/v1/meters/halle-ohne-schule/trace?start=2026-03-01&end=2026-03-04")
    assert (answer.status_code, answer.json()["errors"][0]["reason"]) == (422, "virtual_meter")


def test_consumption_tells_what_stands_in_for_readings(reader: Client, district: SmallDistrict) -> None:
    path = "/v1/meters/gs-wasser/consumption?start=2025-12-01&end=2026-01-01"
    found = reader.get(path).json()
    assert found["substitutes"] == []
    assert found["events"] == []


def test_kwh_of_gas_say_what_they_are_told_on_here_and_among_the_readings(district: SmallDistrict) -> None:
    services = district.services()
    profile = {"unit": "kWh", "quantity": "interval_energy"}
    for name, value in profile.items():
        object.__setattr__(services.books.portfolio.meter("gs-gas"), name, value)
    reader = Client(application(services), district.operations.tokens.create("Test", "reader"))
    span = "?start=2026-03-05&end=2026-03-06"
    assert reader.get(f"/v1/meters/gs-gas/trace{span}").json()["stored_unit"] == "kWh Hs"
    assert reader.get(f"/v1/meters/gs-gas/readings{span}").json()["unit"] == "kWh Hs"
