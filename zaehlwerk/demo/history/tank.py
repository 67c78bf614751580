"""The oil tank of the sample district: levels read on the first of the month, deliveries when it runs low."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from config.meters.meter import Meter
from gateway.reading import milliseconds
from gateway.series import Series
from zaehlwerk.demo.history.counters import History
from zaehlwerk.demo.history.hours import FIRST, hour_index

_READ_AT, _DELIVERED_AT = time(8), time(11)
_FULL, _LOW = 0.92, 0.38  # share of the capacity: filled up to, ordered below
_DAYS_TO_DELIVERY = 9


def months(start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return the instants at which meters are read by hand: eight o'clock on the first of each month."""
    day, found = start.astimezone(zone).date().replace(day=1), []
    while (moment := datetime.combine(day, _READ_AT, zone)) < end:
        if moment >= start:
            found.append(moment)
        day = (day + timedelta(days=32)).replace(day=1)
    return found


def levels_and_deliveries(history: History, meter: Meter, end: datetime) -> tuple[Series, Series]:
    """Return the tank's levels and its deliveries [l] since `FIRST`; consumption is level + deliveries − level."""
    zone, tank = history.portfolio.district.zone, meter.tank
    if tank is None:
        raise ValueError(f"{meter.id} has no tank")
    capacity, added = float(tank.capacity), 0.0
    levels: list[tuple[datetime, float]] = []
    deliveries: list[tuple[datetime, float]] = []
    for moment in months(FIRST, end, zone):
        level = _FULL * capacity + added - _burnt(history, meter, moment)
        levels.append((moment, round(level)))
        arrival = _delivery_day(moment.date(), zone)
        if level < _LOW * capacity and arrival < end:
            litres = float(round(_FULL * capacity - level, -2))
            deliveries.append((arrival, litres))
            added += litres
    return _series(levels), _series(deliveries)


def _delivery_day(read_on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(read_on + timedelta(days=_DAYS_TO_DELIVERY), _DELIVERED_AT, zone)


def _burnt(history: History, meter: Meter, moment: datetime) -> float:
    return float(history.totals[meter.id][hour_index(moment)])


def _series(points: list[tuple[datetime, float]]) -> Series:
    return Series(
        np.array([milliseconds(moment) for moment, _ in points], np.int64),
        np.array([value for _, value in points], np.float64),
    )
