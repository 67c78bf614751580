"""The ten real meters in a store, as a district that detectors can be asked about."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from analysis.bookkeeping.meter_records import records_of
from analysis.books import Books
from analysis.doubts.clocks.clock_shifts import DayProfiles
from analysis.doubts.known_days import KnownDays
from analysis.doubts.meter_days import day_profiles, known_days
from analysis.doubts.subject import Subject
from analysis.doubts.units.pace import Pace
from config.meters.meter import Meter, weather_meter_id
from gateway.embedded import EmbeddedStore
from gateway.reading import milliseconds
from gateway.series import Series
from tests.unit.analysis.cambridge import BUILDINGS, MEDIA, celsius_of, hours_of
from tests.unit.analysis.evidence import books, meter, place

HOUR_MS = 3_600_000
NOW = datetime(2020, 1, 1, 6, tzinfo=UTC)
FIRST = date(2016, 1, 1)
METERS = tuple(f"{medium}-{building}" for medium in MEDIA for building in BUILDINGS)


@dataclass(frozen=True, slots=True)
class Ten:
    """Books over the counters of the ten meters, and over the weather where it is wanted."""

    books: Books
    store: EmbeddedStore

    def subject(self, name: str) -> Subject:
        """Return one meter as the detectors take it."""
        one = self.books.portfolio.meter(name)
        return Subject(self.books, one, records_of(self.books, one, now=NOW), NOW)

    def days(self, name: str) -> KnownDays:
        """Return its known days of four years."""
        return known_days(self.subject(name), FIRST)

    def pace(self, name: str, *, weather: bool) -> Pace:
        """Return how patiently it is judged."""
        subject = self.subject(name)
        return subject.pace(weather=weather and subject.has_weather)

    def profiles(self, name: str) -> DayProfiles:
        """Return its open days of four years."""
        return day_profiles(self.subject(name), FIRST, date(2020, 1, 1))


def ten_meters(folder: Path, file: Path, *, weather: bool = True) -> Ten:
    """Put the hours of the reference data through counters into a store of its own."""
    store = EmbeddedStore(file)
    meters = []
    for medium in MEDIA:
        for building, hours in hours_of(folder, medium).items():
            one = _meter(f"{medium}-{building}", medium)
            ends = np.array([milliseconds(begin) for begin, _ in hours]) + HOUR_MS
            shown = np.round(np.cumsum([float(amount) for _, amount in hours]), 1)
            store.append_series(one.id, one.quantity, Series(ends, shown))
            meters.append(one)
    there, _ = books(place(*meters), zone="Europe/London")
    if weather:
        celsius = celsius_of(folder)
        times = np.array([milliseconds(at) for at, _ in celsius])
        station = weather_meter_id(there.portfolio.district.weather_station)
        store.append_series(station, "air_temperature", Series(times, np.array([value for _, value in celsius])))
    return Ten(replace(there, store=store), store)


def _meter(name: str, medium: str) -> Meter:
    if medium == "electricity":
        return meter(name)
    return meter(name, "natural_gas", quantity="heat_energy")  # the archive has kWh
