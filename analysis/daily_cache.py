"""A memory for a year's daily amounts, so that pages need not read years of readings at each call."""

from datetime import datetime, timedelta
from threading import Lock

from analysis.ledger.amounts import Amounts


class DailyCache:
    """Keeps the daily amounts of (meter, year) for `time_to_live` after the `now` at which they were worked out.

    It has no clock of its own: an evaluation of a past instant never sees what was worked out for a later one.
    Threads may share it. Late readings show after the time to live, or at once after `forget`.
    """

    def __init__(self, time_to_live: timedelta) -> None:
        self._time_to_live = time_to_live
        self._kept: dict[tuple[str, int], tuple[datetime, Amounts]] = {}
        self._lock = Lock()

    def get(self, meter_id: str, year: int, *, now: datetime) -> Amounts | None:
        """Return what is kept and fresh enough at `now`."""
        with self._lock:
            kept = self._kept.get((meter_id, year))
        if kept is None or not kept[0] <= now < kept[0] + self._time_to_live:
            return None
        return kept[1]

    def put(self, meter_id: str, year: int, amounts: Amounts, *, now: datetime) -> None:
        """Keep a year's daily amounts as of `now`."""
        with self._lock:
            self._kept[meter_id, year] = (now, amounts)

    def forget(self, meter_id: str) -> None:
        """Drop what is kept of a meter."""
        with self._lock:
            for key in [key for key in self._kept if key[0] == meter_id]:
                del self._kept[key]
