"""What a property is: calendar of use, meters, targets, and measures with their money."""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from config.meters.meter import Meter


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
