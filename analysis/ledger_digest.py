"""A digest of what is declared and recorded about a meter: when it changes, all its days have to be derived again."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final

from analysis.meter_records import Records
from config.ledger_policy import Filling, Spreading
from config.meters import ByHandSource, Meter, PushSource
from config.portfolio import Portfolio
from gateway.operations.rows import ReadingNoteRow

# Counted up whenever the ledger makes something else of the same readings.
DERIVATION: Final = 1


def digest_of(portfolio: Portfolio, records: Records, notes: Sequence[ReadingNoteRow]) -> str:
    """Return the digest: the same in every process, other when a figure may come out otherwise."""
    meter = records.meter
    events = [
        (one.id, one.kind, one.time, one.old_end, one.new_start, one.digits, one.factor, one.state)
        for one in records.events
    ]
    marks = [(one.time_ms, one.how) for one in notes]
    told = (DERIVATION, _declared(meter), str(portfolio.district.zone), _calendar(portfolio, meter), events, marks)
    return sha256(repr(told).encode()).hexdigest()[:32]


def _declared(meter: Meter) -> Meter:
    """How a device is reached says nothing about what it counts."""
    source = meter.source if isinstance(meter.source, ByHandSource) else PushSource()
    return replace(meter, title="", sample=False, source=source)


def _calendar(portfolio: Portfolio, meter: Meter) -> object:
    if meter.policy.spread is Spreading.LINEAR and meter.policy.fill is Filling.NONE:
        return None
    calendar = portfolio.property(meter.property_id).calendar
    weekdays = [sorted(one.weekdays) for one in calendar.open]
    return portfolio.district.state, calendar.school, weekdays, sorted(calendar.closed)
