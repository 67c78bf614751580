"""The hours that the sample district lives through, counted from one fixed instant so that none depends on today."""

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SEED = 7335
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
HOURS_A_YEAR = 8766
_HOUR_S = 3600
_MARGIN = 48
_FIRST_HOUR = int(FIRST.timestamp()) // _HOUR_S
_EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Hours:
    """Consecutive hours from `FIRST` on; hour i is `[FIRST + i h, FIRST + (i + 1) h)`, all arrays of equal length.

    `local_day` counts local days since 1970, `hour_of_day` 0..23 and `weekday` (0 = Monday) are local too.
    """

    local_day: Integers
    hour_of_day: Integers
    weekday: Integers

    def __len__(self) -> int:
        return len(self.local_day)

    @property
    def start_ms(self) -> Integers:
        """The instants at which the hours begin, milliseconds since 1970 UTC."""
        start_ms: Integers = self.utc_hour * (_HOUR_S * 1000)
        return start_ms

    @property
    def utc_hour(self) -> Integers:
        """Hours since 1970 UTC."""
        return np.arange(_FIRST_HOUR, _FIRST_HOUR + len(self), dtype=np.int64)

    @property
    def day_index(self) -> Integers:
        """The place of each hour's day among `days`."""
        index: Integers = self.local_day - self.local_day[0]
        return index

    def days(self) -> list[date]:
        """Return every local day that has an hour here."""
        first, last = int(self.local_day[0]), int(self.local_day[-1])
        return [date.fromordinal(_EPOCH_DAY + day) for day in range(first, last + 1)]


def hours_until(end: datetime, zone: ZoneInfo) -> Hours:
    """Return the hours from `FIRST` to two days after `end`.

    Two days, because an unfinished day has no mean yet: up to `end` everything stays as it is in a longer series.
    """
    count = hour_index(end) + 1 + _MARGIN
    local = [datetime.fromtimestamp((_FIRST_HOUR + hour) * _HOUR_S, zone) for hour in range(count)]
    day = np.fromiter((moment.toordinal() for moment in local), np.int64, count) - _EPOCH_DAY
    hour = np.fromiter((moment.hour for moment in local), np.int64, count)
    return Hours(day, hour, (day + 3) % 7)  # 1970 began on a Thursday


def hour_index(moment: datetime) -> int:
    """Return the index of the hour that contains an aware instant."""
    return int(moment.timestamp()) // _HOUR_S - _FIRST_HOUR


def chance(name: str) -> np.random.Generator:
    """Return the dice of one thing, thrown anew from `FIRST` on: a longer series begins with the shorter one."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])
