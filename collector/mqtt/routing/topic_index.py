"""Finds the takers of a topic: at once where it is written out, by patterns the first time it is seen otherwise."""

from collections.abc import Iterable, Sequence

from collector.mqtt.routing.format_route import PresenceRoute
from collector.mqtt.routing.routes import Routes, Taker
from config.mqtt.topics import covers, is_pattern, matches

MOST_REMEMBERED = 20_000


class TopicIndex:
    """The routes of a broker. `by_topic` is to be asked first; it grows by what `found` finds."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._patterns = {pattern: takers for pattern, takers in routes.items() if is_pattern(pattern)}
        exact = [topic for topic in routes if not is_pattern(topic)]
        self.by_topic: dict[bytes, Sequence[Taker]] = {topic.encode(): self._takers(topic) for topic in exact}
        self._most = len(self.by_topic) + MOST_REMEMBERED

    def found(self, topic: bytes) -> Sequence[Taker]:
        """Return the takers of a topic that is not in `by_topic`; empty if there are none."""
        takers = self._takers(topic.decode("utf-8", "replace"))
        if takers and len(self.by_topic) < self._most:
            self.by_topic[topic] = takers
        return takers

    def subscriptions(self, further: str | None = None) -> list[str]:
        """Return the smallest set of patterns with which a broker sends everything, `further` included."""
        return smallest([*self._routes, *([further] if further else [])])

    def forget(self) -> None:
        """Let every taker take the same messages again."""
        for takers in self._routes.values():
            for taker in takers:
                forget = getattr(taker, "forget", None)
                if forget is not None:
                    forget()

    def _takers(self, topic: str) -> Sequence[Taker]:
        found = [*self._routes.get(topic, ())]
        found += [taker for pattern, takers in self._patterns.items() if matches(pattern, topic) for taker in takers]
        # A wide pattern also gets the words about who is there: they are no values.
        words = [taker for taker in found if isinstance(taker, PresenceRoute)]
        return words or found


def smallest(patterns: Iterable[str]) -> list[str]:
    """Return the patterns that no other one covers: a broker may send a message once per pattern that it matches."""
    several = sorted(set(patterns))
    wide = [pattern for pattern in several if is_pattern(pattern)]
    return [one for one in several if not any(other != one and covers(other, one) for other in wide)]
