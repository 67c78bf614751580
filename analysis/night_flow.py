"""The flow that never stops: the smallest hourly consumption of a night."""

from dataclasses import dataclass
from datetime import date, datetime

from analysis.books import Books


@dataclass(frozen=True, slots=True)
class NightFlow:
    """The hours 01 to 05 local of the day `night`, `[start, end)`.

    `minimum_m3_h` [m³/h; unit of the medium per hour for other media] is the smallest hourly value, None when an hour
    is missing: silence is no proof of a closed tap. `volume_m3` is what ran through in these hours.
    """

    meter: str
    night: date
    start: datetime
    end: datetime
    minimum_m3_h: float | None
    volume_m3: float | None
    hourly_m3_h: tuple[float | None, ...]
    coverage: float


def night_flow(books: Books, meter_id: str, night: date) -> NightFlow:
    """Return the night's flow; raises `NotFound`."""
    raise NotImplementedError
