"""Meters that stopped speaking."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from analysis.books import Books
from config.meters.meter import ByHandSource, Meter
from gateway.reading import instant, milliseconds

SHORTEST_SILENCE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Silence:
    """A meter that has been quiet for longer than it may be.

    `since` is its newest reading, None if it never spoke; `lasting` counts from there (None with `since`).
    `allowed` is the silence that is normal for it, `last_value` what it said last, in canonical units.
    """

    meter: str
    property_id: str
    since: datetime | None
    lasting: timedelta | None
    allowed: timedelta
    last_value: float | None


def allowed_silence(meter: Meter) -> timedelta:
    """Return the silence that is normal for a meter.

    What the meter declares; else one and a half reading intervals where people read, else three intervals, but not
    less than 24 hours.
    """
    if meter.longest_silence is not None:
        return meter.longest_silence
    if isinstance(meter.source, ByHandSource):
        return 1.5 * meter.source.every
    return max(SHORTEST_SILENCE, 3 * meter.interval)


def silence(books: Books, meter_id: str, *, now: datetime) -> Silence | None:
    """Return the silence of a meter, None while it speaks; raises `NotFound`.

    Readings of the future do not count as speaking. A virtual meter is never silent itself.
    """
    meter = books.portfolio.meter(meter_id)
    if meter.is_virtual:
        return None
    allowed = allowed_silence(meter)
    series = books.store.read_with_neighbours(meter.id, meter.quantity, now, now)
    spoken = int(np.searchsorted(series.time_ms, milliseconds(now), side="right"))
    if not spoken:
        return Silence(meter.id, meter.property_id, None, None, allowed, None)
    since = instant(int(series.time_ms[spoken - 1]))
    if now - since <= allowed:
        return None
    return Silence(meter.id, meter.property_id, since, now - since, allowed, float(series.value[spoken - 1]))
