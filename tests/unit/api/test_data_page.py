"""The page about data: sources, what was refused, what lacks, and what belongs to no meter."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from api.application import application
from api.services import UnassignedMeter, UnassignedTopic
from config.portfolio.sources import MqttBroker
from tests.unit.api.client import Client
from tests.unit.api.district import NOW, FakeCollector, FakeSource, SmallDistrict
from tests.unit.api.outline import Outline


def test_the_data_page_names_the_meters_that_make_a_property_incomplete(district: SmallDistrict) -> None:
    """Water is read once a month: its days are missed when its reading is late, not before."""
    assert "unvollständig" not in _lacking(district, NOW)
    assert "unvollständig</span>: Strom, Erdgas, Trinkwasser" in _lacking(district, NOW + timedelta(days=28))


def test_no_headline_calls_data_complete_while_a_property_is_not(district: SmallDistrict) -> None:
    for path in ("/daten", "/"):
        whole, lacking = (_page(path, district, NOW + timedelta(days=days)) for days in (0, 28))
        assert "Liegenschaften unvollständig" not in whole, path
        assert "2 von 3 Liegenschaften unvollständig" in lacking, path


def test_share_of_a_meter_read_by_hand_says_up_to_which_day_it_is_meant(district: SmallDistrict) -> None:
    text = _lacking(district, NOW)
    assert "bis 17.02.2026</span>" in text[text.index("Trinkwasser") :]


def _page(path: str, district: SmallDistrict, now: datetime) -> str:
    return Client(application(replace(district.services(demo=True), clock=lambda: now))).page(path).text


def _lacking(district: SmallDistrict, now: datetime) -> str:
    text = _page("/daten", district, now)
    return text[text.index("Grundschule Musterdorf") : text.index("Sporthalle Musterstadt")]


def test_the_data_page_shows_sources_and_what_was_refused(reader: Client) -> None:
    text = reader.page("/daten").text
    assert "4.711 Ablesungen" in text
    assert "Gerät gs-keller antwortet nicht; dieser Dienst fragt es vergeblich seit 10.03.2026, 07:30 Uhr." in text
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


def test_the_data_page_lists_meters_that_are_sent_and_not_configured_and_says_what_follows(
    district: SmallDistrict,
) -> None:
    command = "zaehlwerk unassigned accept neu --property ID"
    sent = UnassignedMeter(
        "api", "neu<b>", "active_energy_import", "electricity_import", "kWh", ((NOW, 17.5), (NOW, "<?>")), command
    )
    services = replace(district.services(demo=True), unassigned_meters=lambda limit: (sent,)[:limit])
    text = Client(application(services)).page("/daten").text
    section = text[text.index("Nicht eingetragene Zähler") : text.index("zurueckgewiesen")]
    assert "neu&lt;b&gt;" in section
    assert "17,5\u202fkWh" in section
    assert "&lt;?&gt;" in section
    assert command in section
    assert "neu gestartet" in section
    assert "bleibt zurückgewiesen" in section


def test_the_data_page_says_that_the_services_have_to_be_restarted_behind_the_command(
    district: SmallDistrict,
) -> None:
    assert "neu gestartet" in _data_page(district, HEAT)
    assert "neu gestartet" not in _data_page(district)


def test_a_bus_without_a_connection_of_its_own_is_said_to_give_no_answer(district: SmallDistrict) -> None:
    sources = [FakeSource("wolke", "modbus_udp", connected=False), FakeSource("turm", "modbus_tcp", connected=False)]
    services = replace(district.services(demo=True), statistics=lambda: FakeCollector(NOW, sources))
    text = Client(application(services)).page("/daten").text
    listed = text[text.index('id="quellen"') :]
    assert listed.index("keine Antwort") < listed.index("wolke") < listed.index("getrennt") < listed.index("turm")
    assert "verbunden" not in listed


@pytest.mark.parametrize(
    ("sources", "says"),
    [
        ((MqttBroker("broker", "mqtt://host"),), True),
        ((MqttBroker("broker", "mqtt://host"), MqttBroker("zweiter", "mqtt://host", discover="#")), False),
        ((), False),
    ],
)
def test_the_data_page_says_how_new_topics_are_looked_for_where_no_broker_does(
    district: SmallDistrict, sources: tuple[MqttBroker, ...], says: bool
) -> None:
    services = district.services(demo=True)
    books = replace(services.books, portfolio=replace(services.books.portfolio, sources=sources))
    text = Client(application(replace(services, books=books))).page("/daten").text
    assert ("discover: &#34;#&#34;" in text or 'discover: "#"' in text) is says
