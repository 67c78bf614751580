"""Works a virtual meter out of the books of its parts: pure.

What the parts do not know in common is not known of the whole. A part that was silent for an hour must not look like
one that used nothing in it, so that hour is left out of every part.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

import numpy as np

from analysis.ledger.amounts import Amounts, combined
from analysis.ledger.micro import Integers


class Part(Protocol):
    """A metered meter that is booked."""

    def amounts(self, bounds_ms: Integers, *, within: tuple[int, int] | None = None) -> Amounts:
        """Return its amounts in slots, those outside of `[first, last)` [ms] left out."""
        ...

    def changes(self) -> Integers:
        """Return the instants [ms] at which what it knows, or how it knows it, changes."""
        ...


def virtual_amounts(
    parts: Sequence[tuple[Decimal, Part]], bounds_ms: Integers, *, within: tuple[int, int] | None = None
) -> Amounts:
    """Return the sum of the parts, each times its share, in the slots between `bounds_ms`.

    Counted is the time that all parts know. It is cut wherever the knowledge of a part changes, so that in each piece
    a part knows everything or nothing: amounts and their quality are then exact. `within` leaves out what lies
    outside of `[first, last)` [ms].
    """
    first, last = within or (int(bounds_ms[0]), int(bounds_ms[-1]))
    changes = [np.clip(part.changes(), first, last) for _, part in parts]
    edges = np.unique(np.clip(np.concatenate([bounds_ms, *changes, [first, last]]), bounds_ms[0], bounds_ms[-1]))
    pieces = combined([(share, part.amounts(edges, within=(first, last))) for share, part in parts])
    inside = (edges >= first) & (edges <= last)
    asked = replace(pieces, bridges=np.where(inside, pieces.bridges, 0))
    return asked.grouped(np.searchsorted(edges, bounds_ms[:-1]).tolist())
