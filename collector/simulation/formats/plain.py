"""Bare numbers: plain ones, Home Assistant's statestream, and Shelly's first generation."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from collector.simulation.formats.family import Message, Shown


def plain(shown: Sequence[Shown], _now: datetime) -> Iterator[Message]:
    """Yield a number for each meter."""
    for one in shown:
        yield Message(one.topic, repr(one.value).encode())
