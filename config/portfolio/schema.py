"""What `district.yaml` and `properties/*.yaml` must look like."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, PlainValidator

from config.meters.schema import LedgerEntry, MediumId, MeterEntry
from config.mqtt.formats import FORMATS
from config.mqtt.topic_schema import TopicPattern, TopicTemplate
from config.parsing.schema import (
    Flag,
    Id,
    Number,
    PositiveFloat,
    Strict,
    Text,
    as_float,
    between,
    one_of,
    text,
    whole,
    wrong,
)
from config.parsing.values import Day, Email, Host, SecretName, Zone, dated, url_with
from config.portfolio.calendar_schema import ClosedDays, Hours, Span, Uses
from config.portfolio.categories import CATEGORIES

LAENDER = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")
SOURCE_KINDS = ("mqtt", "modbus_tcp", "modbus_rtu", "modbus_rtu_tcp", "modbus_udp")
MEASURE_STATES = ("idea", "planned", "running", "done", "rejected")


def _digits_only(count: int) -> PlainValidator:
    def check(value: object) -> str:
        digits = text(value)
        if len(digits) != count or not digits.isascii() or not digits.isdigit():
            raise wrong(f"{digits!r} has the wrong form", f"{count} digits in quotes")
        return digits

    return PlainValidator(check)


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
    ledger: LedgerEntry = LedgerEntry()


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
