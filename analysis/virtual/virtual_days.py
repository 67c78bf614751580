"""The days of a virtual meter, out of the days of its parts wherever these tell enough."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis.books import Books
from analysis.calendar_cuts import day_cuts
from analysis.ledger.amounts import Amounts, combined, joined, nothing_known
from analysis.virtual.virtual_books import virtual_books
from analysis.virtual.virtual_meters import Stretch, stretches_of, within
from config.meters.meter import Meter

DaysOf = Callable[[Meter], Amounts]


def virtual_days(books: Books, meter: Meter, start: date, end: date, *, now: datetime, days_of: DaysOf) -> Amounts:
    """Return the amounts of a virtual meter on the local days `[start, end)`, at least one.

    `days_of` gives those of a metered part. Where each part knows a day whole in one way, or nothing of it, the days
    add up; on other days the parts may lack different hours, and these days are cut out of their lines.
    """
    bounds = day_cuts(start, end, books.zone)
    known: dict[str, Amounts] = {}

    def whole(part: Meter) -> Amounts:
        if part.id not in known:
            known[part.id] = days_of(part)
        return known[part.id]

    def cut(first: int, last: int) -> Amounts:
        span = bounds[first : last + 1]
        return virtual_books(books, meter, span, now=now).amounts(span)

    pieces: list[Amounts] = []
    done = 0
    for stretch in within(stretches_of(books.portfolio, meter, books.zone), bounds):
        first, last = (int(np.searchsorted(bounds, edge)) for edge in (stretch.from_ms, stretch.to_ms))
        last = min(last, len(bounds) - 1)
        if done < first:
            pieces.append(nothing_known(bounds[done : first + 1]))
        pieces += _in_stretch(stretch, first, last, whole, cut)
        done = last
    if done < len(bounds) - 1:
        pieces.append(nothing_known(bounds[done:]))
    return joined(pieces)


def _in_stretch(
    stretch: Stretch, first: int, last: int, days_of: DaysOf, cut: Callable[[int, int], Amounts]
) -> Iterator[Amounts]:
    parts = [(share, days_of(term).part(first, last)) for share, term in stretch.terms]
    tell_enough = np.all([_are_simple(days) for _, days in parts], axis=0)
    edges = [0, *(np.flatnonzero(np.diff(tell_enough)) + 1).tolist(), last - first]
    for since, until in pairwise(edges):
        if tell_enough[since]:
            yield combined([(share, days.part(since, until)) for share, days in parts])
        else:
            yield cut(first + since, first + until)


def _are_simple(days: Amounts) -> NDArray[np.bool_]:
    in_one_way = np.max(days.spans_ms, axis=0) >= days.lengths_ms
    return np.asarray(in_one_way | (days.known_ms == 0), dtype=np.bool_)
