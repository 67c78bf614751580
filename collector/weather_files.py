"""Air temperature from files: CSV, and the station files of Deutscher Wetterdienst.

Source of the DWD formats: CDC open data, observations_germany, hourly/air_temperature (`produkt_tu_stunde_…`:
TT_TU in °C, MESS_DATUM as YYYYMMDDHH in UTC) and daily/kl (`produkt_klima_tag_…`: TMK in °C, MESS_DATUM as YYYYMMDD).
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from collector.importing import Importing, ImportResult, Progress, Row, lines_of, rows_of
from collector.numbers import WrittenNumbers
from collector.pushing import AIR_TEMPERATURE
from collector.times import checked, existing
from config.clocks import CLOCK_SLACK_MS
from config.errors import InvalidReading
from config.meters.meter import weather_meter_id
from config.portfolio.portfolio import Portfolio
from gateway.ports import Sink
from gateway.reading import Reading, milliseconds

COLUMNS = ("time", "temperature_c")
MISSING = frozenset({-999.0, -9999.0})
NOON = timedelta(hours=12)
# column -> (format of MESS_DATUM, what is added: a day's mean is kept at its noon)
DWD_COLUMNS = {"TT_TU": ("%Y%m%d%H", timedelta()), "TMK": ("%Y%m%d", NOON)}
_COLDEST_C, _HOTTEST_C = -60.0, 60.0
_STATION_DIGITS = 5
_EARLIEST = datetime(1700, 1, 1, tzinfo=UTC)  # and no store keeps times before 1678
# What zipfile lets out of an archive that is damaged, encrypted or compressed in a way of its own.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)


def import_weather(
    file: Path,
    portfolio: Portfolio,
    sink: Sink,
    *,
    now: datetime,
    station: str | None = None,
    zone: tzinfo | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportResult:
    """Import air temperature [°C] as readings of `weather-<station>`.

    CSV has the columns `time,temperature_c`, its station is `station` or else the district's, stamps without offset
    are wall time in `zone` or else the district's. A DWD file (txt, or the zip around it) brings station and UTC
    along. Raises `InvalidReading` (`wrong_columns`, `broken_file`) for any other file, `StorageFull`.
    """
    importing = Importing(file.name, None if dry_run else sink, milliseconds(now))
    lines = _zipped(file) if zipfile.is_zipfile(file) else lines_of(file, progress)
    heading = next(lines, "")
    if "MESS_DATUM" in heading:
        return importing.take(_dwd_rows(lines), _dwd_reader(heading, importing.now_ms))
    _, rows = rows_of(_put_back(heading, lines), COLUMNS)
    meter = weather_meter_id(station or portfolio.district.weather_station)
    return importing.take(rows, _csv_reader(meter, zone or portfolio.district.zone, importing.now_ms))


def _csv_reader(meter: str, zone: tzinfo, now_ms: int) -> Callable[[Row], Reading | None]:
    number, last_ms = WrittenNumbers(), 0

    def reading(row: Row) -> Reading | None:
        if len(row.fields) != len(COLUMNS):
            raise InvalidReading("wrong_columns", f"{len(row.fields)} columns instead of {len(COLUMNS)}")
        try:
            stamp = datetime.fromisoformat(row.fields[0])
        except ValueError:
            raise InvalidReading("no_time", f"{row.fields[0][:60]!r} is no ISO 8601 time") from None
        nonlocal last_ms
        # In the hour that autumn repeats the order tells: what is not later than the row before is the second pass.
        first_ms, second_ms = map(milliseconds, existing(stamp, zone))
        last_ms = first_ms if first_ms > last_ms or second_ms == last_ms else second_ms
        time_ms = checked(last_ms, row.fields[0], now_ms=now_ms)
        return _reading(meter, time_ms, number(row.fields[1])) if row.fields[1] else None

    return reading


def _dwd_reader(heading: str, now_ms: int) -> Callable[[Row], Reading | None]:
    names = [name.strip() for name in heading.split(";")]
    column = next((name for name in DWD_COLUMNS if name in names), None)
    if column is None or not {"STATIONS_ID", "MESS_DATUM"} <= set(names):
        raise InvalidReading("wrong_columns", f"neither {' nor '.join(DWD_COLUMNS)} in {heading[:80]!r}")
    form, offset = DWD_COLUMNS[column]
    station_at, date_at, value_at = (names.index(name) for name in ("STATIONS_ID", "MESS_DATUM", column))

    def reading(row: Row) -> Reading | None:
        if len(row.fields) != len(names):
            raise InvalidReading("wrong_columns", f"{len(row.fields)} columns instead of {len(names)}")
        try:
            moment = datetime.strptime(row.fields[date_at], form).replace(tzinfo=UTC) + offset
            value = float(row.fields[value_at])
        except ValueError as error:
            raise InvalidReading("not_a_number", str(error)) from error
        # Day means reach back to 1781, far behind a meter's clock.
        if moment < _EARLIEST:
            raise InvalidReading("too_old", f"{row.fields[date_at]} is before the first thermometers")
        if milliseconds(moment) > now_ms + CLOCK_SLACK_MS:
            raise InvalidReading("future_time", f"{row.fields[date_at]} has not come yet")
        meter = weather_meter_id(_station(row.fields[station_at]))
        return None if value in MISSING else _reading(meter, milliseconds(moment), value)

    return reading


def _station(written: str) -> str:
    if not (written.isascii() and written.isdecimal() and len(written) <= _STATION_DIGITS):
        raise InvalidReading("unknown_meter", f"{written[:60]!r} is no number of a station")
    return written.zfill(_STATION_DIGITS)


def _reading(meter: str, time_ms: int, temperature_c: float) -> Reading:
    if not _COLDEST_C <= temperature_c <= _HOTTEST_C:
        raise InvalidReading("implausible", f"{temperature_c} °C is no air temperature")
    return Reading(meter, AIR_TEMPERATURE, time_ms, temperature_c)


def _dwd_rows(lines: Iterator[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=2):
        if line.strip():
            yield Row(number, line, tuple(part.strip() for part in line.split(";")))


def _zipped(file: Path) -> Iterator[str]:
    try:
        with zipfile.ZipFile(file) as archive:
            name = next((name for name in archive.namelist() if name.startswith("produkt_")), None)
            if name is None:
                raise InvalidReading("wrong_columns", f"no produkt_….txt in {file.name}")
            with archive.open(name) as inside:
                for line in io.TextIOWrapper(inside, encoding="latin-1"):
                    yield line.rstrip("\r\n")
    except _BROKEN as error:
        raise InvalidReading("broken_file", f"{file.name} cannot be unpacked: {error}") from error


def _put_back(heading: str, lines: Iterator[str]) -> Iterator[str]:
    yield heading
    yield from lines
