"""The books of a virtual meter: those of its parts, and what they make together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from analysis.bookkeeping.bookings import Bookings, bookings
from analysis.books import Books
from analysis.ledger.amounts import Amounts, nothing_known, pooled
from analysis.ledger.micro import Integers
from analysis.ledger.virtual import virtual_amounts
from analysis.virtual.virtual_meters import Stretch, stretches_of, within
from config.meters.meter import Meter


@dataclass(frozen=True, slots=True)
class VirtualBooks:
    """What a virtual meter is made of over (at least) a time span, and the books of its parts by meter."""

    stretches: tuple[Stretch, ...]
    parts: Mapping[str, Bookings]

    def amounts(self, bounds_ms: Integers) -> Amounts:
        """Return the amounts in slots [unit of the medium]; known where all parts are."""
        found = [self._in(stretch, bounds_ms) for stretch in within(self.stretches, bounds_ms)]
        return pooled(found) if found else nothing_known(bounds_ms)

    def _in(self, stretch: Stretch, bounds_ms: Integers) -> Amounts:
        parts = [(share, self.parts[term.id]) for share, term in stretch.terms]
        return virtual_amounts(parts, bounds_ms, within=(stretch.from_ms, stretch.to_ms))


def virtual_books(books: Books, meter: Meter, bounds_ms: Integers, *, now: datetime) -> VirtualBooks:
    """Book every part of a virtual meter over the span of `bounds_ms`; readings after `now` are not looked at."""
    first, last = int(bounds_ms[0]), int(bounds_ms[-1])
    stretches = within(stretches_of(books.portfolio, meter, books.zone), bounds_ms)
    terms = {term.id: term for stretch in stretches for _, term in stretch.terms}
    parts = {name: bookings(books, term, first, last, now=now) for name, term in terms.items()}
    return VirtualBooks(tuple(stretches), parts)
