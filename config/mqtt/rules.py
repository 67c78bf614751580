"""What a meter behind a broker must say, what it may leave to the broker's entry, and which meters collide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.mqtt.formats import NEVER_CURRENT, TOPIC_FORMS, WITH_WHERE, WITHOUT_VALUE
from config.mqtt.topics import VARIABLES, common_topic, filled, is_pattern, template_variables
from config.parsing.yaml_places import Finding

FROM_BROKER = ("format", "value", "time")


@dataclass(frozen=True, slots=True)
class Listening:
    """What a meter takes out of which messages; two meters that take the same collide."""

    meter: str
    broker: str
    topic: str
    value: str
    where: tuple[tuple[str, str], ...]


def with_defaults(
    source: Mapping[str, Any], broker: Mapping[str, Any], meter: Mapping[str, Any], property_id: object
) -> dict[str, Any]:
    """Return a meter's source with what the broker's entry says for all of its meters."""
    own = {key: value for key, value in source.items() if value is not None}
    shared = {key: broker[key] for key in FROM_BROKER if broker.get(key) is not None}
    template = broker.get("topics")
    if "topic" not in own and isinstance(template, str):
        values = {"property": property_id, "meter": meter.get("id")} | {
            key: meter.get(key) for key in ("medium", "serial")
        }
        topic = filled(template, {key: value if isinstance(value, str) else None for key, value in values.items()})
        shared |= {} if topic is None else {"topic": topic}
    return shared | own


def broker_findings(broker: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with the template of a broker's entry."""
    template = broker.get("topics")
    if not isinstance(template, str):
        return
    unknown = [name for name in template_variables(template) if name not in VARIABLES]
    for name in unknown:
        yield ("topics",), f"unknown variable {{{name}}}", ", ".join(f"{{{one}}}" for one in VARIABLES)
    tells_meters_apart = {"meter", "serial"} & set(template_variables(template))
    if not unknown and not tells_meters_apart and broker.get("value") is not None:
        yield ("topics",), "with one value for all, every meter needs a topic of its own", "{meter} or {serial}"


def mqtt_findings(source: Mapping[str, Any], what: str) -> Iterator[Finding]:
    """Yield what is wrong with a meter's source, the broker's defaults already in it."""
    kind = str(source.get("format", "json"))
    value, topic = source.get("value"), source.get("topic")
    if topic is None:
        yield (), f"{what} needs the key 'topic'", ""
    if value is None and kind not in WITHOUT_VALUE and not (kind == "shelly" and str(topic).startswith("shellies/")):
        yield (), f"{what} needs the key 'value'", ""
    if kind in NEVER_CURRENT and isinstance(value, str) and NEVER_CURRENT[kind].search(value):
        yield ("value",), f"{value!r} is of a day or period that is over, not what the meter shows now", ""
    form, example = TOPIC_FORMS.get(kind, (None, ""))
    if form is not None and isinstance(topic, str) and not form.fullmatch(topic):
        yield ("topic",), f"{topic!r} is no topic of {kind}", example
    if kind != "json" and source.get("unit") is not None:
        yield ("unit",), f"{kind} has no path to a unit", ""
    if kind not in WITH_WHERE and source.get("where"):
        yield ("where",), f"{kind} has no `where`: its devices have topics or names of their own", ""


def collisions(meters: Sequence[Listening]) -> Iterator[tuple[Listening, Listening, str]]:
    """Yield meters that would store the same value, the later one first, with a topic on which they do."""
    first: dict[tuple[object, ...], Listening] = {}
    patterns: dict[tuple[object, ...], list[Listening]] = {}
    everyone: dict[tuple[object, ...], list[Listening]] = {}
    for meter in meters:
        what = (meter.broker, meter.value, meter.where)
        exact = first.setdefault((*what, meter.topic), meter)
        if exact is not meter:
            yield meter, exact, meter.topic
        # Exact topics meet each other above; only a pattern has to be held against all.
        for other in (everyone if is_pattern(meter.topic) else patterns).get(what, []):
            example = None if other.topic == meter.topic else common_topic(meter.topic, other.topic)
            if example is not None:
                yield meter, other, example
        everyone.setdefault(what, []).append(meter)
        if is_pattern(meter.topic):
            patterns.setdefault(what, []).append(meter)
