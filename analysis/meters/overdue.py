"""Hand readings that are late: whom to remind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.meters import ByHandSource
from config.portfolio import Portfolio
from gateway.reading import Reading, instant

GRACE = 0.1  # of the interval: who reads monthly is reminded three days after the month


@dataclass(frozen=True, slots=True)
class OverdueReading:
    """A meter that nobody has read in time. `last` is its newest reading, None if it has none; `due` the instant by
    which the next should have come, None with `last`."""

    meter: str
    property_id: str
    last: datetime | None
    due: datetime | None
    late: timedelta | None


def overdue_hand_readings(
    portfolio: Portfolio, newest: Mapping[tuple[str, str], Reading], now: datetime
) -> list[OverdueReading]:
    """Return the meters read by hand whose reading is late at `now`, the latest first, those never read before them.

    `newest` holds the newest reading by (meter, quantity), as a store gives it; readings of the future count as none.
    """
    found: list[OverdueReading] = []
    for meter in portfolio.meters.values():
        if not isinstance(meter.source, ByHandSource) or meter.is_virtual:
            continue
        reading = newest.get((meter.id, meter.quantity))
        last = None if reading is None or instant(reading.time_ms) > now else instant(reading.time_ms)
        if last is None:
            found.append(OverdueReading(meter.id, meter.property_id, None, None, None))
        elif now > (due := last + meter.source.every) + meter.source.every * GRACE:
            found.append(OverdueReading(meter.id, meter.property_id, last, due, now - due))
    return sorted(found, key=lambda one: (one.last is not None, one.due or now))
