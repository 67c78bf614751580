"""Makes the listener of a broker out of the portfolio."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from collector.mqtt.connection.broker import account, broker_address
from collector.mqtt.discovery.unassigned import Unassigned
from collector.mqtt.listener import Beside, Listener
from collector.mqtt.routing.aside import Aside
from collector.mqtt.routing.routes import keep_alives, routes_of
from config.clocks import CLOCK_SLACK_MS
from config.errors import ConfigurationError
from config.meters.meter import MqttSource
from config.mqtt.box_topics import every_box_topic
from config.portfolio.portfolio import Portfolio
from config.portfolio.sources import MqttBroker
from gateway.ports import Sink

INSTANCE_FILE = "instance"


def listener_of(
    portfolio: Portfolio,
    broker: MqttBroker,
    sink: Sink,
    *,
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    folder: Path | None,
    unassigned: Unassigned | None,
    slack_ms: int = CLOCK_SLACK_MS,
) -> Listener:
    """Return the listener of a broker; raises `ConfigurationError`.

    `folder` is the state folder; a shared subscription keeps the name of this collector there. `slack_ms`: see
    `routes_of`.
    """
    aside, address = Aside(), broker_address(broker.url)
    return Listener(
        broker.id,
        address,
        routes_of(portfolio, broker.id, aside, slack_ms=slack_ms),
        sink,
        client_id=session_name(portfolio.district.id, broker, folder),
        account=account(broker, environ),
        clock=clock,
        beside=Beside(
            aside,
            unassigned,
            broker.discover,
            keep_alives(portfolio, broker.id),
            settled=settled_topics(portfolio, broker) if broker.discover else (),
        ),
    )


def same_broker(portfolio: Portfolio, broker: MqttBroker) -> list[MqttBroker]:
    """Return the entries of the portfolio that mean the same broker, by host and port; itself included.

    Raises `ConfigurationError`.
    """
    own = broker_address(broker.url)
    found = [(one, broker_address(one.url)) for one in portfolio.sources if isinstance(one, MqttBroker)]
    return [one for one, address in found if (address.host, address.port) == (own.host, own.port)]


def settled_topics(portfolio: Portfolio, broker: MqttBroker) -> tuple[str, ...]:
    """Return the patterns that are heard while looking for new topics and need no meter of this entry.

    They are our own requests to gateways, what boxes and the centre say to each other, and what other entries of the
    same broker listen to; not a topic that several devices share, for not all of them need to have a meter. Raises
    `ConfigurationError`.
    """
    entries = same_broker(portfolio, broker)
    own = [asked for one in entries for asked in keep_alives(portfolio, one.id)]
    sources = [meter.source for meter in portfolio.meters.values() if isinstance(meter.source, MqttSource)]
    others = {one.id for one in entries} - {broker.id}
    shared = {one.topic for one in sources if one.broker in others and one.where}
    wanted = {pattern for other in others for pattern in routes_of(portfolio, other)}
    boxes = every_box_topic() if any(one.edges for one in entries) else ()
    return tuple(sorted({*own, *boxes, *(wanted - shared)}))


def session_name(district: str, broker: MqttBroker, folder: Path | None, *, role: str = "") -> str:
    """Return the name of our session at a broker; each collector of a share has one of its own.

    `folder` is the state folder. Raises `ConfigurationError`.
    """
    name = "-".join(part for part in ("zaehlwerk", district, broker.id, role) if part)
    if broker_address(broker.url).share is None:
        return name
    if folder is None:
        raise ConfigurationError(f"{broker.id}: a shared subscription needs a state folder")
    return f"{name}-{instance_of(folder)}"


def instance_of(folder: Path) -> str:
    """Return the name of the collector that works in a state folder: the same after every start.

    Its session at the broker has that name, so that what waits there is taken by the one for whom it waits.
    """
    file = folder / INSTANCE_FILE
    folder.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text(f"{uuid4().hex[:12]}\n", encoding="ascii")
    name = file.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(r"[0-9a-zA-Z-]{1,40}", name):
        raise ConfigurationError(f"{file} holds no name: delete it")
    return name
