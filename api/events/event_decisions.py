"""Deciding what an event means: one way for API, pages and commands. Everything after it is derived again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from analysis.bookkeeping.meter_records import CLOCK_SHIFT, UNIT_CHANGE
from analysis.figures import MeterEvent
from analysis.meters.meter_events import events_of
from analysis.meters.raw_readings import as_displayed
from api.answers.problems import InvalidInput
from api.displays import MOST_DIGITS, has_few_decimals, has_such_digits, is_display
from api.events.event_trail import Step, before_last_step, leave
from api.events.former_values import bring_back_former, bring_back_new
from api.evidence import Evidence
from api.expected.devices import expected_end, expected_start
from api.expected.ranges import missed
from config.errors import Conflict, NotFound
from config.meters.meter import LARGEST_RATIO, SMALLEST_RATIO, Meter
from gateway.operations import MeterEventRow
from gateway.reading import instant

SUSPECTED = "exchange_suspected"
DUPLICATE = "duplicate_conflict"
LEDGER = "zaehlwerk"
LONGEST_SHIFT_S = 366 * 86_400
_MILLISECOND = timedelta(milliseconds=1)


class Verdict(StrEnum):
    """What a person says to a proposed event."""

    ACCEPT = "accept"
    REJECT = "reject"

    @property
    def state(self) -> str:
        """The state of an event after it."""
        return "accepted" if self is Verdict.ACCEPT else "rejected"


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on an event, with the values that the kind takes; None: as proposed.

    A suspected exchange takes `at`, `old_end` and `new_start` (in the unit of the display; the readings around it
    where they are not given), `serial`, `digits` and `factor`; a change of the unit `factor`; a clock `shift_s`, by
    which its stamps are to be moved [s].
    """

    event_id: str
    verdict: Verdict
    author: str
    comment: str = ""
    at: datetime | None = None
    old_end: Decimal | None = None
    new_start: Decimal | None = None
    serial: str | None = None
    digits: int | None = None
    factor: Decimal | None = None
    shift_s: int | None = None


def decide(evidence: Evidence, decision: Decision) -> MeterEventRow:
    """Keep a decision with its trail and return the event as it stands now.

    Raises `NotFound`, `Conflict` where the event is decided already or needs no decision, `InvalidInput` for values
    that cannot be, or are missing.
    """
    event = standing(evidence, decision.event_id)
    if event.state != "proposed":
        raise Conflict(f"event {event.id!r} is {event.state}: only a proposed one can be decided")
    meter = evidence.portfolio.meter(event.meter)
    decided = _decided(evidence, meter, event, decision)
    operations = evidence.operations
    with operations.begin() as connection:
        before = operations.events.find(event.id, connection=connection)
        if before is not None and before.state != "proposed":
            raise Conflict(f"event {event.id!r} is {before.state} already")
        if decided.kind == DUPLICATE and decided.state == "rejected":  # what cannot be written stays open
            bring_back_former(evidence, decided.id, connection=connection)
        operations.events.put(decided, connection=connection)
        step = Step.ACCEPTED if decision.verdict is Verdict.ACCEPT else Step.REJECTED
        leave(
            operations,
            step,
            before,
            decided,
            author=decision.author,
            comment=decision.comment,
            connection=connection,
        )
    evidence.forget(meter.id)
    return decided


def undo(evidence: Evidence, event_id: str, *, author: str, comment: str = "") -> MeterEventRow | None:
    """Take the last decision, record or correction back; return what is recorded then, None where nothing is.

    Raises `NotFound`, and `Conflict` where there is nothing to take back.
    """
    operations = evidence.operations
    event = operations.events.find(event_id)
    if event is None:
        raise NotFound("decided event", event_id)
    with operations.begin() as connection:
        if operations.events.find(event_id, connection=connection) != event:
            raise Conflict(f"event {event_id!r} was changed meanwhile")
        before = before_last_step(operations, event, connection=connection)
        if event.kind == DUPLICATE and event.state == "rejected":
            bring_back_new(evidence, event.id, connection=connection)
        if before is None:
            operations.events.remove(event_id, connection=connection)
            operations.photos.forget(event_id, connection=connection)
        else:
            operations.events.put(before, connection=connection)
        leave(operations, Step.UNDONE, event, before, author=author, comment=comment, connection=connection)
    evidence.forget(event.meter)
    return before


def standing(evidence: Evidence, event_id: str) -> MeterEventRow:
    """Return an event as it stands: recorded, or noticed by the ledger. Raises `NotFound`."""
    recorded = evidence.operations.events.find(event_id)
    if recorded is not None:
        evidence.portfolio.meter(recorded.meter)
        return recorded
    meter_id, _, written = event_id.rpartition(":")
    meter = evidence.portfolio.meters.get(meter_id.rpartition(":")[0])
    if meter is None or not written.isdecimal() or len(written) > 14:
        raise NotFound("event", event_id)
    at = instant(int(written))
    found = events_of(evidence.books, meter, at, at + _MILLISECOND, now=evidence.now())
    noticed = next((one for one in found if one.id == event_id), None)
    if noticed is None:
        raise NotFound("event", event_id)
    return _row(noticed, evidence.now())


def _row(event: MeterEvent, now: datetime) -> MeterEventRow:
    nothing = dict.fromkeys(("old_end", "new_start", "factor"))
    return MeterEventRow(
        id=event.id,
        meter=event.meter,
        kind=event.kind,
        time=event.time,
        **nothing,
        serial=None,
        digits=None,
        detail=event.detail,
        state=event.state,
        author=LEDGER,
        recorded_at=now,
    )


def _decided(evidence: Evidence, meter: Meter, event: MeterEventRow, decision: Decision) -> MeterEventRow:
    """Return the event as the decision leaves it."""
    decided = replace(event, state=decision.verdict.state, author=decision.author, recorded_at=evidence.now())
    if decision.verdict is Verdict.REJECT:
        return decided
    if event.kind == SUSPECTED:
        return _exchanged(evidence, meter, decided, decision)
    if event.kind == UNIT_CHANGE:
        return replace(decided, factor=_factor(event.factor if decision.factor is None else decision.factor))
    if event.kind == CLOCK_SHIFT:
        return replace(decided, new_start=_shift(event, decision))
    return decided


def _exchanged(evidence: Evidence, meter: Meter, event: MeterEventRow, decision: Decision) -> MeterEventRow:
    """A suspected exchange becomes one, between the readings around it where nobody says better."""
    (earliest, last), (_, first) = readings_around(evidence, meter, event.time)
    at = decision.at or event.time
    if not earliest < at <= event.time:
        raise InvalidInput(
            "at", f"the exchange lies after {earliest.isoformat()}, at {event.time.isoformat()} at last"
        )
    typed = (("old_end", decision.old_end, expected_end), ("new_start", decision.new_start, expected_start))
    for place, display, expected in typed:
        if display is not None:
            _check_display(place, display)
            words = None if decision.comment.strip() else missed(meter, display, expected(evidence, meter, at))
            if words:
                raise InvalidInput(place, f"{words}; give a comment as the reason to accept it anyway")
    return replace(
        event,
        kind="exchange",
        time=at,
        old_end=last if decision.old_end is None else decision.old_end,
        new_start=first if decision.new_start is None else decision.new_start,
        serial=decision.serial or event.serial,
        digits=event.digits if decision.digits is None else _digits(decision.digits),
        factor=event.factor if decision.factor is None else _factor(decision.factor),
    )


def readings_around(
    evidence: Evidence, meter: Meter, at: datetime
) -> tuple[tuple[datetime, Decimal], tuple[datetime, Decimal]]:
    """Return the reading before an instant and the one at it or after, in the unit of the display.

    Raises `Conflict` where one of them is missing.
    """
    series = evidence.books.store.read_with_neighbours(meter.id, meter.quantity, at, at + _MILLISECOND)
    rows = [
        (instant(time_ms), as_displayed(meter, Decimal(repr(value))))
        for time_ms, value in zip(series.time_ms.tolist(), series.value.tolist(), strict=True)
    ]
    before, after = [row for row in rows if row[0] < at], [row for row in rows if row[0] >= at]
    if not before or not after:
        raise Conflict(f"there are no readings around {at.isoformat()}")
    return before[-1], after[0]


def _check_display(place: str, value: Decimal) -> None:
    if not is_display(value):
        raise InvalidInput(place, f"{value} is no display of a meter")


def _digits(digits: int) -> int:
    if not has_such_digits(digits):
        raise InvalidInput("digits", f"{digits} is not between 1 and {MOST_DIGITS}")
    return digits


def _factor(factor: Decimal | None) -> Decimal:
    if factor is None:
        raise InvalidInput("factor", "say by what the readings are to be multiplied since the change")
    if not SMALLEST_RATIO <= factor <= LARGEST_RATIO or not has_few_decimals(factor):
        raise InvalidInput("factor", f"{factor} is not between {SMALLEST_RATIO} and {LARGEST_RATIO}")
    return factor


def _shift(event: MeterEventRow, decision: Decision) -> Decimal:
    shift = event.new_start if decision.shift_s is None else Decimal(decision.shift_s)
    if shift is None or not abs(shift) <= LONGEST_SHIFT_S:
        raise InvalidInput("shift_s", "say by how many seconds the clock was wrong, a year at most")
    return shift
