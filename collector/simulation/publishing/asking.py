"""Who is asked for: some gateways publish only while somebody keeps asking them to."""

from collections.abc import Iterable

from collector.simulation.formats.family import Message

# Victron: "at least once every 60 seconds".
WAITS_S = 60.0


class Asking:
    """Notes when it was last asked on which topic; used by two threads, each line of it in one step."""

    def __init__(self, topics: Iterable[str]) -> None:
        self.topics = tuple(sorted(set(topics)))
        self._asked_s: dict[str, float] = {}

    def asked(self, topic: str, now_s: float) -> None:
        """Note that somebody asks."""
        self._asked_s[topic] = now_s

    def is_wanted(self, message: Message, now_s: float) -> bool:
        """Say whether a message is to be published: unasked ones always are."""
        if message.asked_on is None:
            return True
        asked_s = self._asked_s.get(message.asked_on)
        return asked_s is not None and now_s - asked_s <= WAITS_S
