"""What people recorded and decided about a meter, as the ledger takes it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from decimal import Decimal
from operator import attrgetter
from typing import Final

import numpy as np

from analysis.books import Books
from analysis.figures import How, MeterEvent
from analysis.german import exact
from analysis.ledger.clock import Clock
from analysis.ledger.conversion import factor_changes
from analysis.ledger.faults import Notice
from analysis.ledger.line import Row
from analysis.ledger.micro import Integers, micro_of
from analysis.ledger.readings import Decisions, Exchange
from analysis.ledger.rules import register_wrap
from config.meters.meter import Meter
from config.quantities import UNITS
from gateway.operations.rows import MeterEventRow, ReadingNoteRow
from gateway.reading import instant, milliseconds
from gateway.series import Series

PROPOSED: Final = "proposed"
SETTLED: Final = frozenset({"recorded", "accepted"})
UNIT_CHANGE: Final = "unit_change_suspected"
CLOCK_SHIFT: Final = "clock_shift"
JUMP: Final = "implausible_jump"
FACTOR_CHANGE: Final = "factor_change"
DUPLICATE: Final = "duplicate_conflict"  # rejecting one says which value stands, not that it is right
_FOR_EVER_MS = 2**60
_TIME = attrgetter("time_ms")
_MARKS = {
    How.READ_BY_HAND: Row.BY_HAND,
    How.BILLED: Row.BILLED,
    How.CORRECTED: Row.CORRECTED,
    How.SUBSTITUTED: Row.ESTIMATED,
}


@dataclass(frozen=True, slots=True)
class Records:
    """Everything recorded about one meter up to an instant, events ascending in time."""

    meter: Meter
    events: tuple[MeterEventRow, ...]

    def ratios(self) -> list[tuple[int, Decimal]]:
        """Return the transformer ratios that were recorded, each from its instant [ms] on."""
        settled = [one for one in self.events if one.state in SETTLED and one.kind != UNIT_CHANGE]
        return [(milliseconds(one.time), one.factor) for one in settled if one.factor is not None]

    def units(self) -> list[tuple[int, Decimal]]:
        """Return by what amounts have to be multiplied from an instant [ms] on to be right, as people accepted it."""
        accepted = [one for one in self.events if one.kind == UNIT_CHANGE and one.state == "accepted"]
        return [(milliseconds(one.time), one.factor) for one in accepted if one.factor is not None]

    @property
    def clock(self) -> Clock:
        """The clock of the device, put right by the shifts [s, in `new_start`] that people accepted."""
        accepted = (one for one in self.events if one.kind == CLOCK_SHIFT and one.state == "accepted")
        return Clock(
            tuple(
                (milliseconds(one.time), int(one.new_start) * 1000) for one in accepted if one.new_start is not None
            )
        )

    def decisions(self, series: Series) -> Decisions:
        """Return what the ledger has to know of them for these readings."""
        known = self.all_decisions()
        return replace(known, exchanges=_between(known.exchanges, series))

    def all_decisions(self) -> Decisions:
        """Return what the ledger has to know of them, whatever the readings."""
        exchanges = [
            _exchange(self.meter, one) for one in self.events if one.kind == "exchange" and one.state in SETTLED
        ]
        refuted = (one for one in self.events if one.state == "rejected" and one.kind != DUPLICATE)
        believed = frozenset(milliseconds(one.time) for one in refuted)
        doubted = [
            (milliseconds(one.time), _FOR_EVER_MS)
            for one in self.events
            if one.kind == UNIT_CHANGE and one.state == PROPOSED
        ]
        jumps = frozenset(
            milliseconds(one.time)
            for one in self.events
            if one.kind == JUMP and one.state in {"proposed", "accepted"}
        )
        return Decisions(exchanges, believed, doubted, jumps)

    def undoubted(self) -> "Records":
        """Return them without what nobody decided yet: what a doubt is judged by must not depend on the doubt."""
        return replace(self, events=tuple(one for one in self.events if one.state != PROPOSED))

    def factor_changes(self, zone: tzinfo, *, until: datetime) -> list[Notice]:
        """Return a notice for every change of the transformer ratio that is not an event of its own."""
        told = {milliseconds(one.time) for one in self.events if one.kind == FACTOR_CHANGE}
        return [
            Notice(FACTOR_CHANGE, at, f"Wandlerfaktor {exact(after)} statt {exact(before)}", "recorded")
            for at, before, after in factor_changes(self.meter, zone, self.ratios())
            if at not in told and at <= milliseconds(until)
        ]

    def shown(self, notices: Sequence[Notice], start_ms: int, end_ms: int) -> tuple[MeterEvent, ...]:
        """Return what was noticed and recorded in `[start, end)`; what is recorded stands before what is noticed."""
        known = {one.id: shown_event(one) for one in self.events}
        for notice in notices:
            identifier = event_id(self.meter.id, notice.kind, notice.time_ms)
            at = instant(notice.time_ms)
            event = MeterEvent(identifier, self.meter.id, notice.kind, at, notice.detail, notice.state)
            known.setdefault(identifier, event)
        first, last = instant(start_ms), instant(end_ms)
        return tuple(sorted((one for one in known.values() if first <= one.time < last), key=in_order))


def records_of(books: Books, meter: Meter, *, now: datetime) -> Records:
    """Return what was recorded about a meter up to `now`."""
    events = books.operations.events.of_meter(meter.id)
    return Records(meter, tuple(one for one in events if one.time <= now))


def event_id(meter_id: str, kind: str, time_ms: int) -> str:
    """Return the id of what the ledger noticed: the same at every derivation."""
    return f"{meter_id}:{kind}:{time_ms}"


def marks_of(series: Series, notes: Sequence[ReadingNoteRow], *, by_hand: bool) -> Integers:
    """Return how each reading was read: as its note says, else as the meter is read."""
    marks = np.full(len(series), Row.BY_HAND if by_hand else Row.MEASURED, np.int64)
    for note in notes:
        at = int(np.searchsorted(series.time_ms, note.time_ms))
        if at < len(series) and series.time_ms[at] == note.time_ms and note.how in _MARKS:
            marks[at] = _MARKS[How(note.how)]
    return marks


def put_right(notes: Sequence[ReadingNoteRow], clock: Clock) -> Sequence[ReadingNoteRow]:
    """Return notes with the time that their readings have once the clock is put right, ascending."""
    if not clock.shifts or not notes:
        return notes
    times = clock.right(np.array([one.time_ms for one in notes], np.int64)).tolist()
    return sorted((replace(one, time_ms=time) for one, time in zip(notes, times, strict=True)), key=_TIME)


def _between(exchanges: Sequence[Exchange], series: Series) -> list[Exchange]:
    """Leave out what older devices showed; of the last exchange before the readings the new device still counts."""
    if not len(series):
        return []
    earlier = [one for one in exchanges if one.time_ms <= series.time_ms[0]][-1:]
    before = [one._replace(old_end=None) for one in earlier if one.time_ms < series.time_ms[0]]
    return [*before, *(one for one in exchanges if one.time_ms >= series.time_ms[0])]


def _exchange(meter: Meter, event: MeterEventRow) -> Exchange:
    """People write down what the display shows, in the display's unit."""
    unit = Decimal(UNITS.get(meter.unit, ("", "1"))[1])
    wrap = None if event.digits is None else register_wrap(meter, Decimal(10) ** event.digits)
    return Exchange(
        milliseconds(event.time),
        None if event.old_end is None else micro_of(event.old_end * unit),
        None if event.new_start is None else micro_of(event.new_start * unit),
        wrap,
    )


def in_order(event: MeterEvent) -> tuple[datetime, bool, str]:
    """Return what events are sorted by: their time, then what a person has to decide before what is only noticed."""
    return event.time, event.state != PROPOSED, event.id


def shown_event(event: MeterEventRow) -> MeterEvent:
    """Return what people recorded or decided as an event among those that the ledger noticed."""
    return MeterEvent(event.id, event.meter, event.kind, event.time, event.detail, event.state)
