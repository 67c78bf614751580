"""Every page is well built, says whose data it shows, and keeps text from outside text."""

import pytest

from api.application import application
from tests.unit.api.client import Client
from tests.unit.api.district import SmallDistrict
from tests.unit.api.outline import Outline

PAGES = (
    "/",
    "/liegenschaften/gs-test",
    "/liegenschaften/gs-test?jahr=2025",
    "/liegenschaften/halle-test",
    "/liegenschaften/bauhof",
    "/zaehler/gs-strom",
    "/zaehler/gs-gas",
    "/zaehler/gs-wasser",
    "/zaehler/halle-ohne-schule",
    "/zaehler/gs-strom?spanne=tag&ab=2026-03-08",
    "/zaehler/gs-strom?spanne=woche&schritt=15min&ab=2025-10-26",
    "/zaehler/gs-gas?spanne=monat",
    "/zaehler/gs-gas?spanne=jahr&schritt=tag&ab=2024-02-29",
    "/zaehler/gs-wasser?spanne=jahre",
    "/zaehler/gs-strom/herkunft?start=2026-03-01&end=2026-03-03",
    "/zaehler/gs-strom/verlauf",
    "/zaehler/halle-ohne-schule/herkunft?start=2026-03-01&end=2026-03-03",
    "/alarme",
    "/alarme/1",
    "/massnahmen",
    "/klimabilanz/2025",
    "/klimabilanz/2025?faktoren=uba",
    "/klimabilanz/2026",
    "/daten",
)


@pytest.fixture
def demo(district: SmallDistrict) -> Client:
    """A guest of the demo."""
    return Client(application(district.services(demo=True)))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_well_built(demo: Client, path: str) -> None:
    answer = demo.page(path)
    assert answer.status_code == 200, answer.text
    outline = Outline(answer.text)
    assert outline.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False)), outline.headings
    assert len(outline.ids) == len(set(outline.ids))
    assert set(outline.named_by) <= set(outline.ids)
    assert {control["id"] for control in outline.controls} <= outline.labelled
    assert outline.inline == []
    assert '<html lang="de">' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_the_demo_says_that_it_is_sample_data(demo: Client, path: str) -> None:
    assert demo.page(path).text.count("Beispieldaten") >= 2


def test_a_real_district_is_not_called_sample_data(district: SmallDistrict) -> None:
    district.sample = False
    client = Client(application(district.services()), district.operations.tokens.create("Leserin", "reader"))
    assert "Beispieldaten" not in client.page("/").text


def test_text_from_outside_stays_text(reader: Client) -> None:
    text = reader.page("/daten").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_a_title_cannot_break_out_of_the_charts_data(district: SmallDistrict, reader: Client) -> None:
    alert = district.operations.alerts.get(1)
    alert.evidence["chart"]["title"] = "</script><script>alert(1)</script>"
    from api.presentation.rendering import json_block  # noqa: PLC0415

    block = str(json_block(alert.evidence["chart"]))
    assert "</script>" not in block
    assert "\\u003c/script>" in block


@pytest.mark.parametrize("path", ["/liegenschaften/x", "/zaehler/x", "/alarme/77", "/klimabilanz/2025?faktoren=x"])
def test_what_is_not_there_is_said_in_german(reader: Client, path: str) -> None:
    answer = reader.page(path)
    assert answer.status_code == 404
    assert "Das gibt es hier nicht." in answer.text
