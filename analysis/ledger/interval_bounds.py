"""Which span of time a stamped amount belongs to: pure.

A load profile's interval has a fixed length. A daily amount has that of its day, which begins where the meter's days
begin (gas: 06:00) and has 23 or 25 hours twice a year; its stamp names the day, in whatever hour it was written.
"""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

import numpy as np

from analysis.ledger.micro import Integers
from config.meters.meter import Meter, Stamps
from gateway.reading import instant, milliseconds

_DAY = timedelta(days=1)
_NOON = 12


def interval_bounds(time_ms: Integers, meter: Meter, zone: tzinfo) -> tuple[Integers, Integers]:
    """Return start and end [ms] of the interval that each stamp (ascending) names.

    Intervals that overlap (irregular stamps) begin at the end of the one before.
    """
    starts, ends = _days(time_ms, meter, zone) if meter.interval == _DAY else _fixed(time_ms, meter)
    if len(starts):
        starts = np.maximum(starts, np.concatenate([starts[:1], ends[:-1]]))
    return starts, np.maximum(ends, starts)


def _fixed(time_ms: Integers, meter: Meter) -> tuple[Integers, Integers]:
    interval_ms = meter.interval // timedelta(milliseconds=1)
    ends = time_ms if meter.stamps is Stamps.END else time_ms + interval_ms
    return ends - interval_ms, ends


def _days(time_ms: Integers, meter: Meter, zone: tzinfo) -> tuple[Integers, Integers]:
    locals_ = [instant(one).astimezone(zone) for one in time_ms.tolist()]
    named = [_day_that_ends(one) if meter.stamps is Stamps.END else one.date() for one in locals_]
    begin = meter.day_begins
    starts = [_begin_ms(day, begin.hour * 60 + begin.minute, zone) for day in named]
    ends = [_begin_ms(day + _DAY, begin.hour * 60 + begin.minute, zone) for day in named]
    return np.array(starts, np.int64), np.array(ends, np.int64)


def _day_that_ends(local: datetime) -> date:
    """The day whose amount was written at its end: shortly before midnight, at it, or in the morning after."""
    return local.date() if local.hour >= _NOON else local.date() - _DAY


@lru_cache(maxsize=4096)
def _begin_ms(day: date, minutes: int, zone: tzinfo) -> int:
    return milliseconds(datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone))
