"""What exists: district, municipalities, properties, meters, people, sources, measures, targets, prices."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from config.errors import NotFound
from config.meters import Dated, Meter, value_on


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
class ModbusTcpBus:
    """A Modbus TCP endpoint that is asked over one connection."""

    id: str
    host: str
    port: int = 502


@dataclass(frozen=True, slots=True)
class ModbusRtuTcpBus:
    """A serial line behind a gateway that passes RTU frames through a TCP connection as they are."""

    id: str
    host: str
    port: int = 502


@dataclass(frozen=True, slots=True)
class ModbusUdpBus:
    """A Modbus endpoint that is asked by datagrams."""

    id: str
    host: str
    port: int = 502


@dataclass(frozen=True, slots=True)
class ModbusRtuBus:
    """A serial line at this machine; `device` is its file, `stop_bits` 1 or 2."""

    id: str
    device: str
    baud: int = 9600
    parity: str = "N"
    stop_bits: int = 1


@dataclass(frozen=True, slots=True)
class MqttBroker:
    """A broker; the password itself stands in the environment variable `password_env` (or its `_FILE` twin).

    `edges`: boxes in buildings send their readings through it. `discover`: a pattern of topics on which meters that
    nobody configured are looked for; None: they are not.
    """

    id: str
    url: str
    username: str | None = None
    password_env: str | None = None
    edges: bool = False
    discover: str | None = None


ModbusBus = ModbusTcpBus | ModbusRtuTcpBus | ModbusUdpBus | ModbusRtuBus
Source = ModbusBus | MqttBroker


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Open on `weekdays` (0 = Monday) from `opens` to `closes`, local time."""

    weekdays: frozenset[int]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class SpecialUse:
    """A single use outside the opening hours (council evening, club), local date and times."""

    day: date
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class UseCalendar:
    """What a property declares; public and school holidays come from the Land's calendar."""

    school: bool = False
    open: tuple[OpeningHours, ...] = ()
    closed: frozenset[date] = frozenset()
    used: tuple[SpecialUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Property:
    """A Liegenschaft. `category` is a key of the benchmark table; `net_floor_m2` None: no KPI per m²."""

    id: str
    name: str
    municipality_id: str
    category: str
    net_floor_m2: float | None = None
    water_surface_m2: float | None = None
    users: dict[str, int] = field(default_factory=dict)
    postcode: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    facility_manager_id: str | None = None
    calendar: UseCalendar = UseCalendar()
    meters: tuple[Meter, ...] = ()
    targets: tuple["Target", ...] = ()
    measures: tuple["Measure", ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """Local days, half-open: `[start, end)`."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Target:
    """A yearly path: `per_year_percent` (negative: less) on the consumption of `reference_year`."""

    id: str
    property_id: str
    medium_id: str
    reference_year: int
    per_year_percent: Decimal


@dataclass(frozen=True, slots=True)
class Funding:
    """Where the money of a measure comes from."""

    programme: str
    reference: str = ""
    rate_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """An energy-saving measure: baseline, works (blackout) and expected saving [% of the baseline]."""

    id: str
    property_id: str
    title: str
    medium_id: str
    baseline: Period
    works: Period
    expected_saving_percent: Decimal
    status: str
    cost_eur: Decimal | None = None
    funding: Funding | None = None


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
