"""wmbusmeters: a telegram as it was received. Source: wmbusmeters README."""

from collections.abc import Iterator
from datetime import datetime

from collector.simulation.formats.family import DocumentSender, Entry, Shown, stamp


def _entries(shown: Shown, now: datetime) -> Iterator[Entry]:
    source = shown.source
    yield "_", "telegram"
    yield from source.where
    yield source.value, shown.value
    if source.time is not None:
        yield source.time, stamp(now)
    yield "timestamp", stamp(now)


WMBUSMETERS = DocumentSender(_entries)
