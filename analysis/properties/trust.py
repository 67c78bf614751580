"""How far a figure can be trusted, as a light: what it rests on, how new that is, and what is still in doubt."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from analysis.books import Books
from analysis.figures import Figure, How, MeterEvent
from analysis.meters.newest_readings import newest_by_meter
from analysis.meters.open_events import BLOCKING, open_events
from config.minima import MINIMA

_READ = (How.MEASURED, How.READ_BY_HAND, How.BILLED, How.CORRECTED)
_KNOWN = (*_READ, How.INTERPOLATED, How.SUBSTITUTED)


class TrustLight(StrEnum):
    """How far a figure can be trusted."""

    GOOD = "good"
    LOOK = "look"
    POOR = "poor"
    UNKNOWN = "unknown"


class Doubt(StrEnum):
    """Why a light is not good."""

    NOTHING_KNOWN = "nothing_known"
    NOT_MEASURED = "below_95_percent_measured"
    INCOMPLETE = "incomplete_meters"
    BLOCKING_EVENTS = "events_that_block_booking"
    OPEN_EVENTS = "open_events"


@dataclass(frozen=True, slots=True)
class Trust:
    """A light with what it stands for.

    `measured` is the share that rests on readings (measured, by hand, billed, corrected), 0..1, `shares` the same by
    `How` values, "missing" included. `newest` is the newest reading of the meters that went in, `events` what is
    proposed about them and not decided, what blocks booking first. `doubts` say why the light is not good.
    """

    light: TrustLight
    measured: float
    shares: Mapping[str, float]
    newest: datetime | None
    events: tuple[MeterEvent, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Witness:
    """What vouches for figures about a time beside their amounts, by meter: newest readings and open events."""

    newest: Mapping[str, datetime]
    open_events: Callable[[str], Sequence[MeterEvent]]


Witnesses = Callable[[date, date], Witness]


def witnesses_of(books: Books, *, now: datetime) -> Witnesses:
    """Return what gives the witness of local days `[start, end)`; the newest readings are asked for once."""
    newest = newest_by_meter(books, books.store.newest(), now=now)

    def witness(start: date, end: date) -> Witness:
        return Witness(newest, lambda name: open_events(books, books.portfolio.meter(name), start, end, now=now))

    return witness


def trust_in(figure: Figure, witness: Witness) -> Trust:
    """Return how far a figure can be trusted."""
    return trust_of(figure.quality, figure.meters, witness, incomplete=figure.incomplete)


def trust_of(
    shares: Mapping[str, float], meters: Iterable[str], witness: Witness, *, incomplete: Sequence[str] = ()
) -> Trust:
    """Return how far a sum over meters can be trusted, from the shares in which its time is known.

    `incomplete` are meters that know too little for themselves, however well the others do. Source of the thresholds:
    `config.minima`.
    """
    names = tuple(meters)
    measured = sum(shares.get(how.value, 0.0) for how in _READ)
    is_known = any(shares.get(how.value, 0.0) > 0 for how in _KNOWN)
    events = tuple(dict.fromkeys(event for name in names for event in witness.open_events(name)))
    doubts = tuple(_doubts(measured, events, is_known=is_known, incomplete=incomplete))
    newest = [witness.newest[name] for name in names if name in witness.newest]
    light = _light(measured, doubts, is_known=is_known)
    return Trust(light, round(measured, 6), shares, max(newest, default=None), events, doubts)


def _doubts(
    measured: float, events: Sequence[MeterEvent], *, is_known: bool, incomplete: Sequence[str]
) -> Iterable[Doubt]:
    if not is_known:
        yield Doubt.NOTHING_KNOWN
    elif measured < MINIMA["trust_good"].whole:
        yield Doubt.NOT_MEASURED
    if incomplete:
        yield Doubt.INCOMPLETE
    if any(event.kind in BLOCKING for event in events):
        yield Doubt.BLOCKING_EVENTS
    elif events:
        yield Doubt.OPEN_EVENTS


def _light(measured: float, doubts: Sequence[Doubt], *, is_known: bool) -> TrustLight:
    if not is_known:
        return TrustLight.UNKNOWN
    if measured < MINIMA["trust_look"].whole:
        return TrustLight.POOR
    return TrustLight.LOOK if doubts else TrustLight.GOOD
