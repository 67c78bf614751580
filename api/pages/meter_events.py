"""The events of a meter's page: open questions first, each with what follows from either answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from api.answers.problems import InvalidInput
from api.events.event_decisions import SUSPECTED, readings_around
from api.events.known_events import KnownEvent, first_day, known_events
from api.evidence import Evidence
from api.presentation.event_words import Proposal, proposal_of
from api.times import is_of_our_time
from config.errors import Conflict
from config.meters.meter import Meter

_LISTED = timedelta(days=400)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Question:
    """A proposed event with its words; `last` and `first` are the displays around a suspected exchange.

    It lies behind the instant `earliest`. None of the three where nobody is asked about an exchange.
    """

    known: KnownEvent
    words: Proposal
    last: Decimal | None = None
    first: Decimal | None = None
    earliest: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventList:
    """The events of `[start, end)`; `earlier` ends the time before, None: there is nothing."""

    start: date
    end: date
    questions: tuple[Question, ...]
    settled: tuple[KnownEvent, ...]
    earlier: date | None

    @property
    def everything(self) -> tuple[KnownEvent, ...]:
        """Every event of the list."""
        return (*(one.known for one in self.questions), *self.settled)


def event_list(evidence: Evidence, meter: Meter, until: date | None) -> EventList:
    """Return the events of somewhat more than a year before a local day (None: up to now); raises `InvalidInput`."""
    if until is not None and not is_of_our_time(until):
        raise InvalidInput("ereignisse_bis", f"{until} is no day that anything happened before")
    end = until or evidence.today() + _DAY
    start = end - _LISTED
    found = known_events(evidence, meter, start, end)
    return EventList(
        start,
        end,
        tuple(_question(evidence, meter, one) for one in found if one.is_open),
        tuple(one for one in found if not one.is_open),
        start if first_day(evidence, meter) < start else None,
    )


def events_between(
    evidence: Evidence, meter: Meter, start: date, end: date, listed: EventList
) -> Sequence[KnownEvent]:
    """Return the events of the local days `[start, end)`, out of the list where it has them."""
    if listed.start <= start and end <= listed.end:
        return listed.everything
    return known_events(evidence, meter, start, end)


def _question(evidence: Evidence, meter: Meter, known: KnownEvent) -> Question:
    words = proposal_of(known.event.kind)
    if known.event.kind != SUSPECTED:
        return Question(known, words)
    try:
        (earliest, last), (_, first) = readings_around(evidence, meter, known.event.time)
    except Conflict:
        return Question(known, words)
    return Question(known, words, last, first, earliest)
