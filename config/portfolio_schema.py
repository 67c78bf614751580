"""What `district.yaml` and `properties/*.yaml` must look like."""

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator

from config.categories import CATEGORIES
from config.meters import Reporting, is_weather_meter
from config.mqtt_formats import FORMATS
from config.quantities import MEDIA, QUANTITIES, UNITS
from config.schema import (
    Flag,
    Id,
    Number,
    Positive,
    PositiveFloat,
    Strict,
    Text,
    as_float,
    between,
    identifier,
    one_of,
    text,
    whole,
    wrong,
)
from config.schema_values import (
    ClosedDays,
    Day,
    Duration,
    Email,
    Host,
    Hours,
    SecretName,
    Span,
    StampRule,
    Topic,
    TopicPattern,
    TopicTemplate,
    Uses,
    Zone,
    dated,
    one_or_list,
    url_with,
)

_METERED = ("kWh", "m3", "l", "kg")
LAENDER = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")
METER_UNITS = tuple(unit for unit, (canonical, _) in UNITS.items() if unit == "pulses" or canonical in _METERED)
SOURCE_KINDS = ("mqtt", "modbus_tcp", "modbus_rtu", "modbus_rtu_tcp", "modbus_udp")
MEASURE_STATES = ("idea", "planned", "running", "done", "rejected")


def _meter_id(value: object) -> str:
    name = identifier(value)
    if is_weather_meter(name):
        raise wrong(f"{name!r} cannot be used: ids of weather stations begin with weather-")
    return name


def _channel(value: object) -> str:
    """Take a channel: the number of an input, or a phase."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)


def _digits_only(count: int) -> PlainValidator:
    def check(value: object) -> str:
        digits = text(value)
        if len(digits) != count or not digits.isascii() or not digits.isdigit():
            raise wrong(f"{digits!r} has the wrong form", f"{count} digits in quotes")
        return digits

    return PlainValidator(check)


MeterId = Annotated[str, PlainValidator(_meter_id)]
MediumId = Annotated[str, one_of(MEDIA, "medium")]
Reference = Annotated[str, one_of(("Hi", "Hs"), "reference")]
Share = Annotated[Decimal, PlainValidator(between("0", "100"))]


class DistrictEntry(Strict):
    """The district itself."""

    id: Id
    name: Text
    state: Annotated[str, one_of(LAENDER, "Land")]
    time_zone: Zone
    weather_station: Annotated[str, _digits_only(5)]
    sample: Flag = False


class MunicipalityEntry(Strict):
    """The district or a municipality in it."""

    id: Id
    name: Text
    kind: Annotated[str, one_of(("district", "verbandsgemeinde", "ortsgemeinde", "stadt"), "kind")]
    ars: Annotated[str, _digits_only(12)] = ""
    inhabitants: Annotated[int, whole(0, 100_000_000)] | None = None


class PersonEntry(Strict):
    """Somebody who gets messages."""

    id: Id
    name: Text
    email: Email
    language: Annotated[str, one_of(("de", "en"), "language")] = "de"


class SourceEntry(Strict):
    """A broker or bus; which keys belong to which kind is told by `KEYS_OF_SOURCE`."""

    id: Id
    kind: Annotated[str, one_of(SOURCE_KINDS, "kind")]
    url: Annotated[str, url_with("mqtt", "mqtts")] | None = None
    username: Text | None = None
    password_env: SecretName | None = None
    discover: TopicPattern | None = None
    topics: TopicTemplate | None = None
    format: Annotated[str, one_of(FORMATS, "format")] | None = None
    value: Text | None = None
    time: Text | None = None
    edges: Flag | None = None
    host: Host | None = None
    port: Annotated[int, whole(1, 65535)] | None = None
    device: Text | None = None
    baud: Annotated[int, whole(300, 1_000_000)] | None = None
    parity: Annotated[str, one_of(("N", "E", "O"), "parity")] | None = None
    stop_bits: Annotated[int, whole(1, 2)] | None = None


class DatedPrice(Strict):
    """A price from a day on."""

    since: Day | None = Field(default=None, alias="from")
    value: Number


class TariffEntry(Strict):
    """The working price of a medium."""

    medium: MediumId
    eur_per_unit: Annotated[list[DatedPrice], dated("value")]


class DistrictFile(Strict):
    """`district.yaml`."""

    district: DistrictEntry
    municipalities: list[MunicipalityEntry] = Field(default_factory=list)
    people: list[PersonEntry] = Field(default_factory=list)
    sources: list[SourceEntry] = Field(default_factory=list)
    tariffs: list[TariffEntry] = Field(default_factory=list)


class MeterSourceEntry(Strict):
    """Where readings come from: `from` a source, `by_hand`, or `push`."""

    source: Id | None = Field(default=None, alias="from")
    device: Annotated[int, whole(0, 255)] | None = None
    profile: Text | None = None
    every: Duration | None = None
    quantities: list[Text] = Field(default_factory=list)
    channel: Annotated[str, PlainValidator(_channel)] | None = None
    topic: TopicPattern | None = None
    format: Annotated[str, one_of(FORMATS, "format")] | None = None
    value: Text | None = None
    time: Text | None = None
    unit: Text | None = None
    where: dict[Text, Text] = Field(default_factory=dict)
    availability: Topic | None = None
    by_hand: Duration | None = None
    push: Flag | None = None


class DatedFactor(Strict):
    """A transformer ratio from a day on."""

    since: Day | None = Field(default=None, alias="from")
    value: Positive


class GasEntry(Strict):
    """State number and heating value from a day on."""

    since: Day | None = Field(default=None, alias="from")
    state_number: Annotated[Decimal, PlainValidator(between("0.5", "2"))]
    heating_value_kwh_m3: Annotated[Decimal, PlainValidator(between("5", "15"))]


class TankEntry(Strict):
    """A tank or store."""

    capacity: Positive
    kwh_per_unit: Positive
    reference: Reference = "Hi"


class MeterEntry(Strict):
    """A metering point."""

    id: MeterId
    medium: MediumId
    title: Text = ""
    unit: Annotated[str, one_of(METER_UNITS, "unit")] | None = None
    quantity: Annotated[str, one_of(QUANTITIES, "quantity")] | None = None
    digits: Annotated[int, whole(1, 18)] | None = None
    decimals: Annotated[int, whole(0, 9)] | None = None
    modulus: Annotated[int, whole(2, 2**64)] | None = None
    pulse_kwh: Positive | None = None
    pulse_m3: Positive | None = None
    factor: Annotated[list[DatedFactor], dated("value")] = Field(default_factory=list)
    maximum_kw: PositiveFloat | None = None
    maximum_m3_h: PositiveFloat | None = None
    interval: Duration | None = None
    reporting: Annotated[str, one_of(Reporting, "reporting")] | None = None
    longest_silence: Duration | None = None
    stamps: StampRule | None = None
    source: MeterSourceEntry | None = None
    gas: Annotated[list[GasEntry], BeforeValidator(one_or_list)] = Field(default_factory=list)
    tank: TankEntry | None = None
    formula: Text | None = None
    sub_meter_of: MeterId | None = None
    serial: Text | None = None


class AreasEntry(Strict):
    """Areas; net floor area (NGF) and, in pools, the water surface."""

    net_floor_m2: PositiveFloat | None = None
    water_surface_m2: PositiveFloat | None = None


class LocationEntry(Strict):
    """Where the property stands."""

    postcode: Annotated[str, _digits_only(5)] | None = None
    latitude: Annotated[float, as_float(between("-90", "90"))] | None = None
    longitude: Annotated[float, as_float(between("-180", "180"))] | None = None


class CalendarEntry(Strict):
    """When the property is used; holidays come from the Land's calendar."""

    school: Flag = False
    open: Hours = ()
    closed: ClosedDays = frozenset()
    used: Uses = ()


class TargetEntry(Strict):
    """A yearly path."""

    id: Id
    medium: MediumId
    reference_year: Annotated[int, whole(1990, 2100)]
    per_year_percent: Annotated[Decimal, PlainValidator(between("-100", "100"))]


class FundingEntry(Strict):
    """Where the money comes from."""

    programme: Text
    reference: Text = ""
    rate_percent: Share | None = None


class MeasureEntry(Strict):
    """An energy-saving measure."""

    id: Id
    title: Text
    medium: MediumId
    baseline: Span
    works: Span
    expected_saving_percent: Share
    status: Annotated[str, one_of(MEASURE_STATES, "status")]
    cost_eur: Annotated[Decimal, PlainValidator(between("0"))] | None = None
    funding: FundingEntry | None = None


class PropertyFile(Strict):
    """One file of `properties/`."""

    id: Id
    name: Text
    municipality: Id
    category: Annotated[str, one_of(CATEGORIES, "category")]
    areas: AreasEntry = AreasEntry()
    users: dict[Id, Annotated[int, whole(0, 1_000_000)]] = Field(default_factory=dict)
    location: LocationEntry = LocationEntry()
    facility_manager: Id | None = None
    calendar: CalendarEntry = CalendarEntry()
    meters: list[MeterEntry] = Field(default_factory=list)
    targets: list[TargetEntry] = Field(default_factory=list)
    measures: list[MeasureEntry] = Field(default_factory=list)
