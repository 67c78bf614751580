"""An edge node as the collector hears it: one bad metric harms no other, and what was not stored is taken again."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from collector.mqtt.routing.aside import Aside
from collector.mqtt.routing.format_route import PartlyInvalid
from collector.mqtt.routing.routes import Taker, routes_of
from collector.mqtt.routing.sparkplug_node import EdgeNode
from collector.simulation.formats.sparkplug_b import SimulatedNode, nodes_of
from gateway.reading import Reading, milliseconds
from tests.unit.collector.portfolio import mqtt_meter, portfolio

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOPIC = "spBv1.0/lk/DDATA/keller/zaehler"
METERS = [
    mqtt_meter(name, TOPIC, value=name.title(), time=None, form="sparkplug_b") for name in ("bezug", "defekt", "pv")
]


@pytest.fixture
def node() -> SimulatedNode:
    (found,) = nodes_of(METERS)
    return found


@pytest.fixture
def taker() -> EdgeNode:
    ((found,),) = routes_of(portfolio(METERS), "broker", Aside()).values()
    assert isinstance(found, EdgeNode)
    return found


def heard(taker: Taker, node: SimulatedNode, values: dict[str, float], at: datetime) -> list[Reading]:
    readings: list[Reading] = []
    for one in node.say(values, at):
        readings += taker.readings(one.topic.encode(), one.payload, retained=False, now_ms=milliseconds(NOW))
    return readings


def test_a_metric_that_is_no_reading_takes_no_other_along(taker: EdgeNode, node: SimulatedNode) -> None:
    with pytest.raises(PartlyInvalid) as raised:
        heard(taker, node, {"bezug": 1.5, "defekt": math.inf, "pv": 2.5}, NOW)
    assert [(one.meter, one.value) for one in raised.value.readings] == [("bezug", 1.5), ("pv", 2.5)]
    assert raised.value.meter == "defekt"


def test_a_birth_tells_again_what_did_not_become_durable(taker: EdgeNode, node: SimulatedNode) -> None:
    values = {"bezug": 1.5, "defekt": 0.0, "pv": 2.5}
    first = heard(taker, node, values, NOW - timedelta(minutes=1))
    births = [(one.topic.encode(), one.payload) for one in node.births()]

    def born() -> list[Reading]:
        now_ms = milliseconds(NOW)
        return [one for topic, birth in births for one in taker.readings(topic, birth, retained=False, now_ms=now_ms)]

    assert born() == []
    taker.forget()
    assert born() == first
