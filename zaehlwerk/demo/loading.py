"""Brings the sample district's history into a store, once; started again, only what is missing since."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import orjson

from config.errors import ConfigurationError
from config.portfolio.portfolio import Portfolio
from gateway.operations import MeterEventRow, Operations
from gateway.reading import Reading, Receipt
from gateway.series import Series
from gateway.whole_file import write_whole
from zaehlwerk.demo.history.counters import History, history_until
from zaehlwerk.demo.history.incidents import EXCHANGE_SERIAL, EXCHANGED_METER
from zaehlwerk.demo.history.readings import Histories, first_stored, readings_of, weather_readings
from zaehlwerk.demo.history.registers import last_of_old_device

_AHEAD = timedelta(days=1)
_MARK = "sample-district.json"

Progress = Callable[[float, str], None]


class BulkStore(Protocol):
    """The part of the embedded store that takes whole histories."""

    def append_series(self, meter: str, quantity: str, series: Series) -> Receipt: ...
    def newest(self) -> dict[tuple[str, str], Reading]: ...


def anchor_of(state: Path, now: datetime) -> datetime:
    """Return the instant from which the incidents of this state's district are dated; the first call sets it.

    Raises `ConfigurationError` for a state that is none of a sample: made-up readings would lie among real ones.
    """
    mark = state / _MARK
    if mark.exists():
        return datetime.fromisoformat(orjson.loads(mark.read_bytes())["anchor"])
    if any(state.glob("*.sqlite")):
        raise ConfigurationError(f"{state} is the state of no demo: name another folder with --state")
    write_whole(mark, orjson.dumps({"sample": True, "anchor": now.astimezone(UTC).isoformat()}))
    return now


def history_of(portfolio: Portfolio, *, anchor: datetime, now: datetime) -> History:
    """Make the history until a day after `now`, so that the simulation begins without a pause."""
    return history_until(now + _AHEAD, portfolio=portfolio, anchor=anchor)


def load(history: History, store: BulkStore, operations: Operations, *, now: datetime, progress: Progress) -> int:
    """Store what is missing up to `now`, record the exchange; returns the number of readings.

    `progress` is told the share done, 0..1, and in German what comes next; it may be called from this thread only.
    """
    operations.events.record(exchange_event(history))
    newest = store.newest()
    things = list(history.totals)
    total = 0
    for place, (title, histories) in enumerate(_everything(history, now)):
        progress(place / (len(things) + 1), title)
        for meter, quantity, series in histories:
            total += len(_after(series, newest.get((meter, quantity)), store, meter, quantity))
    progress(1.0, "fertig")
    return total


def within(progress: Progress, first: float, last: float, *, title: str = "") -> Progress:
    """Return what is told the progress of a part of the loading, between two shares of the whole."""

    def told(share: float, step: str) -> None:
        progress(first + (last - first) * share, f"{title}: {step}" if title and step else title or step)

    return told


def exchange_event(history: History) -> MeterEventRow:
    """Return the exchange as a person would have recorded it."""
    return MeterEventRow(
        id="sample-exchange",
        meter=EXCHANGED_METER,
        kind="exchange",
        time=history.incidents.exchange.astimezone(UTC),
        old_end=round(Decimal(last_of_old_device(history)), 2),  # a display has no ten decimals
        new_start=Decimal(0),
        serial=EXCHANGE_SERIAL,
        digits=None,
        factor=None,
        detail="Zähler nach Ablauf der Eichfrist gewechselt (Beispiel)",
        state="recorded",
        author="Hausmeister West",
        recorded_at=history.incidents.exchange.astimezone(UTC),
    )


def _everything(history: History, now: datetime) -> Iterator[tuple[str, Histories]]:
    start = first_stored(history)
    yield "Wetter", weather_readings(history, start=start, end=now)
    for meter in map(history.portfolio.meter, history.totals):
        place = history.portfolio.property(meter.property_id)
        yield f"{place.name}: {meter.title or meter.medium.title}", readings_of(history, meter, start=start, end=now)


def _after(series: Series, newest: Reading | None, store: BulkStore, meter: str, quantity: str) -> Series:
    kept = series if newest is None else _since(series, newest.time_ms)
    if len(kept):
        store.append_series(meter, quantity, kept)
    return kept


def _since(series: Series, time_ms: int) -> Series:
    new = series.time_ms > time_ms
    return Series(series.time_ms[new], series.value[new])
