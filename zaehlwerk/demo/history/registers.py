"""What a meter of the sample district shows at given instants: the history and its continuation from one formula."""

from datetime import datetime

import numpy as np

from config.meters.meter import Meter
from gateway.reading import milliseconds
from zaehlwerk.demo.history.counters import History, shown
from zaehlwerk.demo.history.hours import FIRST, Floats, Integers
from zaehlwerk.demo.history.incidents import EXCHANGED_METER

_HOUR_MS = 3_600_000
_FIRST_MS = milliseconds(FIRST)


def register_at(history: History, meter: Meter, time_ms: Integers) -> Floats:
    """Return the display at instants [ms since 1970] up to the history's end; it runs evenly within an hour."""
    total = _running(history, meter, time_ms)
    exchanged = history.incidents.exchanged_at(meter.id)
    if exchanged is not None:
        before = time_ms < milliseconds(exchanged)
        total = np.where(before, total, total - float(_running(history, meter, _one(exchanged))[0]))
    return shown(meter, total)


def last_of_old_device(history: History) -> float:
    """Return the display of the exchanged meter when it was taken away; the new one began at zero."""
    meter = history.portfolio.meter(EXCHANGED_METER)
    return float(shown(meter, _running(history, meter, _one(history.incidents.exchange)))[0])


def _running(history: History, meter: Meter, time_ms: Integers) -> Floats:
    since_ms = np.asarray(time_ms) - _FIRST_MS
    hour = since_ms // _HOUR_MS
    totals = history.totals[meter.id]
    share = (since_ms - hour * _HOUR_MS) / _HOUR_MS
    return np.asarray(totals[hour] + share * (totals[hour + 1] - totals[hour]))


def _one(moment: datetime) -> Integers:
    return np.array([milliseconds(moment)], np.int64)
