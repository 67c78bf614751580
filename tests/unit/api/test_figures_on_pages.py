"""Figures on pages: their lights, units, footnotes, and what stands for a missing one."""

import re
from datetime import date

import pytest

from api.application import application
from config.meters.meter import Dated
from tests.unit.api.client import Client
from tests.unit.api.district import SmallDistrict


def test_what_is_missing_is_a_dash_with_its_reason(reader: Client) -> None:
    text = reader.page("/liegenschaften/gs-test").text
    assert (
        'title="es ist kein Preis hinterlegt">–<span class="sr"> keine Angabe: es ist kein Preis hinterlegt' in text
    )


def test_unverified_factors_carry_a_footnote(reader: Client) -> None:
    text = reader.page("/klimabilanz/2025").text
    assert 'href="#ungeprueft"' in text
    assert 'id="ungeprueft"' in text
    assert "noch nicht geprüft" in text


def test_the_balance_page_changes_its_factor_set(reader: Client) -> None:
    text = reader.page("/klimabilanz/2025?faktoren=gmodg").text
    assert "Gebäudemodernisierungsgesetz" in text
    assert 'value="gmodg" selected' in text


def test_the_balance_leads_to_the_last_whole_year(reader: Client) -> None:
    assert reader.page("/klimabilanz").headers["location"] == "/klimabilanz/2025"


def test_the_chart_is_followed_by_a_table_of_the_same_numbers(reader: Client) -> None:
    text = reader.page("/zaehler/gs-strom").text
    assert text.index('type="application/json"') < text.index("Zahlen als Tabelle")
    assert "60,00" in text


def test_a_virtual_meter_names_its_parts_and_what_each_of_them_lacks(reader: Client) -> None:
    text = reader.page("/zaehler/halle-ohne-schule").text
    assert "halle-strom - gs-strom" in text
    parts = text[text.index("Berechnet aus") : text.index("</section>", text.index("Berechnet aus"))]
    assert 'href="/zaehler/gs-strom"' in parts
    assert "100\u202f% gemessen" in parts


def test_a_dated_formula_is_shown_with_its_days_and_a_result_below_zero_with_its_reason(
    district: SmallDistrict,
) -> None:
    services = district.services()
    meter = services.books.portfolio.meter("halle-ohne-schule")
    dated = (Dated(None, "halle-strom"), Dated(date(2026, 2, 1), "gs-strom - halle-strom"))
    object.__setattr__(meter, "formula", dated)
    caller = Client(application(services), district.operations.tokens.create("Test", "reader"))
    text = caller.page("/zaehler/halle-ohne-schule").text
    assert "halle-strom; ab 1. Februar 2026 gs-strom - halle-strom." in text
    assert "37 Werte liegen unter null" in text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/zaehler/gs-gas", "MWh\u202fHs"),
        ("/zaehler/gs-gas", "Verbrauch (kWh Hs)"),
        ("/liegenschaften/gs-test", "kWh/m²\u202fHi"),
        ("/liegenschaften/gs-test", "Verbrauch (kWh Hi)"),
        ("/", "MWh\u202fHi"),
        ("/klimabilanz/2025", "MWh (Hi)"),
    ],
)
def test_energy_of_gas_says_what_it_is_told_on(reader: Client, path: str, words: str) -> None:
    assert words in reader.page(path).text


@pytest.mark.parametrize("path", ["/", "/liegenschaften/gs-test", "/zaehler/gs-strom", "/klimabilanz/2025"])
def test_figures_carry_a_light_with_icon_word_and_what_stands_behind_it(reader: Client, path: str) -> None:
    found = re.search(
        r'<span class="trust ok" title="([^"]+)"><span[^>]+>(.)</span> ([^<]+)<span', reader.page(path).text
    )
    assert found is not None
    assert found.groups() == ("100\u202f% gemessen; neueste Ablesung 10.03.2026, 00:00 Uhr", "●", "gut belegt")


def test_a_figure_that_is_not_measured_enough_says_so_first(reader: Client) -> None:
    text = reader.page("/klimabilanz/2026").text
    doubts = "Weniger als 95\u202f% gemessen; einem Zähler fehlt zu viel; 19\u202f% gemessen, 81\u202f% fehlt;"
    assert f'class="trust act" title="{doubts}' in text
    assert "schlecht belegt" in text
