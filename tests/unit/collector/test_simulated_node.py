"""What a simulated Sparkplug node says, as the collector's own node understands it."""

from datetime import UTC, datetime, timedelta

from collector.mqtt.formats.sparkplug_payload import payload_of
from collector.mqtt.routing.aside import Aside
from collector.mqtt.routing.routes import routes_of
from collector.simulation.formats.family import Message
from collector.simulation.formats.sparkplug_b import SimulatedNode, nodes_of
from config.meters.meter import Meter
from gateway.reading import Reading, milliseconds
from tests.unit.collector.portfolio import mqtt_meter, portfolio

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOPIC = "spBv1.0/lk/{}DATA/keller{}"
METERS = [
    mqtt_meter("knoten", TOPIC.format("N", ""), value="Bezug", time=None, form="sparkplug_b"),
    mqtt_meter("strom", TOPIC.format("D", "/strom"), value="Bezug", time=None, form="sparkplug_b"),
    mqtt_meter("pv", TOPIC.format("D", "/pv"), value="Bezug", time=None, form="sparkplug_b"),
]
ALL = {"knoten": 1.0, "strom": 2.5, "pv": 3.125}


def the_node() -> SimulatedNode:
    (node,) = nodes_of(METERS)
    return node


def kinds(messages: list[Message]) -> list[str]:
    return ["/".join([parts[2], *parts[4:]]) for parts in (one.topic.split("/") for one in messages)]


def numbers(messages: list[Message]) -> list[int | None]:
    return [payload_of(one.payload).seq for one in messages]


class Ear:
    """A collector that listens to the node."""

    def __init__(self, meters: list[Meter]) -> None:
        self.aside = Aside()
        ((self.taker,),) = routes_of(portfolio(meters), "broker", self.aside).values()

    def hears(self, messages: list[Message]) -> list[Reading]:
        now_ms = milliseconds(NOW)
        return [
            reading
            for one in messages
            for reading in self.taker.readings(one.topic.encode(), one.payload, retained=False, now_ms=now_ms)
        ]


def test_the_first_words_are_births_and_the_next_ones_values_by_alias() -> None:
    node, ear = the_node(), Ear(METERS)
    first, second = node.say(ALL, NOW), node.say(ALL, NOW + timedelta(seconds=10))
    assert kinds(first + second) == ["NBIRTH", "DBIRTH/pv", "DBIRTH/strom", "NDATA", "DDATA/pv", "DDATA/strom"]
    assert numbers(first + second) == [0, 1, 2, 3, 4, 5]
    assert [metric.name for message in second for metric in payload_of(message.payload).metrics] == [None] * 3
    assert {reading.meter: reading.value for reading in ear.hears(first)} == ALL
    assert {reading.meter: reading.value for reading in ear.hears(second)} == ALL
    assert not ear.aside.outgoing


def test_the_count_begins_again_behind_255_and_with_every_birth() -> None:
    node, ear = the_node(), Ear(METERS)
    said = [message for turn in range(100) for message in node.say(ALL, NOW + timedelta(seconds=turn))]
    assert numbers(said) == [number % 256 for number in range(300)]
    assert len(ear.hears(said)) == 300
    assert numbers(node.births()) == [0, 1, 2]


def test_births_on_demand_tell_the_state_and_are_no_new_readings() -> None:
    node, ear = the_node(), Ear(METERS)
    ear.hears(node.say(ALL, NOW))
    assert ear.hears(node.births()) == []
    assert len(Ear(METERS).hears(node.births())) == 3


def test_a_node_that_has_shown_nothing_yet_has_nothing_to_tell() -> None:
    assert the_node().births() == []


def test_a_device_whose_meters_are_dead_dies_and_is_born_again() -> None:
    node, ear = the_node(), Ear(METERS)
    without = {"knoten": 1.0, "strom": 2.5}
    turns = [
        node.say(values, NOW + timedelta(seconds=turn)) for turn, values in enumerate((ALL, without, without, ALL))
    ]
    assert [kinds(turn) for turn in turns] == [
        ["NBIRTH", "DBIRTH/pv", "DBIRTH/strom"],
        ["DDEATH/pv", "NDATA", "DDATA/strom"],
        ["NDATA", "DDATA/strom"],
        ["DBIRTH/pv", "NDATA", "DDATA/strom"],
    ]
    away = []
    for turn in turns:
        ear.hears(turn)
        away.append(sorted(ear.aside.away))
    assert away == [[], ["pv"], ["pv"], []]


def test_the_will_is_that_of_its_own_session_alone() -> None:
    node, ear = the_node(), Ear(METERS)
    old = node.will()
    node.begin()
    ear.hears(node.say(ALL, NOW))
    ear.hears([old])
    assert ear.aside.away == {}
    ear.hears([node.will()])
    assert sorted(ear.aside.away) == ["knoten", "pv", "strom"]
    assert numbers([node.will()]) == [None]


def test_the_session_number_goes_round() -> None:
    node = the_node()
    for _ in range(256):
        node.begin()
    assert node.will() == the_node().will()


def test_meters_of_other_formats_are_of_no_node() -> None:
    assert nodes_of([mqtt_meter("strom", "t")]) == []
