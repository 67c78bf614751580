"""A topic without wildcards for a meter that listens to many."""

from types import MappingProxyType

from config.meters.meter import MqttSource
from config.mqtt.topics import is_pattern, matches

_ANYBODY = "simulated"
# What the last level is called where a format's own senders name it.
_LAST = MappingProxyType({"chirpstack": "up", "the_things_stack": "up", "tasmota": "SENSOR", "vzlogger": "raw"})


def concrete_topic(source: MqttSource) -> str:
    """Return a topic that the source's pattern matches, with what `where` tells of the device in its levels.

    Meters of the same pattern and device have the same topic: what they show stands in one message.
    """
    if not is_pattern(source.topic):
        return source.topic
    *before, last = source.topic.split("/")
    levels = [_device(source) if level == "+" else level for level in before]
    return "/".join([*levels, _last(source, before) if last in {"+", "#"} else last])


def _device(source: MqttSource) -> str:
    # What cannot stand in a level is told by the payload alone.
    told = (text for _, text in source.where if text and matches("+", text) and not set(text) & set("+#\0"))
    return next(told, _ANYBODY)


def _last(source: MqttSource, before: list[str]) -> str:
    if source.format == "shelly" and before[-1:] == ["status"]:
        return source.value.partition(".")[0]
    return _LAST.get(source.format) or _device(source)
