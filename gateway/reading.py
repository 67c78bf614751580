"""A reading: what a meter said, and when."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from config.errors import InvalidReading

Identity = tuple[str, str, int]
"""Meter, quantity and time [ms since 1970 UTC] of a reading."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Reading(NamedTuple):
    """One value of one quantity of one meter; (meter, quantity, time_ms) is its identity.

    `time_ms` is milliseconds since 1970 UTC, the instant the value was measured. `value` is a finite float in the
    quantity's canonical unit, as the register showed it (no transformer factor, no gas conversion). A named tuple,
    because a collector makes twenty of them in the time that a data class takes for eight.
    """

    meter: str
    quantity: str
    time_ms: int
    value: float

    @property
    def time(self) -> datetime:
        """The instant of measurement, aware, UTC."""
        return instant(self.time_ms)


class Refused(NamedTuple):
    """Something that arrived and is no usable reading, kept where a person can look at it.

    `source` is the source's id ("broker", "bus-gs", "api", "influx"), `place` the topic, address or meter within it,
    `reason` a stable code (`not_json`, `not_a_number`, `unknown_meter`, `future_time` …), `detail` the words for a
    person, `content` what arrived, cut at 4 kB. `meter` and `claimed_ms`: see `InvalidReading`.
    """

    source: str
    place: str
    reason: str
    detail: str
    content: bytes
    time_ms: int
    meter: str = ""
    claimed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an append: `accepted` are new or changed, `known` stood there already with the same value.

    `replaced` counts how often a value took the place of another one. Both are None where the sink cannot tell (a
    spool does not look into the store behind it).
    """

    accepted: int
    known: int | None
    replaced: int | None = 0


def milliseconds(moment: datetime) -> int:
    """Return milliseconds since 1970 UTC of an aware instant; raises `ValueError` for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime {moment!r}")
    return (moment - _EPOCH) // _MILLISECOND


def first_millisecond(moment: datetime) -> int:
    """Return the first whole millisecond at or after an aware instant: the bound of a half-open interval.

    Raises `ValueError` for a naive one.
    """
    if moment.tzinfo is None:
        raise ValueError(f"naive datetime {moment!r}")
    return -((_EPOCH - moment) // _MILLISECOND)


def instant(time_ms: int) -> datetime:
    """Return the aware UTC instant of milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=time_ms)


def demand_finite(readings: Sequence[Reading]) -> None:
    """Raise `InvalidReading` naming the first reading whose value is NaN or infinite."""
    for reading in readings:
        if not math.isfinite(reading.value):
            detail = f"{reading.meter} {reading.quantity} at {reading.time_ms}: {reading.value} is not finite"
            raise InvalidReading("not_a_number", detail)
