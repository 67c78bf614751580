"""A memory for what pages ask again and again, so that they need not read years of weather at each call."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Final, Generic, TypeVar

from analysis.ledger.faults import Notice
from analysis.ledger.micro import Floats

T = TypeVar("T")

_CHECKED_FOR: Final = timedelta(minutes=1)


class TimeCache(Generic[T]):
    """Keeps what was worked out for (meter, year or instant) for a while after the `now` of working it out.

    It has no clock of its own, so an evaluation of a past instant never sees what was worked out for a later one.
    Threads may share it.
    """

    def __init__(self, time_to_live: timedelta) -> None:
        self._time_to_live = time_to_live
        self._kept: dict[tuple[str, int], tuple[datetime, T]] = {}
        self._forgotten: Counter[str] = Counter()
        self._lock = Lock()

    def recall(self, meter_id: str, since: int, work: Callable[[], T], *, now: datetime) -> T:
        """Return what is kept and fresh enough at `now`, else what `work` finds.

        That is kept unless it is None, or the meter was forgotten while it was worked out: it may rest on what stood
        before.
        """
        kept = self.get(meter_id, since, now=now)
        if kept is not None:
            return kept
        forgotten = self._forgotten[meter_id]
        found = work()
        with self._lock:
            if found is not None and self._forgotten[meter_id] == forgotten:
                self._kept[meter_id, since] = (now, found)
        return found

    def get(self, meter_id: str, since: int, *, now: datetime) -> T | None:
        """Return what is kept and fresh enough at `now`."""
        with self._lock:
            kept = self._kept.get((meter_id, since))
        return kept[1] if kept is not None and kept[0] <= now < kept[0] + self._time_to_live else None

    def forget(self, meter_id: str) -> None:
        """Drop what is kept of a meter."""
        with self._lock:
            self._forgotten[meter_id] += 1
            self._kept = {key: kept for key, kept in self._kept.items() if key[0] != meter_id}


class DailyCache:
    """Up to which day each meter was found derived this year, what is noticed of the day that runs since its midnight
    [ms], and the daily temperatures of stations by year [°C, and the share known].

    Late readings show within a minute, late weather after the time to live; both at once after `forget`.
    """

    def __init__(self, time_to_live: timedelta) -> None:
        self.derived_to: TimeCache[date | None] = TimeCache(min(time_to_live, _CHECKED_FOR))
        self.noticed: TimeCache[Sequence[Notice]] = TimeCache(min(time_to_live, _CHECKED_FOR))
        self.temperatures: TimeCache[tuple[Floats, Floats]] = TimeCache(time_to_live)

    def forget(self, meter_id: str) -> None:
        """Drop what is kept of a meter, or of a station."""
        self.derived_to.forget(meter_id)
        self.noticed.forget(meter_id)
        self.temperatures.forget(meter_id)
