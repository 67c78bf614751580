"""What the device that hangs at a meter shows: exchanges say from when to when its readings are its own."""

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from analysis.bookkeeping.meter_records import SETTLED, records_of
from analysis.ledger.conversion import ratios_of
from api.evidence import Evidence
from api.expected.ranges import ExpectedRange, canonical, expected_range
from config.meters.meter import Meter
from gateway.reading import milliseconds
from gateway.series import Series

_AROUND = timedelta(days=400)
_MILLISECOND = timedelta(milliseconds=1)


def expected_end(evidence: Evidence, meter: Meter, at: datetime, *, without: str | None = None) -> ExpectedRange:
    """Return what the old device should show when it leaves: it never fell, and ran no faster than it can.

    `without` is the id of an exchange that is told anew: it does not bound itself.
    """
    known = evidence.readings(meter.id, meter.quantity, at - _AROUND, at)
    own = of_one_device(evidence, meter, known, at - _MILLISECOND, without=without)
    return expected_range(meter, own, at, ratio=ratio_at(evidence, meter, at - _MILLISECOND))


def ratio_at(evidence: Evidence, meter: Meter, at: datetime) -> Decimal:
    """Return by what the register is multiplied at an instant: transformers and units, declared or recorded."""
    records = records_of(evidence.books, meter, now=evidence.now())
    dated = ratios_of(meter, evidence.books.zone, factors=records.ratios(), units=records.units())
    return [ratio for since_ms, ratio in dated if since_ms <= milliseconds(at)][-1]


def expected_start(evidence: Evidence, meter: Meter, at: datetime) -> ExpectedRange:
    """Return what the new device can have shown when it came: no more than it shows next."""
    known = evidence.readings(meter.id, meter.quantity, at, at + _AROUND)
    return ExpectedRange(0.0, float(known.value[0]) if len(known) else None)


def of_one_device(
    evidence: Evidence, meter: Meter, known: Series, at: datetime, *, without: str | None = None
) -> Series:
    """Return what the device showed that hangs there at an instant, from what was written down when it came on."""
    events = evidence.operations.events.of_meter(meter.id)
    exchanges = [one for one in events if one.kind == "exchange" and one.state in SETTLED and one.id != without]
    came = max((one for one in exchanges if one.time <= at), key=lambda one: one.time, default=None)
    left = min((one.time for one in exchanges if one.time > at), default=None)
    first = 0 if came is None else int(known.time_ms.searchsorted(milliseconds(came.time), side="right"))
    last = len(known) if left is None else int(known.time_ms.searchsorted(milliseconds(left)))
    times, values = known.time_ms[first:last], known.value[first:last]
    if came is None or came.new_start is None:
        return Series(times, values)
    start = canonical(meter, came.new_start)
    return Series(np.insert(times, 0, milliseconds(came.time)), np.insert(values, 0, start))
