"""What a meter's days rest on besides its readings, as digests: when one changes, its days are derived again.

The digest of a meter says that something changed, those of its blocks say where.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from hashlib import sha256
from typing import Final

from analysis.bookkeeping.meter_records import Records, put_right
from analysis.ledger.conversion import Conversion, conversions_of, ratios_of
from analysis.ledger.rules import Rules, rules_of
from analysis.ledger.window import FOR_EVER_MS
from config.meters.ledger_policy import Filling, Spreading
from config.meters.meter import ByHandSource, Meter, PushSource
from config.portfolio.portfolio import Portfolio
from gateway.operations.rows import ReadingNoteRow

# Counted up whenever the ledger makes something else of the same readings.
DERIVATION: Final = 3


@dataclass(frozen=True, slots=True)
class Basis:
    """What is declared and recorded about a meter; equal digests are the same in every process.

    `declared` is what holds for all of its days, `conversions` what holds for some; `notes` are those on the readings
    that it is booked from, at the time that its clock is put right to.
    """

    records: Records
    notes: Sequence[ReadingNoteRow]
    conversions: tuple[Conversion, ...]
    rules: Rules
    declared: str

    def digest(self) -> str:
        """Return the digest of everything."""
        return self.digest_within((-FOR_EVER_MS, FOR_EVER_MS), (-FOR_EVER_MS, FOR_EVER_MS))

    def digest_within(self, span_ms: tuple[int, int], reach_ms: tuple[int, int]) -> str:
        """Return the digest of what matters to the amounts of `[first, end)` that look at readings of a reach."""
        told = (
            self.declared,
            [(max(one.from_ms, span_ms[0]), one.factor) for one in self.conversions if _touch(one, span_ms)],
            self._clock(reach_ms[1]),
            self._decisions(*reach_ms),
            [(one.time_ms, one.how) for one in self.notes if reach_ms[0] <= one.time_ms <= reach_ms[1]],
            self._speeds(*reach_ms),
        )
        return sha256(repr(told).encode()).hexdigest()[:32]

    def _clock(self, until_ms: int) -> list[tuple[int, int]]:
        clock = self.records.clock
        return [shift for shift in clock.shifts if clock.touches(shift[0], shift[0])[0] <= until_ms]

    def _speeds(self, since_ms: int, until_ms: int) -> list[tuple[int, float]]:
        """How fast the register may run, where anything says so: the ratios that hold within a reach."""
        if self.rules.rate is None:
            return []
        earlier = [(since_ms, ratio) for at, ratio in self.rules.ratios if at <= since_ms]
        return [*earlier[-1:], *(one for one in self.rules.ratios if since_ms < one[0] <= until_ms)]

    def _decisions(self, since_ms: int, until_ms: int) -> tuple[object, ...]:
        """What people decided about the readings of a reach; of the last exchange before, the wrap still counts."""
        known = self.records.all_decisions()
        earlier = [one for one in known.exchanges if one.time_ms < since_ms]
        return (
            [one.wrap for one in earlier[-1:] if one.wrap is not None],
            [one for one in known.exchanges if since_ms <= one.time_ms <= until_ms],
            sorted(one for one in known.believed if since_ms <= one <= until_ms),
            sorted(one for one in known.jumps if since_ms <= one <= until_ms),
            [(max(first, since_ms), last) for first, last in known.doubted if first <= until_ms],
        )


def basis_of(portfolio: Portfolio, records: Records, notes: Sequence[ReadingNoteRow]) -> Basis:
    """Return what a meter's days rest on; `notes` as they are stored."""
    meter, zone = records.meter, portfolio.district.zone
    factors, units = records.ratios(), records.units()
    conversions = conversions_of(meter, zone, factors=factors, units=units)
    rules = rules_of(meter, ratios=ratios_of(meter, zone, factors=factors, units=units))
    declared = repr((DERIVATION, _declared(meter), str(zone), _calendar(portfolio, meter)))
    return Basis(records, put_right(notes, records.clock), conversions, rules, declared)


def _touch(conversion: Conversion, span_ms: tuple[int, int]) -> bool:
    return conversion.from_ms < span_ms[1] and conversion.to_ms > span_ms[0]


def _declared(meter: Meter) -> Meter:
    """How a device is reached says nothing about what it counts; what is dated tells by the conversions."""
    source = meter.source if isinstance(meter.source, ByHandSource) else PushSource()
    policy = replace(meter.policy, decimals=None, tolerance_percent=Decimal(0))
    named = replace(meter, title="", serial=None, sample=False, longest_silence=None)
    alone = replace(named, sub_meter_of=None, has_all_sub_meters=False)
    return replace(alone, source=source, policy=policy, factor=(), gas=())


def _calendar(portfolio: Portfolio, meter: Meter) -> object:
    if meter.policy.spread is Spreading.LINEAR and meter.policy.fill is Filling.NONE:
        return None
    calendar = portfolio.property(meter.property_id).calendar
    weekdays = [sorted(one.weekdays) for one in calendar.open]
    return portfolio.district.state, calendar.school, weekdays, sorted(calendar.closed)
