"""Main meters against their sub-meters, as programs and people see them."""

import pytest

from api.application import application
from tests.unit.api.client import Client
from tests.unit.api.district import SmallDistrict


def caller(district: SmallDistrict, *, main: str, sub: str) -> Client:
    """A reader of the district in which one meter stands behind another."""
    services = district.services()
    object.__setattr__(services.books.portfolio.meter(sub), "sub_meter_of", main)
    return Client(application(services), district.operations.tokens.create("Test", "reader"))


@pytest.fixture
def stimmig(district: SmallDistrict) -> Client:
    """The school behind the gym, which uses more."""
    return caller(district, main="halle-strom", sub="gs-strom")


@pytest.fixture
def zweifel(district: SmallDistrict) -> Client:
    """The gym behind the school, which uses less."""
    return caller(district, main="gs-strom", sub="halle-strom")


def test_a_property_tells_how_its_main_meters_agree_with_their_sub_meters(stimmig: Client) -> None:
    (check,) = stimmig.get("/v1/properties/halle-test").json()["sub_meters"]
    assert (check["main"], check["subs"], check["verdict"]) == ("halle-strom", ["gs-strom"], "within")
    assert (check["main_amount"], check["sub_amount"], check["difference"]) == (365 * 900, 365 * 60, 365 * 840)
    assert (check["start"], check["end"], check["coverage"]) == ("2025-03-10", "2026-03-10", 1)
    assert (check["percent"], check["tolerance_percent"], check["sub_meters"]) == (93.33, 5, "some")
    assert stimmig.get("/v1/properties/gs-test").json()["sub_meters"] == []


def test_a_doubt_stands_on_the_pages_of_meter_property_and_data_with_its_likely_causes(zweifel: Client) -> None:
    for path in ("/zaehler/gs-strom", "/liegenschaften/gs-test", "/daten"):
        text = zweifel.page(path).text
        assert "Die Unterzähler zählen zusammen 1.400,0 % mehr als der Hauptzähler" in text
        assert "ein falscher Wandlerfaktor" in text
    assert "zu prüfen" in zweifel.page("/zaehler/gs-strom").text


def test_agreement_stands_on_the_main_meters_page_and_is_no_remark_on_the_property(stimmig: Client) -> None:
    page = stimmig.page("/zaehler/halle-strom").text
    assert "93,3 % des Hauptzählers (306.600,0 kWh) gehen an Abnehmer ohne Unterzähler." in page
    assert 'href="/zaehler/gs-strom"' in page
    assert "Abnehmer ohne Unterzähler" not in stimmig.page("/liegenschaften/halle-test").text
    assert 'Unterzähler von <a href="/zaehler/halle-strom">' in stimmig.page("/zaehler/gs-strom").text
