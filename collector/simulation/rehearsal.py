"""Every MQTT meter speaks once, in memory, to the routes that the collector would have: who is not heard is told why.

Not every portfolio describes what a sender can say: a path may lead through another one's value, a topic be none of
the format's.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime

from collector.mqtt.routing.format_route import PartlyInvalid
from collector.mqtt.routing.routes import routes_of
from collector.mqtt.routing.topic_index import TopicIndex
from collector.simulation.formats.family import Message
from collector.simulation.formats.sparkplug_b import nodes_of
from collector.simulation.formats.table import arranged, shown_by, written
from collector.simulation.registers import Values
from config.errors import InvalidReading
from config.meters.meter import Meter, MqttSource
from config.mqtt.topics import matches
from config.portfolio.portfolio import Portfolio
from gateway.reading import Reading, milliseconds

_FIRST_SAMPLE = 1000.0
_TOLERANCE = 1e-12


def meters_of(portfolio: Portfolio, broker: str) -> list[Meter]:
    """Return the meters behind a broker."""
    return [
        meter
        for meter in portfolio.meters.values()
        if isinstance(meter.source, MqttSource) and meter.source.broker == broker
    ]


def unheard(portfolio: Portfolio, broker: str, now: datetime) -> dict[str, str]:
    """Return the meters of a broker that cannot be simulated, and why.

    Raises `ConfigurationError` where the collector would, too: for an unknown format, or a unit that does not fit.
    """
    meters = meters_of(portfolio, broker)
    samples = {meter.id: _FIRST_SAMPLE + number for number, meter in enumerate(meters)}
    topic_index = TopicIndex(routes_of(portfolio, broker))
    readings, refusals = _heard(topic_index, first_words(meters, lambda meter, _: samples[meter.id], now), now)
    right = {one.meter for one in readings if math.isclose(one.value, samples[one.meter], rel_tol=_TOLERANCE)}
    return {meter.id: _reason(meter, refusals) for meter in meters if meter.id not in right}


def first_words(meters: Sequence[Meter], values: Values, now: datetime) -> list[Message]:
    """Return what meters publish first, Sparkplug's births included."""
    arrangement = arranged(meters)
    shown = shown_by(arrangement, values, now)
    births = [message for node in nodes_of(meters) for message in node.say(shown, now)]
    return [*written(arrangement, values, now), *births]


def _heard(
    topic_index: TopicIndex, messages: Iterable[Message], now: datetime
) -> tuple[list[Reading], list[tuple[str, InvalidReading]]]:
    readings: list[Reading] = []
    refusals: list[tuple[str, InvalidReading]] = []
    for message in messages:
        topic = message.topic.encode()
        for taker in topic_index.by_topic.get(topic) or topic_index.found(topic):
            try:
                readings += taker.readings(topic, message.payload, retained=False, now_ms=milliseconds(now))
            except InvalidReading as error:
                readings += error.readings if isinstance(error, PartlyInvalid) else ()
                refusals.append((message.topic, error))
    return readings, refusals


def _reason(meter: Meter, refusals: Sequence[tuple[str, InvalidReading]]) -> str:
    pattern = meter.source.topic if isinstance(meter.source, MqttSource) else ""
    told = [str(error) for topic, error in refusals if matches(pattern, topic)]
    return told[0] if told else f"no message on {pattern} can hold what it shows beside what the others do"
