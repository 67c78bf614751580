"""Any JSON: value, time and unit where the portfolio names them."""

from collections.abc import Iterator
from datetime import datetime

from collector.simulation.formats.family import DocumentSender, Entry, Shown, stamp


def _entries(shown: Shown, now: datetime) -> Iterator[Entry]:
    source = shown.source
    yield source.value, shown.value
    if source.time is not None:
        yield source.time, stamp(now)
    if source.unit is not None:
        yield source.unit, shown.meter.unit
    yield from source.where


JSON = DocumentSender(_entries, lambda shown: shown.source.time is not None)
