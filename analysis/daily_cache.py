"""A memory for the days of a year, so that pages need not read years of readings at each call."""

from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from analysis.figures import MeterEvent
from analysis.ledger.amounts import Amounts
from analysis.ledger.micro import Floats

T = TypeVar("T")


class YearCache(Generic[T]):
    """Keeps what was worked out for (meter, year) for a while after the `now` that it was worked out at.

    It has no clock of its own, so an evaluation of a past instant never sees what was worked out for a later one.
    Threads may share it.
    """

    def __init__(self, time_to_live: timedelta) -> None:
        self._time_to_live = time_to_live
        self._kept: dict[tuple[str, int], tuple[datetime, T]] = {}
        self._lock = Lock()

    def get(self, meter_id: str, year: int, *, now: datetime) -> T | None:
        """Return what is kept and fresh enough at `now`."""
        with self._lock:
            kept = self._kept.get((meter_id, year))
        return kept[1] if kept is not None and kept[0] <= now < kept[0] + self._time_to_live else None

    def put(self, meter_id: str, year: int, value: T, *, now: datetime) -> None:
        """Keep a year's days as of `now`."""
        with self._lock:
            self._kept[meter_id, year] = (now, value)

    def forget(self, meter_id: str) -> None:
        """Drop what is kept of a meter."""
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if key[0] != meter_id}


class DailyCache:
    """The daily amounts of meters, their events, and the daily temperatures of stations [°C, and the share known].

    Late readings show after the time to live, or at once after `forget`.
    """

    def __init__(self, time_to_live: timedelta) -> None:
        self.amounts: YearCache[Amounts] = YearCache(time_to_live)
        self.events: YearCache[tuple[MeterEvent, ...]] = YearCache(time_to_live)
        self.temperatures: YearCache[tuple[Floats, Floats]] = YearCache(time_to_live)

    def forget(self, meter_id: str) -> None:
        """Drop what is kept of a meter."""
        self.amounts.forget(meter_id)
        self.events.forget(meter_id)
        self.temperatures.forget(meter_id)
