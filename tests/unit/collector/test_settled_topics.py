"""What is heard while looking for new topics and is not new: it is neither listed nor refused."""

from pathlib import Path

import pytest

from collector.mqtt.connection.packet_stream import Message
from collector.mqtt.discovery.unassigned import Unassigned, strangers
from collector.mqtt.dispatch import Dispatch
from collector.mqtt.durable_batches import Gathered
from collector.mqtt.listener_building import settled_topics
from collector.mqtt.routing.routes import routes_of
from collector.mqtt.routing.topic_index import TopicIndex
from config.meters.meter import Meter, MqttSource
from config.portfolio.sources import MqttBroker
from tests.unit.collector.portfolio import portfolio

DISCOVERING = MqttBroker("broker", "mqtt://host", discover="#")
SAME = MqttBroker("zweiter", "mqtt://host:1883", edges=True)
FAR = MqttBroker("fern", "mqtt://elsewhere")


def meter(name: str, entry: str, topic: str, *, form: str = "json", where: tuple[tuple[str, str], ...] = ()) -> Meter:
    source = MqttSource(entry, topic, "kwh" if form == "json" else "", None, form, where=where)
    return Meter(name, "schule", "electricity_import", "kWh", "active_energy_import", source=source)


@pytest.mark.parametrize(
    ("topic", "is_listed"),
    [
        ("R/c0619ab4a585/keepalive", False),
        ("schule/strom", False),
        ("haus/3/strom", False),
        ("zaehlwerk/v1/keller/readings", False),
        ("fern/strom", True),
        ("geteilt", True),
        ("R/another/keepalive", True),
    ],
)
def test_only_what_nobody_asked_for_is_listed(tmp_path: Path, topic: str, is_listed: bool) -> None:
    there = portfolio(
        [
            meter("netz", "broker", "N/c0619ab4a585/grid/30/Ac/Energy/Forward", form="victron"),
            meter("strom", "zweiter", "schule/strom"),
            meter("viele", "zweiter", "haus/+/strom"),
            meter("fern", "fern", "fern/strom"),
            meter("einer", "zweiter", "geteilt", where=(("id", "1"),)),
        ],
        sources=(DISCOVERING, SAME, FAR),
    )
    unassigned = Unassigned(tmp_path)
    settled = settled_topics(there, DISCOVERING)
    index = TopicIndex(routes_of(there, "broker"))
    dispatch = Dispatch("broker", index, unassigned=unassigned, discover="#", settled=settled)
    gathered = Gathered(1_795_348_800_000)
    dispatch.take(Message(topic.encode(), 1, 1, False, b'{"kwh": 17}'), gathered)
    unassigned.close()
    assert [one.topic for one in strangers(tmp_path)] == ([topic] if is_listed else [])
    assert (gathered.refused, dispatch.forgotten) == ([], set())
