"""Works a virtual meter out of the lines of its parts: pure.

What the parts do not know in common is not known of the whole. A part that was silent for an hour must not look like
one that used nothing in it, so that hour is left out of every part.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from analysis.ledger.amounts import Amounts, combined, cut_amounts
from analysis.ledger.conversion import Conversion
from analysis.ledger.line import Line
from analysis.ledger.micro import Integers


class Part(NamedTuple):
    """What a meter's line counts for in a virtual meter: its amounts times `share` (negative: taken away)."""

    share: Decimal
    line: Line
    conversions: Sequence[Conversion]


def virtual_amounts(parts: Sequence[Part], bounds_ms: Integers, *, within: tuple[int, int] | None = None) -> Amounts:
    """Return the weighted sum of the parts in the slots between `bounds_ms`, over the time that all of them know.

    It is cut wherever the knowledge of a part changes, so that in each piece a part knows everything or nothing:
    amounts and their quality are then exact. `within` leaves out what lies outside of `[first, last)` [ms].
    """
    first, last = within or (int(bounds_ms[0]), int(bounds_ms[-1]))
    edges = np.concatenate([bounds_ms, np.clip(_changes(parts), first, last), [first, last]])
    edges = np.unique(np.clip(edges, bounds_ms[0], bounds_ms[-1]))
    cut = [(one.share, cut_amounts(one.line, edges, one.conversions, within=(first, last))) for one in parts]
    pieces = _known_in_common(combined(cut), first, last)
    return pieces.grouped(np.searchsorted(edges, bounds_ms[:-1]).tolist())


def _known_in_common(pieces: Amounts, first: int, last: int) -> Amounts:
    micro = np.where(pieces.known_ms > 0, pieces.micro, 0)
    inside = (pieces.bounds_ms >= first) & (pieces.bounds_ms <= last)
    return replace(pieces, micro=micro, bridges=np.where(inside, pieces.bridges, 0))


def _changes(parts: Sequence[Part]) -> Integers:
    """Return the instants [ms] at which what a part knows, or how it knows it, changes."""
    conversions = [one.from_ms for part in parts for one in part.conversions]
    return np.concatenate([np.array(conversions, np.int64), *(part.line.changes() for part in parts)])
