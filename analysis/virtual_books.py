"""The books of a virtual meter: those of its parts, and what they make together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from analysis.books import Books
from analysis.figures import MeterEvent, PartKnowledge
from analysis.known_amounts import quality, read_share
from analysis.ledger.amounts import Amounts, nothing_known, pooled
from analysis.ledger.micro import Integers
from analysis.ledger.virtual import virtual_amounts
from analysis.meter_books import MeterBooks, meter_books
from analysis.virtual_meters import Stretch, stretches_of, within
from config.meters import Meter


@dataclass(frozen=True, slots=True)
class VirtualBooks:
    """What a virtual meter is made of over (at least) a time span, and the books of its parts by meter."""

    stretches: tuple[Stretch, ...]
    parts: Mapping[str, MeterBooks]

    @property
    def events(self) -> tuple[MeterEvent, ...]:
        """What happened to the parts, in ascending time."""
        found = (event for part in self.parts.values() for event in part.events)
        return tuple(sorted(found, key=lambda event: event.time))

    def amounts(self, bounds_ms: Integers) -> Amounts:
        """Return the amounts in slots [unit of the medium]; known where all parts are."""
        found = [self._in(stretch, bounds_ms) for stretch in within(self.stretches, bounds_ms)]
        return pooled(found) if found else nothing_known(bounds_ms)

    def knowledge(self, first_ms: int, last_ms: int) -> tuple[PartKnowledge, ...]:
        """Return what each part knows of `[first, last)` [ms], as far as it is a part then."""
        found: dict[str, list[Amounts]] = {}
        span = np.array([first_ms, last_ms], np.int64)
        for stretch in within(self.stretches, span):
            bounds = np.clip([stretch.from_ms, stretch.to_ms], first_ms, last_ms)
            for name in dict.fromkeys(term.id for _, term in stretch.terms):
                found.setdefault(name, []).append(self.parts[name].amounts(bounds))
        return tuple(PartKnowledge(name, read_share(parts), quality(parts)) for name, parts in found.items())

    def _in(self, stretch: Stretch, bounds_ms: Integers) -> Amounts:
        parts = [(share, self.parts[term.id]) for share, term in stretch.terms]
        return virtual_amounts(parts, bounds_ms, within=(stretch.from_ms, stretch.to_ms))


def virtual_books(books: Books, meter: Meter, bounds_ms: Integers, *, now: datetime) -> VirtualBooks:
    """Book every part of a virtual meter over the span of `bounds_ms`; readings after `now` are not looked at."""
    first, last = int(bounds_ms[0]), int(bounds_ms[-1])
    stretches = within(stretches_of(books.portfolio, meter, books.zone), bounds_ms)
    terms = {term.id: term for stretch in stretches for _, term in stretch.terms}
    parts = {name: meter_books(books, term, first, last, now=now) for name, term in terms.items()}
    return VirtualBooks(tuple(stretches), parts)
