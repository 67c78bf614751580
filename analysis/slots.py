"""Slots of consumption as columns; single ones are made when somebody looks at them.

A year of quarter-hours is 35,000 slots. Programs ask for columns, and get them without a decimal or an instant made.
"""

from collections.abc import Iterator, Sequence
from typing import overload
from zoneinfo import ZoneInfo

from analysis.figures import Slot
from analysis.ledger.amounts import Amounts
from analysis.ledger.micro import Floats
from gateway.reading import instant


class Slots(Sequence[Slot]):
    """The slots of some amounts in a zone; equal to any sequence of the same slots."""

    def __init__(self, amounts: Amounts, zone: ZoneInfo) -> None:
        self.amounts = amounts
        self._zone = zone
        self._made: tuple[Slot, ...] | None = None

    def __len__(self) -> int:
        return len(self.amounts.bounds_ms) - 1

    @overload
    def __getitem__(self, index: int) -> Slot: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Slot]: ...
    def __getitem__(self, index: int | slice) -> Slot | Sequence[Slot]:
        if isinstance(index, slice) or self._made is not None:
            return self._all()[index]
        place = range(len(self))[index]
        return _slots(self.amounts.part(place, place + 1), self._zone)[0]

    def __iter__(self) -> Iterator[Slot]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def values(self) -> list[float | None]:
        """Return the values, each the float nearest to the exact amount; None where nothing is known."""
        return self.amounts.numbers()

    def qualities(self) -> list[str]:
        """Return how each value came about."""
        return self.amounts.words()

    def coverages(self) -> Floats:
        """Return the share of each slot between readings no further apart than the gap limit, 0..1."""
        return self.amounts.coverage()

    def _all(self) -> tuple[Slot, ...]:
        if self._made is None:
            self._made = _slots(self.amounts, self._zone)
        return self._made


def _slots(amounts: Amounts, zone: ZoneInfo) -> tuple[Slot, ...]:
    edges = [instant(edge).astimezone(zone) for edge in amounts.bounds_ms.tolist()]
    rows = zip(edges[:-1], edges[1:], amounts.decimals(), amounts.hows(), amounts.coverage().tolist(), strict=True)
    return tuple(Slot(*row) for row in rows)
