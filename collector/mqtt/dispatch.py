"""Whose a message is: readings of meters, a stranger for the list, or nobody's, which is refused."""

from collections import Counter
from collections.abc import Sequence

from collector.mqtt.connection.packet_stream import Message
from collector.mqtt.discovery.unassigned import Unassigned
from collector.mqtt.durable_batches import Gathered
from collector.mqtt.routing.format_route import NOT_FOR_THIS_METER, PartlyInvalid
from collector.mqtt.routing.routes import refused
from collector.mqtt.routing.topic_index import TopicIndex
from config.errors import InvalidReading
from config.mqtt.topics import is_pattern, matches


class Dispatch:
    """What messages of one broker become.

    `unassigned` None: what belongs to no meter is refused; `discover` is the pattern of topics on which it is looked
    for, `settled` are patterns of what is heard by it and is not new: it is passed over. `forgotten` are topics that
    only the session remembers, `refusals` counts by reason.
    """

    def __init__(
        self,
        source: str,
        topic_index: TopicIndex,
        *,
        unassigned: Unassigned | None,
        discover: str | None,
        settled: Sequence[str] = (),
    ) -> None:
        self._source = source
        self._topic_index, self._by_topic = topic_index, topic_index.by_topic
        self._unassigned = unassigned
        self._discover = discover
        self._settled = frozenset(topic for topic in settled if not is_pattern(topic))
        self._settled_patterns = [topic for topic in settled if is_pattern(topic)]
        self.forgotten: set[str] = set()
        self.refusals: Counter[str] = Counter()

    def take(self, message: Message, gathered: Gathered) -> None:
        """Add readings and refusals of a message; a message that means nothing adds nothing."""
        topic, _, _, retained, payload = message
        routes = self._by_topic.get(topic)
        if routes is None:
            routes = self._topic_index.found(topic)
        is_somebodys = False
        for route in routes:
            try:
                found = route.readings(topic, payload, retained=retained, now_ms=gathered.now_ms)
            except InvalidReading as error:
                if isinstance(error, PartlyInvalid):
                    gathered.readings += error.readings
                self._refuse(message, error, gathered)
                is_somebodys = True
            else:
                gathered.readings += found
                is_somebodys = is_somebodys or found is not NOT_FOR_THIS_METER
        if not is_somebodys:
            self._take_nobodys(message, gathered, is_known=bool(routes))

    def _take_nobodys(self, message: Message, gathered: Gathered, *, is_known: bool) -> None:
        topic = message.topic.decode("utf-8", "replace")
        if not is_known and self._is_discovered(topic) and self._is_settled(topic):
            return
        if self._unassigned is not None and (is_known or self._is_discovered(topic)):
            self._unassigned.note(self._source, topic, message.payload, gathered.now_ms)
        elif not is_known:
            error = InvalidReading("unknown_topic", "no meter listens on this topic (any more)")
            self._refuse(message, error, gathered)
            self.forgotten.add(topic)

    def _is_discovered(self, topic: str) -> bool:
        return self._discover is not None and matches(self._discover, topic)

    def _is_settled(self, topic: str) -> bool:
        return topic in self._settled or any(matches(pattern, topic) for pattern in self._settled_patterns)

    def _refuse(self, message: Message, error: InvalidReading, gathered: Gathered) -> None:
        self.refusals[error.code] += 1
        place = message.topic.decode(errors="backslashreplace")
        gathered.refused.append(refused(self._source, place, error, message.payload, gathered.now_ms))
