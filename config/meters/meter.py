"""What a meter is: medium, register, unit, conversions, and where its readings come from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from config.meters.ledger_policy import DEFAULT_POLICY, LedgerPolicy
from config.quantities import MEDIA, QUANTITIES, Kind, Medium

T = TypeVar("T")

# Amounts are exact to a millionth, and a day times a ratio has to stay so.
SMALLEST_RATIO, LARGEST_RATIO = Decimal("0.000001"), Decimal(1_000_000)
LARGEST_TRANSFORMER = 100_000  # what a person writes down at an exchange; more is a slip of the pen
_WEATHER = "weather-"


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A value that is valid from a local day on; `valid_from` None means since always."""

    valid_from: date | None
    value: T


def value_on(dated: Sequence[Dated[T]], day: date) -> T | None:
    """Return the value valid on a local day, or None where none is valid yet. `dated` is in ascending order."""
    valid = [entry.value for entry in dated if entry.valid_from is None or entry.valid_from <= day]
    return valid[-1] if valid else None


class Reporting(StrEnum):
    """How readings come about; it decides what silence means."""

    POLLED = "polled"
    ON_CHANGE = "on_change"
    BY_HAND = "by_hand"


class Stamps(StrEnum):
    """Which end of the interval a time stamp names."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class GasConversion:
    """State number [1] and heating value [kWh/m³, Hs]: E(Hs) = V × z × Hs. Source: DVGW G 685."""

    state_number: Decimal
    heating_value_kwh_m3: Decimal


@dataclass(frozen=True, slots=True)
class Tank:
    """A store that is filled by deliveries; `reference` says whether kWh are on Hs or Hi.

    `capacity` and `kwh_per_unit` are in the meter's own unit (l, kg, Srm; m3 of a counter of oil or gas from a tank).
    """

    capacity: Decimal
    kwh_per_unit: Decimal
    reference: str = "Hi"


@dataclass(frozen=True, slots=True)
class ModbusSource:
    """A register of a device on a bus. `bus` is the id of a source of the district; `device` the unit id.

    `channel` is the device's pulse input, phase (`L1`) or inner meter that this meter stands for; None: all of it.
    """

    bus: str
    device: int
    profile: str
    every: timedelta
    quantities: tuple[str, ...] = ()  # further quantities to keep; the meter's own is always kept
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class MqttSource:
    """A topic (or pattern of topics) of a broker.

    `value`, `time` and `unit` are paths in the words of `format` (JSON: dotted); `time` None: the format's own rule,
    else the time of arrival; `unit` None: the format's or the meter's. `where`: paths and what must stand there for a
    message to be this meter's. `every`: keep one reading per so long; None: all. `availability`: a topic that says
    `online` or `offline`, beside those that the format knows.
    """

    broker: str
    topic: str
    value: str
    time: str | None
    format: str = "json"
    unit: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    every: timedelta | None = None
    availability: str | None = None


@dataclass(frozen=True, slots=True)
class ByHandSource:
    """Read by a person, about every `every`."""

    every: timedelta


@dataclass(frozen=True, slots=True)
class PushSource:
    """Sent to POST /v1/readings, or imported from files."""


MeterSource = ModbusSource | MqttSource | ByHandSource | PushSource


@dataclass(frozen=True, slots=True)
class Meter:
    """A metering point; devices come and go behind it (exchanges are events of the operations database).

    `unit` is what display or payload count in; readings are stored in the canonical unit of `quantity`, before
    `factor`. `digits` or `modulus` tell where the register wraps. `factor` is the transformer ratio.
    `maximum_kw` / `maximum_m3_h` is what the connection can carry. `longest_silence` is the silence after which a
    meter counts as silent; None: derived from `interval`. `formula` makes it a virtual meter: each one holds from its
    local day on, before the first nothing is known. `sub_meter_of` keeps it out of the property's sum;
    `has_all_sub_meters`: nothing is used behind this meter that none of its sub-meters counts. `day_begins` is the
    local time at which the days of daily amounts begin (gas: 06).
    """

    id: str
    property_id: str
    medium_id: str
    unit: str
    quantity: str
    title: str = ""
    digits: int | None = None
    decimals: int | None = None
    modulus: int | None = None
    pulse_kwh: Decimal | None = None
    pulse_m3: Decimal | None = None
    factor: tuple[Dated[Decimal], ...] = (Dated(None, Decimal(1)),)
    maximum_kw: float | None = None
    maximum_m3_h: float | None = None
    interval: timedelta = timedelta(minutes=15)
    reporting: Reporting = Reporting.POLLED
    longest_silence: timedelta | None = None
    stamps: Stamps = Stamps.END
    fixed_offset: timedelta | None = None
    source: MeterSource = field(default_factory=PushSource)
    gas: tuple[Dated[GasConversion], ...] = ()
    tank: Tank | None = None
    formula: tuple[Dated[str], ...] = ()
    sub_meter_of: str | None = None
    has_all_sub_meters: bool = False
    serial: str | None = None
    day_begins: time = time(0, 0)
    policy: LedgerPolicy = DEFAULT_POLICY
    sample: bool = False

    @property
    def medium(self) -> Medium:
        """The medium's entry in the vocabulary."""
        return MEDIA[self.medium_id]

    @property
    def is_virtual(self) -> bool:
        """Whether it is worked out from other meters; nothing is ever read at it."""
        return bool(self.formula)

    @property
    def is_filled(self) -> bool:
        """Whether it is a tank or store whose level is read: deliveries fill it, and nothing in it counts."""
        return self.tank is not None and QUANTITIES[self.quantity].kind is Kind.GAUGE


def wrap_of(meter: Meter) -> Decimal | None:
    """The value at which the register starts again at zero, or None if it is not known."""
    if meter.modulus is not None:
        return Decimal(meter.modulus)
    return None if meter.digits is None else Decimal(10) ** meter.digits


def measured_as(meter: Meter, quantity: str) -> str:
    """Return the quantity whose unit a series of a meter is stored in: what is delivered counts as the level does."""
    return meter.quantity if quantity == "delivery" else quantity


def counts_otherwise(meter: Meter, quantity: str) -> bool:
    """Whether a series tells a meter's consumption in another way than it is counted by, and so in no figure.

    That are amounts of intervals (a load profile) beside a register, and the other way round.
    """
    kinds = {QUANTITIES[quantity].kind, QUANTITIES[meter.quantity].kind}
    return quantity != "delivery" and kinds == {Kind.AMOUNT, Kind.COUNTER}


def weather_meter_id(station: str) -> str:
    """Return the id under which the readings of a weather station are kept; it exists without being declared."""
    return _WEATHER + station


def is_weather_meter(meter_id: str) -> bool:
    """Tell whether an id belongs to a weather station."""
    return meter_id.startswith(_WEATHER)
