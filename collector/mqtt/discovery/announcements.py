"""Devices that announce their topics: what is announced stands for the topic itself."""

from collections.abc import Sequence
from dataclasses import replace

from collector.mqtt.discovery.proposals import proposals
from collector.mqtt.discovery.unassigned import Stranger
from collector.mqtt.formats.home_assistant import Announced, announced


def topics_announced(one: Stranger) -> set[str]:
    """Return the topics whose values a stranger announces; empty for one that announces none."""
    return {told.topic for told in _told(one)}


def folded(found: Sequence[Stranger]) -> list[Stranger]:
    """Return strangers without those that others announce, whose messages are given to these.

    A topic stays where it has a counter that nobody announces.
    """
    by_topic = {(one.source, one.topic): one for one in found}
    told = {(one.source, value.topic, value.value_path) for one in found for value in _told(one)}
    return [_with_messages(one, by_topic) for one in found if not _is_told(one, told)]


def _told(one: Stranger) -> list[Announced]:
    found = [announced(one.topic, payload) for _, payload in one.samples]
    return [value for value in found if value is not None and value.unit is not None]


def _is_told(one: Stranger, told: set[tuple[str, str, str]]) -> bool:
    if (one.source, one.topic) not in {(source, topic) for source, topic, _ in told}:
        return False
    found = proposals((one.topic, payload) for _, payload in one.samples)
    return all((one.source, one.topic, value.value_path) in told for value in found if value.is_counter)


def _with_messages(one: Stranger, by_topic: dict[tuple[str, str], Stranger]) -> Stranger:
    others = [by_topic[one.source, topic] for topic in topics_announced(one) if (one.source, topic) in by_topic]
    return replace(one, announced=tuple((other.topic, payload) for other in others for _, payload in other.samples))
