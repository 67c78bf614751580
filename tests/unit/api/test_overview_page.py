"""What the overview begins with, compares and leaves open."""

import re
from datetime import timedelta

import pytest

from alerts.evaluation import evaluate_due
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict


def test_the_overview_begins_with_what_to_do(reader: Client) -> None:
    text = reader.page("/").text
    assert "Heute ist eine Sache zu tun" in text
    assert text.index("Wasser läuft nachts durch") < text.index("Verbrauch 2026 bis heute")
    assert "Bitte Absperrhahn im WC-Trakt prüfen" in text
    assert "etwa 45\u202f€ am Tag" in text


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (None, "Eine Prüfung steht noch aus."),
        (timedelta(0), "Heute ist nichts zu tun."),
        (timedelta(days=3), "Eine Prüfung war vor 3 Tagen fällig."),
    ],
)
def test_nothing_to_do_is_said_only_when_somebody_looked(
    district: SmallDistrict, reader: Client, ago: timedelta | None, said: str
) -> None:
    if ago is not None:
        evaluate_due(district.services().books, district.operations, now=NOW - ago)
    for alert in district.operations.alerts.list_open():
        district.operations.alerts.resolve(alert.id)
    text, alarms = reader.page("/").text, reader.page("/alarme").text
    assert ("Wir melden uns" in alarms) == ("Wir melden uns" in text) == (said == "Heute ist nichts zu tun.")
    assert said in text
    assert ("Heute ist nichts zu tun." in text) == (said == "Heute ist nichts zu tun.")


def test_the_overview_compares_the_same_days_of_two_years(reader: Client) -> None:
    text = reader.page("/").text
    assert "65,3\u202fMWh" in text
    assert "wie im Vorjahr" in text
    assert "2 von 2 Zählern vergleichbar" in text


def test_a_property_without_meters_is_a_white_spot_and_never_zero(reader: Client) -> None:
    overview = reader.page("/").text
    row = overview[overview.index("Bauhof Musterdorf") :]
    assert "weißer Fleck" in row
    page = reader.page("/liegenschaften/bauhof").text
    assert "Hier gibt es noch keinen Zähler" in page
    assert not re.search(r">\s*0\s*\u202f?(kWh|MWh|m³)", page)


def test_a_month_in_which_one_meter_lacks_something_does_not_pass_for_low_use(reader: Client) -> None:
    text = reader.page("/liegenschaften/gs-test").text
    table = text[text.index("Tabelle: Strom Grundschule Musterdorf nach Monaten") :].partition("</table>")[0]
    rows = dict(re.findall(r'<th scope="row">(\w+)</th><td class="number">([^<]*)</td>', table))
    assert rows["Februar"] == "1.680"
    assert rows["März"] == "540 (unvollständig)"
    assert rows["April"] == "–"
