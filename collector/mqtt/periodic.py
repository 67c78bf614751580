"""What has to be done now and then while a broker is listened to: keep gateways talking, pass requests on."""

from collections.abc import Sequence

from collector.mqtt.connection.line import Line
from collector.mqtt.routing.aside import Aside
from collector.mqtt.routing.routes import Routes
from collector.mqtt.routing.sparkplug_node import EdgeNode

EVERY_MS = 30_000
# A Victron gateway sends everything once, and from then on only what changes.
ONLY_CHANGES = b'{"keepalive-options":["suppress-republish"]}'


class Periodic:
    """Looks after the stateful routes of one listener. `whole`: patterns that must not be shared with others."""

    def __init__(self, routes: Routes, keep_alives: Sequence[str], aside: Aside) -> None:
        nodes = {id(taker): taker for takers in routes.values() for taker in takers if isinstance(taker, EdgeNode)}
        self._nodes = list(nodes.values())
        self._keep_alives = keep_alives
        self._aside = aside
        self._kept_ms: int | None = None
        self.whole = frozenset(node.pattern for node in self._nodes)

    def joined(self, now_ms: int) -> None:
        """Begin a connection."""
        self._kept_ms = None
        for node in self._nodes:
            node.joined(now_ms)

    def pass_on(self, line: Line, now_ms: int) -> None:
        """Publish what is due."""
        for node in self._nodes:
            node.tick(now_ms)
        if self._keep_alives and (self._kept_ms is None or now_ms - self._kept_ms >= EVERY_MS):
            for topic in self._keep_alives:
                line.publish(topic, b"" if self._kept_ms is None else ONLY_CHANGES, qos=0)
            self._kept_ms = now_ms
        while self._aside.outgoing:
            topic, payload = self._aside.outgoing.popleft()
            line.publish(topic, payload, qos=0)
