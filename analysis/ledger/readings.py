"""What one register showed, and what people decided about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.ledger.line import Row
from analysis.ledger.micro import Integers


@dataclass(frozen=True, slots=True)
class Readings:
    """Instants [ms], ascending, with what was shown [micro-units] and how it was read (`Row`, one of `READ`)."""

    time_ms: Integers
    micro: Integers
    marks: Integers

    def __len__(self) -> int:
        return len(self.time_ms)

    def between(self, first: int, last: int) -> "Readings":
        """Return the readings of the indices `[first, last)`."""
        return Readings(self.time_ms[first:last], self.micro[first:last], self.marks[first:last])

    def kept(self, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> "Readings":
        """Return the readings that a mask keeps."""
        return Readings(self.time_ms[keep], self.micro[keep], self.marks[keep])

    def with_one(self, position: int, time_ms: int, micro: int) -> "Readings":
        """Return the readings with one more that a person wrote down."""
        return Readings(
            np.insert(self.time_ms, position, time_ms),
            np.insert(self.micro, position, micro),
            np.insert(self.marks, position, Row.MEASURED),
        )


def measured(time_ms: Integers, micro: Integers) -> Readings:
    """Return readings that a device gave."""
    return Readings(time_ms, micro, np.full(len(time_ms), Row.MEASURED, np.int64))


def joined_readings(parts: Sequence[Readings]) -> Readings:
    """Return the readings of one device after the other."""
    return Readings(
        np.concatenate([part.time_ms for part in parts]),
        np.concatenate([part.micro for part in parts]),
        np.concatenate([part.marks for part in parts]),
    )


def worse_of_both(marks: Integers) -> Integers:
    """Return the mark of each interval between two readings: an amount is as sure as the weaker of them."""
    return np.maximum(marks[:-1], marks[1:])


class Exchange(NamedTuple):
    """A recorded exchange; micro-units of the register, None where nobody wrote it down. `wrap` of the new device."""

    time_ms: int
    old_end: int | None
    new_start: int | None
    wrap: int | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people recorded or decided: exchanges, and jumps that are real (`believed`, their instants [ms]).

    `doubted`: spans `[first, last)` [ms] in which nobody knows what the register counts in; nothing is booked there.
    `jumps`: readings [ms] that are said to show more than ever ran through before, amounts named by the beginning of
    their interval; nor is that booked.
    """

    exchanges: Sequence[Exchange] = ()
    believed: frozenset[int] = frozenset()
    doubted: Sequence[tuple[int, int]] = ()
    jumps: frozenset[int] = frozenset()


NOTHING_DECIDED = Decisions()
