"""What analysis gives out: slots of consumption, figures with coverage, events. Never a bare number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

# What can happen to a meter. docs/events.md says of each what it means and what a decision does.
EVENT_KINDS: Final = (
    "exchange",
    "exchange_suspected",
    "rollover",
    "spurious_zero",
    "counter_fell",
    "implausible_jump",
    "stuck",
    "unit_change_suspected",
    "factor_change",
    "clock_shift",
    "duplicate_conflict",
    "future_reading",
    "serial_seen",
    "serial_changed",
    "gap",
)


class How(StrEnum):
    """How a value came about, from best to worst."""

    MEASURED = "measured"
    READ_BY_HAND = "read_by_hand"
    BILLED = "billed"
    CORRECTED = "corrected"
    INTERPOLATED = "interpolated"
    SUBSTITUTED = "substituted"
    FAULTY = "faulty"
    MISSING = "missing"


class Resolution(StrEnum):
    """Slot lengths, cut in the property's zone."""

    QUARTER_HOUR = "PT15M"
    HOUR = "PT1H"
    DAY = "P1D"
    MONTH = "P1M"
    YEAR = "P1Y"


@dataclass(frozen=True, slots=True)
class Slot:
    """Consumption in `[start, end)`, instants in the property's zone.

    `value` [unit of the medium] is exact; None where nothing is known, never 0 for a gap. `coverage` is the share of
    the slot's time that lies between readings no further apart than the meter's gap limit, 0..1.
    """

    start: datetime
    end: datetime
    value: Decimal | None
    how: How
    coverage: float


@dataclass(frozen=True, slots=True)
class MeterEvent:
    """Something that happened to a meter: recorded by a person or noticed by the ledger.

    `kind` is one of `EVENT_KINDS`; `state` is recorded, proposed, accepted, rejected, withdrawn or noticed.
    `detail` is German.
    """

    id: str
    meter: str
    kind: str
    time: datetime
    detail: str
    state: str


@dataclass(frozen=True, slots=True)
class PartKnowledge:
    """What is known of a part of a virtual meter, over the time in which it is one.

    `coverage` is the share between readings no further apart than the part's gap limit, 0..1; `quality` maps `How`
    values to shares, "missing" included.
    """

    meter: str
    coverage: float
    quality: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Substitute:
    """What stands in for readings in `[start, end)`, by which method and on whose word.

    `author` is `zaehlwerk` where the policy of the meter decides; `time` is then the reading behind the gap, with
    which it came to stand. `known_sum`: the readings at both ends give the sum, and only its course is substituted.
    """

    start: datetime
    end: datetime
    method: str
    author: str
    time: datetime
    known_sum: bool


@dataclass(frozen=True, slots=True)
class Consumption:
    """Slots of one meter; `total` is the sum of the values that are known, None when none is.

    `events` happened in their time, to its parts where the meter is virtual; `substitutes` stand in for readings in
    it, a virtual meter has none of its own. `quality` maps `How` values to shares of the time that has passed,
    "missing" included. `reference` says what kWh of a fuel are told on (Hs, Hi). `parts` are those of a virtual
    meter, with what each of them knows; `notes` say in German what has to be known about the values.
    """

    meter: str
    unit: str
    resolution: Resolution
    time_zone: str
    slots: Sequence[Slot]
    total: Decimal | None
    events: tuple[MeterEvent, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    quality: Mapping[str, float] = field(default_factory=dict)
    reference: str | None = None
    parts: tuple[PartKnowledge, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that can be trusted or says why not.

    `value` None goes with a `reason` ("insufficient_data", "no_area", "no_factor", "no_tariff", "no_meter").
    `coverage` is the share of the time for which the amount is known, interpolated time included, 0..1; `quality`
    maps `How` values to shares of the whole time, "missing" included; `factor_set` names the set of a CO2e figure;
    `verified` is False when an unverified factor or benchmark went in; `source` says where from; `reference` what
    energy of fuels is told on (Hs, Hi); `meters` are the ids of those that went in, `incomplete` of those that know
    less than the figure demands.
    """

    value: float | None
    unit: str
    coverage: float
    quality: Mapping[str, float] = field(default_factory=dict)
    reason: str | None = None
    factor_set: str | None = None
    verified: bool = True
    source: str = ""
    reference: str | None = None
    meters: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
