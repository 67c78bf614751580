"""What arrives and belongs to no meter: as the commands list it, and as a page shows it."""

import logging
import math
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from api.services import UnassignedTopic
from collector.mqtt.discovery.announcements import folded, topics_announced
from collector.mqtt.discovery.proposals import Proposal, proposals
from collector.mqtt.discovery.unassigned import Stranger, strangers
from collector.mqtt.listener_building import same_broker
from collector.mqtt.routing.routes import keep_alives
from config.errors import ConfigurationError, Unreachable
from config.meters.meter import MqttSource
from config.mqtt.topics import matches
from config.portfolio.portfolio import Portfolio
from config.portfolio.sources import MqttBroker
from gateway.reading import instant

_log = logging.getLogger(__name__)
_SHOWN_CHARACTERS = 80


def strangers_of(portfolio: Portfolio, state: Path) -> Iterator[Stranger]:
    """Yield what no meter listens to, by topic. Raises `Unreachable` where the list cannot be read.

    An earlier version noted our own requests to gateways, and what another entry of the same broker listens to.
    """
    sources = [meter.source for meter in portfolio.meters.values() if isinstance(meter.source, MqttSource)]
    brokers = [source for source in portfolio.sources if isinstance(source, MqttBroker)]
    entries = {one.id: frozenset(other.id for other in same_broker(portfolio, one)) for one in brokers}
    asked = {topic for broker in brokers for topic in keep_alives(portfolio, broker.id)}

    def is_heard(topic: str, one: Stranger) -> bool:
        known_as = replace(one, topic=topic)
        return any(_listens(source, known_as, entries.get(one.source, frozenset())) for source in sources)

    found = [one for one in strangers(state) if one.topic not in asked and not is_heard(one.topic, one)]
    for one in folded(found):
        topics = topics_announced(one)
        if not topics or not all(is_heard(topic, one) for topic in topics):
            yield one


def proposals_of(one: Stranger) -> list[Proposal]:
    """Return what its messages could give, counters first."""
    return proposals([*((one.topic, payload) for _, payload in one.samples), *one.announced])


def newest_topics(portfolio: Portfolio, state: Path, limit: int) -> Sequence[UnassignedTopic]:
    """Return what no meter listens to, the newest first; nothing where the list cannot be read, which is logged."""
    try:
        found = sorted(strangers_of(portfolio, state), key=lambda one: -one.first_ms)
    except (Unreachable, ConfigurationError) as error:
        _log.warning("what belongs to no meter cannot be shown: %s", error)
        return ()
    return [_topic(one) for one in islice(found, limit)]


def _listens(source: MqttSource, one: Stranger, entries: frozenset[str]) -> bool:
    return (
        source.broker in {one.source, *entries}
        and matches(source.topic, one.topic)
        and (not source.where or any("=".join(condition) == one.device for condition in source.where))
    )


def _topic(one: Stranger) -> UnassignedTopic:
    found = proposals_of(one)
    first = found[0] if found else None
    return UnassignedTopic(
        source=one.source,
        topic=one.topic,
        device=one.device,
        format=one.format,
        value_path=first.value_path if first else "",
        medium=first.medium if first and first.is_counter else None,
        unit=(first.unit if first else None) or "",
        last=_last(first, one),
        since=instant(one.first_ms),
        command=_command(one, first if first and first.is_counter else None),
    )


def _last(first: Proposal | None, one: Stranger) -> float | str:
    value = first.values[-1] if first and first.values else None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    payload = one.samples[-1][1] if one.samples else b""
    return payload.decode("utf-8", "replace")[:_SHOWN_CHARACTERS] if value is None else str(value)


def _command(one: Stranger, counter: Proposal | None) -> str:
    """Return the command that takes it into the portfolio; empty for a name that a shell should not be given.

    Topics come from outside, and what is pasted into a terminal may do more there than a quoted word should.
    """
    if not f"{one.topic}{one.device}".isprintable() or one.topic.startswith("-"):
        return ""
    words = ["zaehlwerk", "unassigned", "accept", shlex.quote(one.topic), "--property ID", "--meter ID"]
    words += [f"--device {shlex.quote(one.device)}"] if one.device else []
    words += [] if counter else ["--value PATH"]
    is_gas = counter is not None and (counter.medium, counter.quantity) == ("natural_gas", "volume")
    return " ".join([*words, *(["--state-number Z", "--heating-value H"] if is_gas else [])])
