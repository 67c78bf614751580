"""How much of a time span is known: by meter, by property, and by day, month or year of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from analysis.books import Books
from analysis.calendar_cuts import days
from analysis.figures import Resolution
from analysis.known_amounts import coverage as known_share
from analysis.known_amounts import quality, read_share
from analysis.ledger.amounts import Amounts
from analysis.meters.due_days import due_to
from analysis.meters.meter_amounts import daily_amounts
from analysis.meters.newest_readings import newest_by_meter
from analysis.property_meters import main_meters
from config.meters.meter import Meter
from config.minima import MINIMA
from config.portfolio.properties import Property
from config.quantities import MEDIA

_BEGINS: Mapping[Resolution, Callable[[date], bool]] = {
    Resolution.DAY: lambda _: True,
    Resolution.MONTH: lambda day: day.day == 1,
    Resolution.YEAR: lambda day: (day.month, day.day) == (1, 1),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the local days `[start, end)`; shares 0..1.

    `coverage` is the time between readings no further apart than the gap limit, `known` that for which an amount was
    counted, gaps with a known sum included; `quality` maps `How` values to shares, "missing" included. `incomplete`
    are the ids of the meters that know less than a complete period demands; `is_complete` when there are none, but
    one meter at least.
    """

    start: date
    end: date
    coverage: float
    known: float
    quality: Mapping[str, float]
    incomplete: tuple[str, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class MeterCompleteness:
    """A meter over the whole span, by day (its `coverage`), and by the periods that were asked for.

    `due` is the part of the span that it should know by now: of a meter read by hand whose next reading is not late,
    the days before its newest one; `daily` is None for the days behind it. `newest` is the newest reading of all; of
    a virtual meter that of its parts.
    """

    meter: str
    property_id: str
    whole: Known
    due: Known
    daily: tuple[float | None, ...]
    newest: datetime | None
    periods: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True)
class PropertyCompleteness:
    """A property over the whole span, and by period: of the meters that count in its sums, sub-meters do not."""

    property_id: str
    whole: Known
    newest: datetime | None
    periods: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True)
class Completeness:
    """Local days `[start, end)`; `coverage` is the mean over all metered meters, of the days that are due."""

    start: date
    end: date
    meters: tuple[MeterCompleteness, ...]
    places: tuple[PropertyCompleteness, ...]
    coverage: float


def completeness(
    books: Books,
    start: date,
    end: date,
    *,
    now: datetime,
    places: Sequence[Property] | None = None,
    by: Resolution | None = None,
) -> Completeness:
    """Return what is known of the local days `[start, end)` that are over at `now`; nothing else is missing yet.

    `places` None: all properties. `by` day, month or year gives the periods too. A property is as complete as the
    weakest of its meters: one partial day of one of four meters makes that day incomplete, and not low.
    """
    over = max(start, min(end, now.astimezone(books.zone).date()))
    span = _Span(start, over, by)
    newest = newest_by_meter(books, books.store.newest(), now=now)
    chosen = books.portfolio.properties if places is None else places
    amounts = {
        meter.id: daily_amounts(books, meter, start, over, now=now)
        for place in chosen
        for meter in place.meters
        if over > start
    }
    due = {
        meter.id: due_to(books, meter, newest.get(meter.id), over, now=now)
        for place in chosen
        for meter in place.meters
    }
    meters = tuple(
        span.of_meter(meter, amounts.get(meter.id), newest.get(meter.id), due[meter.id])
        for place in chosen
        for meter in place.meters
    )
    metered = [one.due.coverage for one in meters if _counts(one, books)]
    found = tuple(span.of_property(place, amounts, newest) for place in chosen)
    return Completeness(start, over, meters, found, sum(metered) / len(metered) if metered else 0.0)


def _counts(one: MeterCompleteness, books: Books) -> bool:
    return one.due.end > one.due.start and not books.portfolio.meter(one.meter).is_virtual


@dataclass(frozen=True, slots=True)
class _Span:
    """The days that are looked at, and in which periods."""

    start: date
    end: date
    by: Resolution | None

    def of_meter(
        self, meter: Meter, amounts: Amounts | None, newest: datetime | None, due_to: date
    ) -> MeterCompleteness:
        parts = {} if amounts is None else {meter.id: amounts}
        shares = [] if amounts is None else amounts.coverage().tolist()
        known_days = max(0, (due_to - self.start).days)
        daily = tuple(share if day < known_days else None for day, share in enumerate(shares))
        whole = self._known(parts, self.start, self.end)
        due = self._known(parts if known_days else {}, self.start, max(self.start, due_to))
        return MeterCompleteness(meter.id, meter.property_id, whole, due, daily, newest, self._periods(parts))

    def of_property(
        self, place: Property, amounts: Mapping[str, Amounts], newest: Mapping[str, datetime]
    ) -> PropertyCompleteness:
        parts = {meter.id: amounts[meter.id] for meter in main_meters(place, MEDIA) if meter.id in amounts}
        last = max((newest[meter.id] for meter in place.meters if meter.id in newest), default=None)
        whole = self._known(parts, self.start, self.end)
        return PropertyCompleteness(place.id, whole, last, self._periods(parts))

    def _periods(self, parts: Mapping[str, Amounts]) -> tuple[Known, ...]:
        begins = _BEGINS.get(self.by) if self.by is not None else None
        if begins is None:
            return ()
        firsts = [day for day in days(self.start, self.end) if day == self.start or begins(day)]
        spans = zip(firsts, [*firsts[1:], self.end], strict=True) if firsts else ()
        return tuple(self._known(parts, first, last) for first, last in spans)

    def _known(self, parts: Mapping[str, Amounts], first: date, last: date) -> Known:
        since, until = (first - self.start).days, (last - self.start).days
        cut = {name: amounts.part(since, until) for name, amounts in parts.items()}
        minimum = MINIMA["complete"].whole
        incomplete = tuple(name for name, amounts in cut.items() if known_share([amounts]) < minimum)
        pieces = list(cut.values())
        shares = (read_share(pieces), known_share(pieces), quality(pieces))
        return Known(first, last, *shares, incomplete, bool(cut) and not incomplete)
