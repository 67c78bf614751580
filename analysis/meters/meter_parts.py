"""What the parts of a virtual meter know of a time span, and what happened to them."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np

from analysis.bookkeeping.meter_records import in_order
from analysis.books import Books
from analysis.days.ledger_events import ledger_events
from analysis.figures import MeterEvent, PartKnowledge
from analysis.known_amounts import quality, read_share
from analysis.ledger.amounts import Amounts
from analysis.ledger.micro import Integers
from analysis.meters.meter_amounts import amounts_by_days
from analysis.virtual.virtual_meters import Stretch, stretches_of, within
from config.meters.meter import Meter


def part_events(books: Books, meter: Meter, span_ms: Integers, *, now: datetime) -> tuple[MeterEvent, ...]:
    """Return what happened to the parts of a virtual meter in a span, ascending in time."""
    first, last = int(span_ms[0]), int(span_ms[-1])
    parts = {part.id: part for _, part in _stretches(books, meter, span_ms)}
    found = (event for part in parts.values() for event in ledger_events(books, part, first, last, now=now))
    return tuple(sorted(found, key=in_order))


def part_knowledge(books: Books, meter: Meter, span_ms: Integers, *, now: datetime) -> tuple[PartKnowledge, ...]:
    """Return what each part of a virtual meter knows of a span, as far as it is a part then."""
    known: dict[str, list[Amounts]] = {}
    for stretch, part in _stretches(books, meter, span_ms):
        bounds = np.clip([stretch.from_ms, stretch.to_ms], span_ms[0], span_ms[-1])
        known.setdefault(part.id, []).append(amounts_by_days(books, part, bounds, now=now))
    return tuple(PartKnowledge(name, read_share(parts), quality(parts)) for name, parts in known.items())


def _stretches(books: Books, meter: Meter, span_ms: Integers) -> Iterator[tuple[Stretch, Meter]]:
    for stretch in within(stretches_of(books.portfolio, meter, books.zone), span_ms):
        for part in {term.id: term for _, term in stretch.terms}.values():
            yield stretch, part
