"""When each meter was last heard of."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from analysis.books import Books
from analysis.virtual.formula_parts import parts_of
from config.clocks import CLOCK_SLACK
from config.meters.meter import Meter
from gateway.reading import Reading, instant, milliseconds


def newest_by_meter(
    books: Books, readings: Mapping[tuple[str, str], Reading], *, now: datetime
) -> dict[str, datetime]:
    """Return the instant of the newest reading by meter; of a virtual meter that of its parts.

    `readings` are the newest ones by (meter, quantity), as a store gives them. Who was never heard of is not in it.
    What lies ahead of `now` by more than a clock may be is not looked at: the reading before it is the newest.
    """
    meters = books.portfolio.meters
    found = {
        meter.id: _heard(books, meter, readings[meter.id, meter.quantity].time, now=now)
        for meter in meters.values()
        if not meter.is_virtual and (meter.id, meter.quantity) in readings
    }
    own = {name: at for name, at in found.items() if at is not None}
    made_of = {meter.id: parts_of(meters, meter) for meter in meters.values() if meter.is_virtual}
    virtual = {name: [own[part] for part in parts if part in own] for name, parts in made_of.items()}
    return own | {name: max(times) for name, times in virtual.items() if times}


def _heard(books: Books, meter: Meter, newest: datetime, *, now: datetime) -> datetime | None:
    if newest <= now + CLOCK_SLACK:
        return newest
    times_ms = books.store.read_with_neighbours(meter.id, meter.quantity, now, now).time_ms
    count = int(np.searchsorted(times_ms, milliseconds(now), side="right"))
    return instant(int(times_ms[count - 1])) if count else None
