"""When clocks are changed, and whose clock was not when days run at other hours from then on: pure."""

from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from analysis.calendar_cuts import boundary_ms, days
from gateway.reading import instant

# The first open day behind it, and the last one before it: over Easter they lie days apart.
_AROUND: Final = (timedelta(days=-5), timedelta(days=3))
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


class ClockChange(NamedTuple):
    """When the clocks were changed, and whether into summer time or out of it."""

    time: datetime
    to_summer: bool

    def is_missed_by_a_controller(self, hours: int) -> bool:
        """Whether days that run so many hours later from then on (negative: earlier) are a controller's doing.

        What a controller on winter time does at six it does at seven in summer: its days are late. What a logger on
        winter time calls six is seven in summer: its days seem early.
        """
        return (hours > 0) == self.to_summer


def clock_change_near(day: date, zone: ZoneInfo) -> ClockChange | None:
    """Return the change of the clocks at which days that run otherwise from `day` on began, if there was one."""
    for one in days(day + _AROUND[0], day + _AROUND[1] + _DAY):
        begins, ends = (instant(boundary_ms(edge, zone)) for edge in (one, one + _DAY))
        before, after = (_offset(edge, zone) for edge in (begins, ends))
        if before != after:
            while _offset(begins, zone) != after:
                begins += _HOUR
            return ClockChange(begins, after > before)
    return None


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)
