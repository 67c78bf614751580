"""What a person reads."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from alerts.evaluation import evaluate_due
from api.application import application
from api.services import UnassignedTopic
from config.meters import Dated
from gateway.operations import MeterEventRow
from gateway.reading import Reading, milliseconds
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, SmallDistrict

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
    "/zaehler/halle-ohne-schule/herkunft?start=2026-03-01&end=2026-03-03",
    "/alarme",
    "/alarme/1",
    "/massnahmen",
    "/klimabilanz/2025",
    "/klimabilanz/2025?faktoren=uba",
    "/klimabilanz/2026",
    "/daten",
)


class Outline(HTMLParser):
    """The skeleton of a page: headings, ids, labels, controls, inline styles and scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.inline: list[str] = []
        self.named_by: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "label" and found.get("for"):
            self.labelled.add(str(found["for"]))
        if tag in {"input", "select", "textarea", "progress"} and found.get("type") != "hidden":
            self.controls.append(found)
        if "style" in found or tag == "style" or any(name.startswith("on") for name in found):
            self.inline.append(tag)
        if tag == "script" and "src" not in found and found.get("type") != "application/json":
            self.inline.append(tag)
        self.ids += [str(found["id"])] if found.get("id") else []
        self.named_by += str(found.get("aria-labelledby") or found.get("aria-describedby") or "").split()


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
    text = reader.page("/").text
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


def test_a_month_in_which_one_meter_lacks_something_does_not_pass_for_low_use(reader: Client) -> None:
    text = reader.page("/liegenschaften/gs-test").text
    table = text[text.index("Tabelle: Strom Grundschule Musterdorf nach Monaten") :].partition("</table>")[0]
    rows = dict(re.findall(r'<th scope="row">(\w+)</th><td class="number">([^<]*)</td>', table))
    assert rows["Februar"] == "1.680"
    assert rows["März"] == "540 (unvollständig)"
    assert rows["April"] == "–"


def test_the_data_page_names_the_meters_that_make_a_property_incomplete(district: SmallDistrict) -> None:
    """Water is read once a month: its days are missed when its reading is late, not before."""
    assert "unvollständig" not in _lacking(district, NOW)
    assert "unvollständig</span>: Strom, Erdgas, Trinkwasser" in _lacking(district, NOW + timedelta(days=28))


def _lacking(district: SmallDistrict, now: datetime) -> str:
    services = replace(district.services(demo=True), clock=lambda: now)
    text = Client(application(services)).page("/daten").text
    return text[text.index("Grundschule Musterdorf") : text.index("Sporthalle Musterstadt")]


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


def test_the_answers_of_a_mail_are_suggested(manager: Client) -> None:
    text = manager.page("/alarme/1?antwort=fehlalarm").text
    assert re.search(r'value="fehlalarm" class="main"', text)
    assert not re.search(r'value="erledigt" class="main"', text)


def test_who_may_not_answer_sees_no_buttons(reader: Client) -> None:
    assert "<button name=" not in reader.page("/alarme/1").text


def _csrf(client: Client, path: str) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', client.page(path).text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("given", "state", "word"),
    [
        ("erledigt", "resolved", "erledigt"),
        ("fehlalarm", "resolved", "Fehlalarm"),
        ("handwerker", "acknowledged", "Handwerker beauftragt"),
        ("spaeter", "firing", "zurückgestellt"),
        ("bemerkung", "firing", "Bemerkung"),
    ],
)
def test_an_answer_from_the_form_is_kept_with_its_comment(
    district: SmallDistrict, manager: Client, given: str, state: str, word: str
) -> None:
    form = {"antwort": given, "bemerkung": "Spülkasten repariert", "csrf": _csrf(manager, "/alarme/1")}
    answer = manager.form("/alarme/1", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/alarme/1")
    assert district.operations.alerts.get(1).state == state
    page = manager.page("/alarme/1").text
    assert "Spülkasten repariert" in page
    assert word in page[page.index("Verlauf") :]


def test_answering_a_resolved_alert_is_said_in_german(district: SmallDistrict, manager: Client) -> None:
    csrf = _csrf(manager, "/alarme/1")
    district.operations.alerts.resolve(1)
    answer = manager.form("/alarme/1", {"antwort": "erledigt", "csrf": csrf})
    assert answer.status_code == 409
    assert "Das geht im jetzigen Zustand nicht." in answer.text


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31", "9999-12-31T23:59"])
def test_a_hand_reading_of_another_age_stays_in_the_form(manager: Client, at: str) -> None:
    csrf = _csrf(manager, "/zaehler/gs-wasser")
    for typed in ("1290,5", ""):
        answer = manager.form("/zaehler/gs-wasser", {"stand": typed, "zeit": at, "csrf": csrf})
        assert answer.status_code == 422
        assert "ohne brauchbare Zeit" in answer.text


@pytest.mark.parametrize("typed", ["1290,5", "1.290,5", "1290.5"])
def test_a_hand_reading_from_the_form_reads_german_numbers(
    district: SmallDistrict, manager: Client, typed: str
) -> None:
    form = {"stand": typed, "zeit": "2026-03-10T10:00", "csrf": _csrf(manager, "/zaehler/gs-wasser")}
    answer = manager.form("/zaehler/gs-wasser", form)
    assert answer.status_code == 303, answer.text
    newest = district.store.newest()["gs-wasser", "volume"]
    assert (newest.value, newest.time.isoformat()) == (1290.5, "2026-03-10T09:00:00+00:00")
    assert "Gespeichert" in manager.page("/zaehler/gs-wasser?gespeichert=1").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("99999", "außerhalb des erwarteten Bereichs"),
        ("viel", "keine Zahl"),
        ("", "keine Zahl"),
        ("NaN", "keine Zahl"),
    ],
)
def test_a_wrong_hand_reading_stays_in_the_form_with_the_reason(manager: Client, typed: str, words: str) -> None:
    csrf = _csrf(manager, "/zaehler/gs-wasser")
    answer = manager.form("/zaehler/gs-wasser", {"stand": typed, "zeit": "", "csrf": csrf})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{typed}"' in answer.text
    assert ("nennen Sie bitte den Grund" in answer.text) == (typed == "99999")


def test_the_range_beside_a_refused_hand_reading_is_that_of_its_own_time(manager: Client) -> None:
    csrf = _csrf(manager, "/zaehler/gs-wasser")
    form = {"stand": "99999", "zeit": "2025-06-01T10:00", "csrf": csrf}
    refused = manager.form("/zaehler/gs-wasser", form).text
    now = manager.page("/zaehler/gs-wasser").text
    assert _expected(refused) != _expected(now)


def test_a_hand_reading_of_this_minute_is_one_of_now(district: SmallDistrict) -> None:
    """Whatever the meter itself said since the minute began."""
    level = district.store.newest()["gs-wasser", "volume"].value + 1
    district.store.append([Reading("gs-wasser", "volume", milliseconds(NOW) + 20_000, level)])
    services = replace(district.services(), clock=lambda: NOW + timedelta(seconds=40))
    caller = Client(application(services), district.operations.tokens.create("Test", "facility_manager"))
    minute = NOW.astimezone(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%dT%H:%M")
    form = {"stand": str(level + 0.5), "zeit": minute, "csrf": _csrf(caller, "/zaehler/gs-wasser")}
    assert caller.form("/zaehler/gs-wasser", form).status_code == 303


def test_a_meter_that_speaks_less_often_than_declared_still_shows_its_last_readings(district: SmallDistrict) -> None:
    services = district.services()
    for meter in services.books.portfolio.meters.values():
        object.__setattr__(meter, "interval", timedelta(minutes=15))
    caller = Client(application(services), district.operations.tokens.create("Test", "reader"))
    page = caller.page("/zaehler/gs-strom").text
    listed = page[page.index("Letzte Ablesungen") : page.index("</table>", page.index("Letzte Ablesungen"))]
    assert listed.count("<tr><td>") == 12


def _expected(page: str) -> str:
    found = re.search(r"Erwartet: [^<]+", page)
    assert found is not None
    return found.group()


@pytest.mark.parametrize("path", ["/liegenschaften/x", "/zaehler/x", "/alarme/77", "/klimabilanz/2025?faktoren=x"])
def test_what_is_not_there_is_said_in_german(reader: Client, path: str) -> None:
    answer = reader.page(path)
    assert answer.status_code == 404
    assert "Das gibt es hier nicht." in answer.text


def test_the_data_page_shows_sources_and_what_was_refused(reader: Client) -> None:
    text = reader.page("/daten").text
    assert "4.711 Ablesungen" in text
    assert "gs-keller antwortet seit 10.03.2026, 07:30 Uhr nicht." in text
    assert "kein JSON" in text


HEAT = UnassignedTopic(
    source="broker",
    topic="wmbus",
    device="id=68926025",
    format="wmbusmeters",
    value_path="total_energy_consumption_kwh",
    medium="heat_meter",
    unit="kWh",
    last=2651.25,
    since=NOW - timedelta(days=2),
    command="zaehlwerk unassigned accept wmbus --property ID --meter ID --device id=68926025",
)


def _data_page(district: SmallDistrict, *found: UnassignedTopic) -> str:
    services = replace(district.services(demo=True), unassigned=lambda limit: found[:limit])
    return Client(application(services)).page("/daten").text


def test_the_data_page_lists_what_belongs_to_no_meter_with_the_command_to_paste(district: SmallDistrict) -> None:
    text = _data_page(district, HEAT)
    assert "Nicht zugeordnet" in text
    assert "Wärme" in text
    assert "2.651,25\u202fkWh" in text
    assert "08.03.2026, 10:30 Uhr" in text
    assert HEAT.command in text
    assert not Outline(text).inline


def test_the_data_page_says_nothing_where_everything_belongs_to_a_meter(district: SmallDistrict) -> None:
    assert "Nicht zugeordnet" not in _data_page(district)


def test_a_topic_that_nobody_recognises_shows_what_arrived_and_stays_text(district: SmallDistrict) -> None:
    unknown = replace(HEAT, topic="<b>x</b>", format="", medium=None, unit="", last="\ufffd<script>?", command="")
    text = _data_page(district, unknown)
    assert "nicht erkannt" in text
    assert "\ufffd&lt;script&gt;?" in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text


def future_event(district: SmallDistrict, *, hours_ago: float) -> MeterEventRow:
    seen = NOW - timedelta(hours=hours_ago)
    event = MeterEventRow(
        id=f"gs-gas:future_reading:{hours_ago}",
        meter="gs-gas",
        kind="future_reading",
        time=seen,
        old_end=None,
        new_start=None,
        serial=None,
        digits=None,
        factor=None,
        detail="2 Stunden voraus (Zeitstempel 10.03.2026 13:00), nicht übernommen",
        state="noticed",
        author="broker",
        recorded_at=seen,
    )
    return district.operations.events.record(event)


@pytest.mark.parametrize("path", ["/zaehler/gs-gas", "/daten", "/liegenschaften/gs-test"])
def test_a_meter_whose_clock_is_ahead_is_said_so_and_not_silently_empty(
    reader: Client, district: SmallDistrict, path: str
) -> None:
    future_event(district, hours_ago=1)

    text = reader.get(path).text

    assert "Uhr geht vor" in text
    assert ("2 Stunden voraus" in text) == (path != "/liegenschaften/gs-test")


def test_a_clock_that_was_set_right_days_ago_is_no_news(reader: Client, district: SmallDistrict) -> None:
    future_event(district, hours_ago=72)

    assert "Uhr geht vor" not in reader.get("/daten").text


@pytest.mark.parametrize("path", ["/zaehler/gs-strom", "/daten"])
def test_readings_that_are_stored_with_a_time_to_come_are_said(
    reader: Client, district: SmallDistrict, path: str
) -> None:
    in_two_years = NOW + timedelta(days=730)
    district.store.append([Reading("gs-strom", "active_energy_import", milliseconds(in_two_years), 99_999.0)])

    text = reader.get(path).text

    assert "Uhr geht vor" in text
    assert "09.03.2028" in text
    assert "bis dahin nicht verwendet" in text
