"""A store and an operations database of dicts, and a small district to ask about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from analysis.books import Books
from analysis.daily_cache import DailyCache
from config.meters.meter import Dated, Meter, Tank
from config.portfolio.portfolio import District, Municipality, Portfolio
from config.portfolio.properties import Property
from gateway.operations.rows import MeterEventRow, ReadingNoteRow
from gateway.reading import Reading, Refused, milliseconds
from gateway.series import Series
from gateway.touched import TouchedSince


@dataclass
class DictStore:
    """A store of the test's own."""

    series: dict[tuple[str, str], dict[int, float]] = field(default_factory=dict)
    reads: int = 0

    def write(self, readings: Sequence[Reading]) -> Sequence[Refused]:
        for reading in readings:
            self.series.setdefault((reading.meter, reading.quantity), {})[reading.time_ms] = reading.value
        return ()

    def put(self, meter: str, quantity: str, values: Mapping[datetime, float]) -> None:
        self.series.setdefault((meter, quantity), {}).update(
            {milliseconds(at): value for at, value in values.items()}
        )

    def read(self, meter: str, quantity: str, start: datetime | None = None, end: datetime | None = None) -> Series:
        known = sorted(self.series.get((meter, quantity), {}).items())
        first = -(2**62) if start is None else milliseconds(start)
        last = 2**62 if end is None else milliseconds(end)
        rows = [row for row in known if first <= row[0] < last]
        return Series(np.array([at for at, _ in rows], np.int64), np.array([value for _, value in rows], np.float64))

    def read_with_neighbours(self, meter: str, quantity: str, start: datetime, end: datetime) -> Series:
        self.reads += 1
        times = sorted(self.series.get((meter, quantity), {}))
        first = max((at for at in times if at < milliseconds(start)), default=milliseconds(start))
        last = min((at for at in times if at >= milliseconds(end)), default=milliseconds(end))
        return self.read(meter, quantity, _instant(first), _instant(last + 1))

    def newest(self) -> dict[tuple[str, str], Reading]:
        return {key: Reading(*key, max(rows), rows[max(rows)]) for key, rows in self.series.items() if rows}

    def touched(self, since: int) -> TouchedSince:
        return TouchedSince((), 0)

    def ready(self) -> None:
        return None

    def close(self) -> None:
        return None


@dataclass
class DictEvents:
    rows: list[MeterEventRow] = field(default_factory=list)

    def of_meter(self, meter: str) -> list[MeterEventRow]:
        return [row for row in self.rows if row.meter == meter]

    def proposed(self, until: datetime) -> list[MeterEventRow]:
        return [one for one in self.rows if one.state == "proposed" and one.time <= until]

    def known(self, event_ids: Collection[str]) -> set[str]:
        return {one.id for one in self.rows} & set(event_ids)

    def of_meters(self, meters: Collection[str]) -> dict[str, list[MeterEventRow]]:
        return {meter: self.of_meter(meter) for meter in meters}


@dataclass
class DictNotes:
    rows: list[ReadingNoteRow] = field(default_factory=list)

    def of_meter(
        self, meter: str, quantity: str, start: datetime | None = None, end: datetime | None = None
    ) -> list[ReadingNoteRow]:
        return [row for row in self.rows if (row.meter, row.quantity) == (meter, quantity)]

    def of_meters(self, meters: Collection[str]) -> dict[str, list[ReadingNoteRow]]:
        return {meter: [row for row in self.rows if row.meter == meter] for meter in meters}


@dataclass
class DictOperations:
    events: DictEvents = field(default_factory=DictEvents)
    notes: DictNotes = field(default_factory=DictNotes)


def _instant(time_ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def oil_tank(name: str, reference: str, *, capacity: int, **more: Any) -> Meter:
    """A tank of heating oil, 10 kWh a litre on `reference`."""
    tank = Tank(Decimal(capacity), Decimal(10), reference)
    return meter(name, "heating_oil", unit="l", quantity="tank_level", tank=tank, **more)


def meter(identifier: str = "strom", medium: str = "electricity_import", **more: Any) -> Meter:
    """An hourly electricity meter unless told otherwise."""
    defaults: dict[str, Any] = {
        "property_id": "schule",
        "unit": "kWh",
        "quantity": "active_energy_import",
        "interval": timedelta(hours=1),
    }
    return Meter(id=identifier, medium_id=medium, **(defaults | more))


def formula(*entries: str | tuple[str, str]) -> tuple[Dated[str], ...]:
    """The formulas of a virtual meter: one that always held, and others each with its first day."""
    parted = [(None, one) if isinstance(one, str) else (date.fromisoformat(one[0]), one[1]) for one in entries]
    return tuple(Dated(since, text) for since, text in parted)


def place(*meters: Meter, **more: Any) -> Property:
    """A school of 1000 m²."""
    defaults: dict[str, Any] = {"id": "schule", "name": "Schule", "category": "schulen", "net_floor_m2": 1000.0}
    return Property(municipality_id="landkreis", meters=meters, **(defaults | more))


def books(
    *places: Property,
    events: Sequence[MeterEventRow] = (),
    notes: Sequence[ReadingNoteRow] = (),
    zone: str = "Europe/Berlin",
    cache: DailyCache | None = None,
    **more: Any,
) -> tuple[Books, DictStore]:
    """Books over an empty store, and the store."""
    district = District("kreis", "Musterkreis", "RP", zone, "02486", sample=True)
    portfolio = Portfolio(
        district=district,
        municipalities=(Municipality("landkreis", "Musterkreis", "district"),),
        people=(),
        sources=(),
        properties=places,
        tariffs=more.pop("tariffs", ()),
    )
    store = DictStore()
    operations = DictOperations(DictEvents(list(events)), DictNotes(list(notes)))
    factor_sets = more.pop("factor_sets", {})
    return Books(portfolio, store, operations, factor_sets, daily_cache=cache, **more), store


def event(kind: str, at: datetime, *, of: str = "strom", **more: Any) -> MeterEventRow:
    defaults: dict[str, Any] = {
        "id": f"{of}-{kind}",
        "old_end": None,
        "new_start": None,
        "serial": None,
        "digits": None,
        "factor": None,
        "detail": "",
        "state": "recorded",
        "author": "hausmeister",
        "recorded_at": at,
    }
    return MeterEventRow(meter=of, kind=kind, time=at, **(defaults | more))


def counter(
    start: datetime, step: timedelta, amounts: Sequence[float | int], *, first: float = 0.0
) -> dict[datetime, float]:
    """Readings of a counter that starts at `first` and rises by `amounts`, one every `step`; exact to a millionth."""
    total = Decimal(str(first))
    readings = {start: float(total)}
    for number, amount in enumerate(amounts, 1):
        total += Decimal(str(amount))
        readings[start + number * step] = float(total)
    return readings


def day(text: str) -> date:
    return date.fromisoformat(text)
