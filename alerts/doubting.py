"""Asks the detectors about every meter once a day, and puts what they doubt in front of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol
from zlib import crc32

from alerts.evaluation_summary import EvaluationSummary, Failure
from alerts.periods import Period, due_nights, night_of
from alerts.proposing import is_open, settle
from analysis.books import Books
from analysis.doubts import can_be_doubted, doubts_of, first_reading
from config.errors import Conflict, Unreachable
from config.meters.meter import Meter
from gateway.operations import JudgementRow, MeterEventRow, Operations, Outcome

DAILY: Final = "doubts"
HISTORY: Final = "doubts_of_history"
# What was looked at once is looked at again in turns: late data may have come for any of it.
TURNS: Final = 28
HISTORIES_AT_ONCE: Final = 50


class Detect(Protocol):
    """What doubts a meter: see `analysis.doubts.doubts_of`."""

    def __call__(
        self, books: Books, meter: Meter, /, *, now: datetime, since: date | None
    ) -> Sequence[MeterEventRow]: ...


def propose_doubts(
    books: Books, operations: Operations, *, now: datetime, detect: Detect = doubts_of
) -> EvaluationSummary:
    """Judge every meter that was not judged since the night. Safe at any time, and from several processes at once.

    A history that was never looked at is looked at whole, of fifty meters in a pass. A meter that fails stops no
    other and is tried again in the next pass; raises `Unreachable` when the store does not answer at all.
    """
    last = operations.judgements.last_periods(DAILY, until=now)
    nights = {after: due_nights(books.zone, after, now)[-1:] for after in {None, *last.values()}}
    summary, histories = EvaluationSummary(), 0
    for meter in filter(can_be_doubted, books.portfolio.meters.values()):
        before = last.get(meter.id)
        for night in nights[before]:
            asked = _asked(books, operations, meter, night, before)
            histories += asked is not None and asked.is_whole
            if asked is not None and not (asked.is_whole and histories > HISTORIES_AT_ONCE):
                summary += _answered(books, operations, asked, now, detect)
    return summary


@dataclass(frozen=True, slots=True)
class _Asked:
    """One meter on one night; `since` is the local day up to which it was judged, None: its whole history is."""

    meter: Meter
    night: Period
    begins: datetime
    since: date | None

    @property
    def is_whole(self) -> bool:
        return self.since is None


def _asked(
    books: Books, operations: Operations, meter: Meter, night: Period, before: datetime | None
) -> _Asked | None:
    begins = first_reading(books, meter)
    if begins is None:
        return None
    day = night_of(night, books.zone)
    its_turn = (day.toordinal() + crc32(meter.id.encode())) % TURNS == 0
    if before is None or its_turn or not operations.judgements.judged(HISTORY, meter.id, begins):
        return _Asked(meter, night, begins, None)
    undecided = [event.time for event in operations.events.of_meter(meter.id) if is_open(event)]
    return _Asked(meter, night, begins, min([before, *undecided]).astimezone(books.zone).date())


def _answered(
    books: Books, operations: Operations, asked: _Asked, now: datetime, detect: Detect
) -> EvaluationSummary:
    try:
        found = detect(books, asked.meter, now=now, since=asked.since)
    except Unreachable:
        raise
    except Exception as error:  # noqa: BLE001 - one meter's mistake must not silence the others
        reason = f"{type(error).__name__}: {error}"
        return EvaluationSummary(failures=(Failure(DAILY, asked.meter.id, asked.night.start, reason),))
    try:
        summary = _settled(operations, asked, found, now)
    except Conflict:  # another process judged it first, or somebody decided just now
        return EvaluationSummary()
    if summary.proposed + summary.withdrawn:
        books.forget(asked.meter.id)
    return summary


def _settled(
    operations: Operations, asked: _Asked, found: Sequence[MeterEventRow], now: datetime
) -> EvaluationSummary:
    """Judgement and proposals stand or fall together."""
    meter, outcome = asked.meter.id, Outcome.FIRING if found else Outcome.CLEAR
    with operations.begin() as connection:
        judgements = operations.judgements
        judgements.record(connection, JudgementRow(DAILY, meter, asked.night.start, outcome, now))
        if not judgements.judged(HISTORY, meter, asked.begins, connection=connection):
            judgements.record(connection, JudgementRow(HISTORY, meter, asked.begins, outcome, now))
        proposed, withdrawn = settle(operations, connection, meter, found)
    return EvaluationSummary(proposed=proposed, withdrawn=withdrawn)
