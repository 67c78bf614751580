"""Which spans of time received readings late: what was derived from them has to be derived again.

Who polls brings readings of now, and whoever derives a day waits for these. What comes later than `LATE_AFTER_MS`
after its time is told beside the readings, in the same commit or request: a span can be told without need, never be
forgotten. Spans have a fixed length, so that years of an import take some dozen rows a meter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:  # who only writes does without numpy
    from gateway.reading import Reading

LATE_AFTER_MS: Final = 3_600_000
SPAN_MS: Final = 10 * 86_400_000

# The first late time [ms] of each meter and span.
Firsts = dict[tuple[str, int], int]


class Touched(NamedTuple):
    """Something arrived late in `[start_ms, end_ms)` of a meter, whatever the quantity; `arrival` grows."""

    meter: str
    start_ms: int
    end_ms: int
    arrival: int


class TouchedSince(NamedTuple):
    """Spans in the order of their arrival, and the cursor that asks for those that come after them."""

    spans: Sequence[Touched]
    cursor: int


def late_before(now_s: float) -> int:
    """Return the instant [ms] before which a reading that arrives at `now_s` is late."""
    return int(now_s * 1000) - LATE_AFTER_MS


def note_late(firsts: Firsts, meter: str, time_ms: int) -> None:
    """Note the time of a late reading."""
    key = (meter, time_ms // SPAN_MS)
    firsts[key] = min(firsts.get(key, time_ms), time_ms)


def late_spans(readings: Iterable[Reading], before_ms: int) -> Firsts:
    """Return the spans of the readings before `before_ms`."""
    firsts: Firsts = {}
    for meter, _, time_ms, _ in readings:
        if time_ms < before_ms:
            note_late(firsts, meter, time_ms)
    return firsts


def touched(meter: str, time_ms: int, arrival: int) -> Touched:
    """Return the span from a late time on."""
    return Touched(meter, time_ms, (time_ms // SPAN_MS + 1) * SPAN_MS, arrival)
