"""What a meter in `properties/*.yaml` must look like."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator

from config.meters.ledger_policy import Filling, Spreading
from config.meters.meter import LARGEST_RATIO, SMALLEST_RATIO, Reporting, Stamps, is_weather_meter
from config.mqtt.formats import FORMATS
from config.mqtt.topic_schema import Topic, TopicPattern
from config.parsing.schema import (
    Flag,
    Id,
    PositiveFloat,
    Strict,
    Text,
    between,
    identifier,
    one_of,
    show,
    text,
    whole,
    wrong,
)
from config.parsing.values import ClockTime, Day, Duration, dated, one_or_list
from config.quantities import MEDIA, QUANTITIES, UNITS

_METERED = ("kWh", "m3", "l", "kg")
METER_UNITS = tuple(unit for unit, (canonical, _) in UNITS.items() if unit == "pulses" or canonical in _METERED)
_OFFSET = re.compile(r"fixed_offset:([+-])(\d\d):(\d\d)")


def stamps(value: object) -> tuple[Stamps, timedelta | None]:
    """Take `start`, `end`, `fixed_offset:+01:00`, or both as in `start fixed_offset:+01:00`."""
    edge, offset = Stamps.END, None
    for word in text(value).split():
        match = _OFFSET.fullmatch(word)
        if match:
            offset = timedelta(hours=int(match[2]), minutes=int(match[3])) * (-1 if match[1] == "-" else 1)
        elif word in set(Stamps):
            edge = Stamps(word)
        else:
            raise wrong(f"unknown stamps {show(word)}", "start, end, fixed_offset:+01:00")
    return edge, offset


StampRule = Annotated[tuple[Stamps, timedelta | None], PlainValidator(stamps)]


def _meter_id(value: object) -> str:
    name = identifier(value)
    if is_weather_meter(name):
        raise wrong(f"{name!r} cannot be used: ids of weather stations begin with weather-")
    return name


def _channel(value: object) -> str:
    """Take a channel: the number of an input, or a phase."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)


# As they stand on bills and in specifications.
_UNITS_ARE_CALLED = {"m³": "m3", "cbm": "m3", "Kubikmeter": "m3", "Liter": "l", "Kilowattstunden": "kWh"}
MeterId = Annotated[str, PlainValidator(_meter_id)]
MediumId = Annotated[str, one_of(MEDIA, "medium", called={medium.title: medium.id for medium in MEDIA.values()})]
Ratio = Annotated[Decimal, PlainValidator(between(str(SMALLEST_RATIO), str(LARGEST_RATIO)))]
Reference = Annotated[str, one_of(("Hi", "Hs"), "reference")]


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
    value: Ratio


class DatedFormula(Strict):
    """What a virtual meter is the sum of from a day on."""

    since: Day | None = Field(default=None, alias="from")
    value: Text


class GasEntry(Strict):
    """State number and heating value from a day on."""

    since: Day | None = Field(default=None, alias="from")
    state_number: Annotated[Decimal, PlainValidator(between("0.5", "2"))]
    heating_value_kwh_m3: Annotated[Decimal, PlainValidator(between("5", "15"))]


class TankEntry(Strict):
    """A tank or store."""

    capacity: Ratio
    kwh_per_unit: Ratio
    reference: Reference = "Hi"


class LedgerEntry(Strict):
    """How the ledger treats silence; what a meter leaves open the district says, and what both do is derived."""

    gap_after: Duration | None = None
    short_gap: Duration | None = None
    spread: Annotated[str, one_of(Spreading, "way of spreading")] | None = None
    fill: Annotated[str, one_of(Filling, "way of filling")] | None = None
    stuck_after: Duration | None = None
    decimals: Annotated[int, whole(0, 9)] | None = None
    tolerance_percent: Annotated[Decimal, PlainValidator(between("0", "100"))] | None = None


class MeterEntry(Strict):
    """A metering point."""

    id: MeterId
    medium: MediumId
    title: Text = ""
    unit: Annotated[str, one_of(METER_UNITS, "unit", called=_UNITS_ARE_CALLED)] | None = None
    quantity: Annotated[str, one_of(QUANTITIES, "quantity")] | None = None
    digits: Annotated[int, whole(1, 18)] | None = None
    decimals: Annotated[int, whole(0, 9)] | None = None
    modulus: Annotated[int, whole(2, 2**64)] | None = None
    pulse_kwh: Ratio | None = None
    pulse_m3: Ratio | None = None
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
    formula: Annotated[list[DatedFormula], dated("value")] = Field(default_factory=list)
    sub_meter_of: MeterId | None = None
    sub_meters: Annotated[str, one_of(("some", "all"), "extent")] | None = None
    serial: Text | None = None
    day_begins: ClockTime | None = None
    ledger: LedgerEntry = LedgerEntry()

    @property
    def is_virtual(self) -> bool:
        """Whether it is worked out from other meters."""
        return bool(self.formula)
