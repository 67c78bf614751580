"""A small district, a store that holds what it is told, and rules that say what they are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from alerts.findings import CLEAR, Circumstances, Finding, Judged, Words
from alerts.periods import Period, due_hours
from analysis.books import Books
from config.meters.meter import Dated, Meter, ModbusSource
from config.portfolio.portfolio import District, Person, Portfolio, Tariff
from config.portfolio.properties import Property
from gateway.operations import Operations, Outcome
from gateway.reading import Reading, Refused
from gateway.series import Series, series_of
from gateway.touched import TouchedSince

NOW = datetime(2026, 3, 2, 10, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
NORD = Person("nord", "Hausmeister Nord", "nord@example.org")
SUED = Person("sued", "Caretaker South", "sued@example.org", language="en")


def meter(name: str, place: str = "gs", bus: str = "bus") -> Meter:
    source = ModbusSource(bus=bus, device=3, profile="eastron_sdm630_v2", every=timedelta(minutes=1))
    return Meter(name, place, "electricity_import", "kWh", "active_energy_import", title=name.upper(), source=source)


def water_meter(name: str = "gs-wasser") -> Meter:
    return Meter(name, "gs", "water", "m3", "volume", title="Wasser Haupteingang")


def portfolio(*meters: Meter, people: Sequence[Person] = (NORD, SUED)) -> Portfolio:
    places = (
        Property(
            "gs", "Grundschule Musterdorf", "vg", "schulen", facility_manager_id=people[0].id if people else None
        ),
        Property("kita", "Kita Sonnenschein", "vg", "kita", facility_manager_id=people[-1].id if people else None),
        Property("depot", "Bauhof", "vg", "bauhof"),
    )
    filled = tuple(
        Property(
            place.id,
            place.name,
            place.municipality_id,
            place.category,
            facility_manager_id=place.facility_manager_id,
            meters=tuple(one for one in meters if one.property_id == place.id),
        )
        for place in places
    )
    district = District("lk", "Musterkreis", "RP", "Europe/Berlin", "02486", sample=True)
    tariff = Tariff("water", (Dated(None, Decimal("4.30")),))
    return Portfolio(district, (), tuple(people), (), filled, (tariff,))


class HeldReadings:
    """A store of a dictionary."""

    def __init__(self, readings: Sequence[Reading] = ()) -> None:
        self.readings = {reading[:3]: reading for reading in readings}

    def write(self, readings: Sequence[Reading]) -> Sequence[Refused]:
        self.readings |= {reading[:3]: reading for reading in readings}
        return ()

    def read(self, meter: str, quantity: str, start: datetime | None = None, end: datetime | None = None) -> Series:
        held = [one for one in self.readings.values() if one[:2] == (meter, quantity)]
        return series_of([one for one in held if (not start or one.time >= start) and (not end or one.time < end)])

    def read_with_neighbours(self, meter: str, quantity: str, start: datetime, end: datetime) -> Series:
        held = sorted(
            (one for one in self.readings.values() if one[:2] == (meter, quantity)), key=lambda one: one.time
        )
        before = [one for one in held if one.time < start][-1:]
        after = [one for one in held if one.time >= end][:1]
        return series_of([*before, *(one for one in held if start <= one.time < end), *after])

    def newest(self) -> dict[tuple[str, str], Reading]:
        ordered = sorted(self.readings.values(), key=lambda one: one.time_ms)
        return {(one.meter, one.quantity): one for one in ordered}

    def touched(self, since: int) -> TouchedSince:
        return TouchedSince((), 0)

    def ready(self) -> None: ...

    def close(self) -> None: ...


def books(declared: Portfolio, operations: Operations, readings: Sequence[Reading] = ()) -> Books:
    return Books(declared, HeldReadings(readings), operations, {})


def found(
    outcome: Outcome = Outcome.FIRING, *, since: datetime = NOW, severity: str = "warning", source: str | None = None
) -> Judged:
    words = {
        language: Words(f"{language}: Titel", "Gesehen.", "Ursache.", "Bitte prüfen.") for language in ("de", "en")
    }
    finding = Finding(severity, since, since, NOW, 0.42, 0.0, 0.0, "m3/h", 43.0, 15800.0, words, source=source)
    return Judged(outcome, finding)


@dataclass
class ToldRule:
    """An hourly rule that says what the test tells it, by subject and by the hour's number since 00:00."""

    verdicts: Mapping[str, Judged | Exception] = field(default_factory=dict)
    by_hour: Mapping[int, Judged] = field(default_factory=dict)
    id: str = "told"
    cron: Mapping[str, str] = field(default_factory=lambda: {"minute": "2"})
    looks_back: timedelta | None = timedelta(0)
    asked: list[tuple[str, datetime]] = field(default_factory=list)
    circumstances: list[Circumstances] = field(default_factory=list)

    def subjects(self, portfolio: Portfolio) -> tuple[str, ...]:
        return tuple(portfolio.meters)

    def property_of(self, portfolio: Portfolio, subject: str) -> str:
        return portfolio.meter(subject).property_id

    def due(self, portfolio: Portfolio, subject: str, after: datetime | None, now: datetime) -> list[Period]:
        return due_hours(after, now)

    def judge(self, books: Books, subject: str, period: Period, circumstances: Circumstances) -> Judged:
        self.asked.append((subject, period.start))
        self.circumstances.append(circumstances)
        if period.start.hour in self.by_hour:
            return self.by_hour[period.start.hour]
        verdict = self.verdicts.get(subject, CLEAR)
        if isinstance(verdict, Exception):
            raise verdict
        return verdict
