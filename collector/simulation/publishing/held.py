"""What a publisher keeps although the broker confirmed it: a killed broker forgets its last seconds."""

from collections import deque
from typing import NamedTuple

# The shipped broker writes its queue every 5 s; saving a long one takes a while.
HOLD_S = 30.0


class _Published(NamedTuple):
    at_s: float
    topic: str
    payload: bytes


class Held:
    """Messages of the last `HOLD_S` before the newest confirmation; later ones are the client's own to send again.

    Only what carries a time of its own belongs here: published twice, it is the same reading.
    """

    def __init__(self) -> None:
        self._published: deque[_Published] = deque()
        self._confirmed_at_s: float | None = None

    def add(self, topic: str, payload: bytes, now_s: float) -> None:
        """Keep a message that is published now, and forget what the broker has long written down."""
        self._published.append(_Published(now_s, topic, payload))
        while self._published[0].at_s < (self._confirmed_at_s or 0.0) - HOLD_S:
            self._published.popleft()

    def confirmed(self, now_s: float) -> None:
        """The broker confirms something: it is alive."""
        self._confirmed_at_s = now_s

    def perhaps_forgotten(self) -> list[tuple[str, bytes]]:
        """Return what to publish again after a cut, in the order in which it was published."""
        if self._confirmed_at_s is None:
            return []
        until_s, published = self._confirmed_at_s, tuple(self._published)
        return [(one.topic, one.payload) for one in published if until_s - HOLD_S <= one.at_s <= until_s]
