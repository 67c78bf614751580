"""What exists: the district, its municipalities, properties, people, sources and prices, looked up by id."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from config.errors import NotFound
from config.meters.meter import Dated, Meter, value_on
from config.portfolio.properties import Measure, Property
from config.portfolio.sources import Source


@dataclass(frozen=True, slots=True)
class District:
    """The Landkreis. `state` is the two-letter code of the Land, `weather_station` the DWD number."""

    id: str
    name: str
    state: str
    time_zone: str
    weather_station: str
    sample: bool = False

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days, months and years are cut."""
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Municipality:
    """The district itself or one of its Verbandsgemeinden; `ars` is the 12-digit regional key."""

    id: str
    name: str
    kind: str
    ars: str = ""
    inhabitants: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who receives messages."""

    id: str
    name: str
    email: str
    language: str = "de"


@dataclass(frozen=True, slots=True)
class Tariff:
    """Working prices of a medium, dated; `unit` is the medium's consumption unit."""

    medium_id: str
    eur_per_unit: tuple[Dated[Decimal], ...]


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


Thing = TypeVar("Thing", bound=_Identified)


@dataclass(frozen=True)
class Portfolio:
    """Everything that is declared, with lookups by id that raise `NotFound`."""

    district: District
    municipalities: tuple[Municipality, ...]
    people: tuple[Person, ...]
    sources: tuple[Source, ...]
    properties: tuple[Property, ...]
    tariffs: tuple[Tariff, ...] = ()

    @cached_property
    def meters(self) -> dict[str, Meter]:
        """Every meter by id, in the order of the files."""
        return {meter.id: meter for place in self.properties for meter in place.meters}

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """Every measure by id."""
        return {measure.id: measure for place in self.properties for measure in place.measures}

    def meter(self, meter_id: str) -> Meter:
        """Return the meter; raises `NotFound`."""
        if meter_id not in self.meters:
            raise NotFound("meter", meter_id)
        return self.meters[meter_id]

    def name_of(self, meter: Meter) -> str:
        """Return how people call a meter; its id stands behind a name that others of its property have too."""
        name = meter.title or meter.medium.title
        return f"{name} ({meter.id})" if (meter.property_id, name) in self._names_of_several else name

    @cached_property
    def _names_of_several(self) -> set[tuple[str, str]]:
        names = Counter((meter.property_id, meter.title or meter.medium.title) for meter in self.meters.values())
        return {name for name, count in names.items() if count > 1}

    def measure(self, measure_id: str) -> Measure:
        """Return the measure; raises `NotFound`."""
        return _by_id(self.measures.values(), "measure", measure_id)

    def property(self, property_id: str) -> Property:
        """Return the property; raises `NotFound`."""
        return _by_id(self.properties, "property", property_id)

    def municipality(self, municipality_id: str) -> Municipality:
        """Return the municipality; raises `NotFound`."""
        return _by_id(self.municipalities, "municipality", municipality_id)

    def person(self, person_id: str) -> Person:
        """Return the person; raises `NotFound`."""
        return _by_id(self.people, "person", person_id)

    def source(self, source_id: str) -> Source:
        """Return the source; raises `NotFound`."""
        return _by_id(self.sources, "source", source_id)

    def price_eur(self, medium_id: str, day: date) -> Decimal | None:
        """Working price [EUR per unit of the medium] on a local day; None where no tariff is declared."""
        tariffs = [tariff for tariff in self.tariffs if tariff.medium_id == medium_id]
        return value_on(tariffs[0].eur_per_unit, day) if tariffs else None


def _by_id(things: Iterable[Thing], kind: str, identifier: str) -> Thing:
    for thing in things:
        if thing.id == identifier:
            return thing
    raise NotFound(kind, identifier)
