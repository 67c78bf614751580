"""Readings from files: `time,value` for one meter."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from fractions import Fraction
from pathlib import Path

from collector.conversion import convert, ratio_to_canonical
from collector.importing import Importing, ImportResult, Progress, Row, lines_of, rows_of
from collector.numbers import WrittenNumbers
from collector.times import checked, existing
from collector.weather_files import import_weather
from config.errors import InvalidReading, NotFound
from config.meters import Meter, Stamps
from config.portfolio import Portfolio
from config.quantities import QUANTITIES, Kind
from gateway.ports import Sink
from gateway.reading import Reading, milliseconds

__all__ = ["ImportResult", "import_readings", "import_weather"]

COLUMNS = ("time", "value")


def import_readings(  # noqa: PLR0913 - the options of the command
    file: Path,
    meter_id: str,
    portfolio: Portfolio,
    sink: Sink,
    *,
    now: datetime,
    quantity: str | None = None,
    zone: tzinfo | None = None,
    stamps: Stamps | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a CSV with the columns `time,value` (or `time;value`) as readings of one meter.

    Values count in the meter's unit, those of another `quantity` in that quantity's own; a decimal comma is taken
    where it cannot be mistaken. Stamps without offset are wall time in `zone` (default: the meter's fixed offset,
    else the district's zone); of the hour that autumn repeats, the second pass is told by the order of the lines.
    `stamps` tells which end of its interval a stamp of an amount names. Raises `NotFound` for meter and quantity,
    `InvalidReading` (`wrong_columns`) for a file that has no such columns, `StorageFull`.
    """
    meter = portfolio.meter(meter_id)
    chosen = quantity or meter.quantity
    if chosen not in QUANTITIES:
        raise NotFound("quantity", chosen)
    unit = meter.unit if chosen == meter.quantity else QUANTITIES[chosen].unit
    importing = Importing(file.name, None if dry_run else sink, milliseconds(now))
    _, rows = rows_of(lines_of(file, progress), COLUMNS)
    stamp = _Stamps(_zone(meter, portfolio, zone), _shift(meter, chosen, stamps), importing.now_ms)
    return importing.take(rows, _reader(meter.id, chosen, ratio_to_canonical(unit, chosen), stamp))


def _reader(
    meter: str, quantity: str, ratio: Fraction, stamp: Callable[[str], int]
) -> Callable[[Row], Reading | None]:
    number = WrittenNumbers()

    def reading(row: Row) -> Reading | None:
        if len(row.fields) != len(COLUMNS):
            raise InvalidReading("wrong_columns", f"{len(row.fields)} columns instead of {len(COLUMNS)}")
        time, value = row.fields
        moment_ms = stamp(time)
        return Reading(meter, quantity, moment_ms, convert(number(value), ratio)) if value else None

    return reading


class _Stamps:
    """Reads the stamps of one file, in the order of its lines."""

    def __init__(self, zone: tzinfo, shift: timedelta, now_ms: int) -> None:
        self._zone = zone
        self._shift = shift
        self._now_ms = now_ms
        self._last = datetime.min.replace(tzinfo=UTC)

    def __call__(self, text: str) -> int:
        try:
            stamp = datetime.fromisoformat(text)
        except ValueError:
            raise InvalidReading("no_time", f"{text[:60]!r} is no ISO 8601 time") from None
        first, second = existing(stamp, self._zone)
        moment = second if first <= self._last else first
        self._last = moment
        return checked(milliseconds(moment + self._shift), text, now_ms=self._now_ms)


def _zone(meter: Meter, portfolio: Portfolio, given: tzinfo | None) -> tzinfo:
    if given is not None:
        return given
    from_meter = meter.fixed_offset
    return portfolio.district.zone if from_meter is None else timezone(from_meter)


def _shift(meter: Meter, quantity: str, stamps: Stamps | None) -> timedelta:
    if stamps is None or stamps is meter.stamps or QUANTITIES[quantity].kind is not Kind.AMOUNT:
        return timedelta()
    return meter.interval if stamps is Stamps.START else -meter.interval
