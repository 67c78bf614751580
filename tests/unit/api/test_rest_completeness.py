"""`/v1/…/completeness`: what is known of properties and meters, by period."""

import pytest

from tests.unit.api.client import Client


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
