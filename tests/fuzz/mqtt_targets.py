"""What brokers send: every family of payloads, packets, protobuf; the seeds are the reports from the field."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from collector.mqtt.connection.broker import broker_address
from collector.mqtt.connection.packet_stream import BufferedStream
from collector.mqtt.discovery.proposals import proposals
from collector.mqtt.formats.home_assistant import announced
from collector.mqtt.formats.sparkplug_payload import payload_of
from collector.mqtt.formats.table import FAMILIES
from collector.mqtt.routing.aside import Aside
from collector.mqtt.routing.routes import routes_of
from collector.mqtt.routing.topic_index import TopicIndex
from config.errors import InvalidReading
from config.meters.meter import MqttSource
from config.portfolio.portfolio import Portfolio
from tests.fuzz.target import Seed, Take, Target, demand_usable, of_text, one_take
from tests.unit.collector.portfolio import mqtt_meter
from tests.unit.collector.test_packet_stream import FakeConnection, published
from tests.unit.collector.test_payload_folders import FOLDERS, START_MS, Line, lines_of, portfolio_in
from tests.unit.collector.test_payloads import route

_JSON = '{"ts": "2026-11-22T11:00:00Z", "kwh": [1.5, {"total": 34507.4761}, "17"]}'


@dataclass(frozen=True)
class _Place:
    """One message of a report; the others keep it company, as a format may remember what came before."""

    district: Portfolio
    lines: list[Line]
    number: int

    @property
    def line(self) -> Line:
        return self.lines[self.number]

    def is_of(self, family: str) -> bool:
        sources = [meter.source for meter in self.district.meters.values()]
        return any(isinstance(source, MqttSource) and source.format == family for source in sources)

    def payload(self, content: bytes) -> None:
        """Take the report with another payload at this place."""
        self._play(replace(self.line, payload=content))

    def topic(self, content: bytes) -> None:
        """Take the report with another topic at this place."""
        self._play(replace(self.line, topic=content.decode("utf-8", "replace")))

    def recognised(self, content: bytes) -> None:
        """Make an entry of the portfolio of every value that the message could give."""
        found = proposals([(self.line.topic, content)])
        announced(self.line.topic, content)
        for one in found:
            one.entry("meter", "broker")

    def _play(self, changed: Line) -> None:
        topic_index = TopicIndex(routes_of(self.district, "broker", Aside()))
        for line in (*self.lines[: self.number], changed, *self.lines[self.number + 1 :]):
            topic = line.topic.encode()
            for taker in topic_index.by_topic.get(topic) or topic_index.found(topic):
                with suppress(InvalidReading):
                    demand_usable(taker.readings(topic, line.payload, retained=line.retained, now_ms=line.now_ms))


def mqtt_targets() -> dict[str, Target]:
    """Return the targets behind a broker by name."""
    places = dict(_places())
    families = {name: {key: place for key, place in places.items() if place.is_of(name)} for name in FAMILIES}
    payloads = [place.line.payload for place in places.values()]
    return {
        **{f"mqtt_{name}": _of(own, lambda place: place.payload) for name, own in families.items()},
        "mqtt_topics": Target({key: Seed(place.line.topic.encode(), place.topic) for key, place in places.items()}),
        "mqtt_recognition": _of(places, lambda place: place.recognised),
        "mqtt_quick_json": one_take(
            _quick("json", "kwh.1.total"), nested=_JSON, flat='{"kwh": 17, "ts": 1795348800}'
        ),
        "mqtt_quick_plain": one_take(_quick("plain", "kwh"), number="34507.4761", german=" 1,5\n"),
        "mqtt_stream": replace(
            one_take(
                _stream,
                first=b"\x20\x02\x00\x00" + b"".join(published("a/b", payload) for payload in payloads[:3]),
                large=published("a", b"1" * 300) + published("b", b"2", mid=None),
            ),
            refusals=(ConnectionError,),
        ),
        "mqtt_broker_url": one_take(
            of_text(broker_address),
            secure="mqtts://broker.example.org:8884?protocol=5&share=zw",
            plain="mqtt://[::1]:1883?protocol=3.1.1",
        ),
        "sparkplug_protobuf": _of(families["sparkplug_b"], lambda _place: payload_of),
    }


def _places() -> Iterator[tuple[str, _Place]]:
    for folder in sorted(path for path in FOLDERS.iterdir() if path.is_dir()):
        district = portfolio_in((folder / "config.yaml").read_text(encoding="utf-8"))
        lines = lines_of((folder / "input").read_text(encoding="utf-8"))
        for number in range(len(lines)):
            yield f"{folder.name}/{number + 1}", _Place(district, lines, number)


def _of(places: dict[str, _Place], take: Callable[[_Place], Take]) -> Target:
    return Target({name: Seed(place.line.payload, take(place)) for name, place in places.items()})


def _quick(form: str, value: str) -> Take:
    one = route(mqtt_meter("strom", "t", form=form, value=value, time="ts" if form == "json" else None))
    return lambda content: demand_usable([one.reading(content, retained=False, now_ms=START_MS)])


def _stream(content: bytes) -> None:
    """Take packets as the collector does: messages from the stream, anything else as paho reads it, byte by byte."""
    half = len(content) // 2
    connection = FakeConnection([piece for piece in (content[:half], content[half:]) if piece])
    stream = BufferedStream(connection)
    for _ in range(3):
        stream.fill()
        while stream.has_packet():
            if (message := stream.take_message()) is None:
                stream.recv(1)
            else:
                stream.acknowledge([message.mid])
    stream.flush()
