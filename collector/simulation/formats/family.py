"""What a family of senders is told, and what it gives."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from config.meters.meter import Meter, MqttSource
from gateway.reading import instant, milliseconds


class Shown(NamedTuple):
    """A meter that is alive: `value` in the unit in which its sender writes it, `topic` without wildcards."""

    meter: Meter
    source: MqttSource
    topic: str
    value: float


class Message(NamedTuple):
    """What is published.

    `is_timed`: it carries a time of its own, so that twice the same message is the same reading. `asked_on`: only
    while somebody publishes on this topic, again and again; None: unasked.
    """

    topic: str
    payload: bytes
    is_timed: bool = False
    asked_on: str | None = None


class Plus(NamedTuple):
    """A part of a number to which other meters of the same device add theirs."""

    value: float


Entry = tuple[str, Any]
"""A dotted path in a document, and what stands there."""

Messages = Callable[[Sequence[Shown], datetime], Iterable[Message]]
"""Writes the messages of all meters of a format."""


@dataclass(frozen=True, slots=True)
class DocumentSender:
    """Writes JSON that several meters share. Everything in it is pure.

    `entries` is what one meter has to say in a document on its topic; empty: nothing there. `is_timed`: what it says
    has a time of its own.
    """

    entries: Callable[[Shown, datetime], Iterable[Entry]]
    is_timed: Callable[[Shown], bool] = lambda _shown: True


def stamp(now: datetime) -> str:
    """Return an instant as ISO 8601 with milliseconds and offset."""
    return instant(milliseconds(now)).isoformat(timespec="milliseconds")


def seconds(now: datetime) -> float:
    """Return seconds since 1970 with milliseconds."""
    return milliseconds(now) / 1000
