"""The meter that detectors are asked about, with what they have to know of it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from analysis.bookkeeping.expectations import TypesOfDays
from analysis.bookkeeping.meter_records import Records
from analysis.books import Books
from analysis.doubts.units.pace import Pace
from analysis.measures.measure_days import HEAT_MEDIA
from config.meters.meter import ByHandSource, Meter, Reporting
from config.portfolio.calendars import PropertyCalendar
from gateway.reading import instant

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_BEFORE_ALL = datetime(1970, 1, 2, tzinfo=UTC)
_BY_THE_SUN = frozenset({"pv_generation", "electricity_export"})
_LIT_AT_DUSK = "strassenbeleuchtung"


def first_reading(books: Books, meter: Meter) -> datetime | None:
    """Return when a meter's readings begin, None where there is none."""
    # Of an instant before everything, the neighbour behind it is the first reading.
    first = books.store.read_with_neighbours(meter.id, meter.quantity, _BEFORE_ALL, _BEFORE_ALL)
    return instant(int(first.time_ms[0])) if len(first) else None


@dataclass(frozen=True, slots=True)
class Subject:
    """A metered meter under judgement at `now`: what is `recorded` about it, and without what nobody decided yet."""

    books: Books
    meter: Meter
    recorded: Records
    now: datetime

    @property
    def every(self) -> timedelta:
        """How often it is read."""
        source = self.meter.source
        return source.every if isinstance(source, ByHandSource) else self.meter.interval

    @property
    def speaks_hourly(self) -> bool:
        """Whether its hours are readings and not shares of longer intervals."""
        return self.every <= _HOUR and self.meter.reporting is not Reporting.BY_HAND

    @property
    def keeps_hours(self) -> bool:
        """Whether its days run by the clock: the sun and lamps that are lit at dusk do not."""
        place = self.books.portfolio.property(self.meter.property_id)
        return self.meter.medium_id not in _BY_THE_SUN and place.category != _LIT_AT_DUSK

    @property
    def is_heat(self) -> bool:
        """Whether the weather leads it."""
        return self.meter.medium_id in HEAT_MEDIA

    @property
    def is_seasonal(self) -> bool:
        """Whether its days are like none but those of the same weeks of other years, or of the same weather."""
        return self.is_heat or self.meter.medium_id in _BY_THE_SUN

    @property
    def has_weather(self) -> bool:
        """Whether its days answer to the weather one by one."""
        return self.is_heat and self.every <= _DAY

    @property
    def today(self) -> date:
        """The local day of now, which is not over."""
        return self.now.astimezone(self.books.zone).date()

    def types(self) -> TypesOfDays:
        """Return what tells the type of a day."""
        place = self.books.portfolio.property(self.meter.property_id)
        return TypesOfDays(PropertyCalendar(place, self.books.portfolio.district.state, self.books.zone))

    def pace(self, *, weather: bool) -> Pace:
        """Return how patiently it is judged; what is read rarely takes two whole readings, and a day."""
        days = max(8, 2 * -(-self.every // _DAY) + 2)
        seasonal = self.is_seasonal and not weather
        return Pace(days, days + 52, least=5.0 if seasonal else 2.5, needs_a_year=seasonal)
