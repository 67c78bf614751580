"""The readings that the sample district brings along: what collectors and people would have stored."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from config.meters.meter import Meter
from gateway.reading import milliseconds
from gateway.series import Series
from zaehlwerk.demo.history.counters import YEARS, History, by_hand
from zaehlwerk.demo.history.hours import FIRST, Integers
from zaehlwerk.demo.history.incidents import CUT_OFF_METER
from zaehlwerk.demo.history.registers import register_at
from zaehlwerk.demo.history.tank import levels_and_deliveries, months

Histories = Iterator[tuple[str, str, Series]]
_HOUR_MS = 3_600_000


def first_stored(history: History) -> datetime:
    """Return the local midnight at which the stored history begins, three years before it was made."""
    local = history.anchor.astimezone(history.portfolio.district.zone)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return day.replace(year=day.year - YEARS, day=min(day.day, 28)).astimezone(UTC)


def readings_of(history: History, meter: Meter, *, start: datetime, end: datetime) -> Histories:
    """Yield (meter, quantity, series) with start <= time < end: every full hour, or as people read it."""
    if meter.tank:
        levels, deliveries = levels_and_deliveries(history, meter, end)
        yield meter.id, meter.quantity, _since(levels, start)
        yield meter.id, "delivery", _since(deliveries, start)
    else:
        times = _by_hand(history, start, end) if by_hand(meter) else _heard(history, meter, start, end)
        yield meter.id, meter.quantity, Series(times, register_at(history, meter, times))


def weather_readings(history: History, *, start: datetime, end: datetime) -> Histories:
    """Yield the hourly outdoor temperature, as readings of the district's weather station."""
    times = _full_hours(start, end)
    hour = (times - milliseconds(FIRST)) // _HOUR_MS
    station = f"weather-{history.portfolio.district.weather_station}"
    yield station, "air_temperature", Series(times, history.weather.temperature_c[hour])


def _heard(history: History, meter: Meter, start: datetime, end: datetime) -> Integers:
    hours = _full_hours(start, _last(history, meter, end))
    if meter.id != CUT_OFF_METER:
        return hours
    cut_off, back_again = history.incidents.cut_off, history.incidents.back_again
    return hours[(hours <= milliseconds(cut_off)) | (hours >= milliseconds(back_again))]


def _last(history: History, meter: Meter, end: datetime) -> datetime:
    return min(end, history.incidents.silence) if history.incidents.silenced(meter.id, end) else end


def _full_hours(start: datetime, end: datetime) -> Integers:
    first = -(-milliseconds(start) // _HOUR_MS) * _HOUR_MS
    return np.arange(first, milliseconds(end), _HOUR_MS, dtype=np.int64)


def _by_hand(history: History, start: datetime, end: datetime) -> Integers:
    moments = months(start, end, history.portfolio.district.zone)
    return np.array([milliseconds(moment) for moment in moments], np.int64)


def _since(series: Series, start: datetime) -> Series:
    kept = series.time_ms >= milliseconds(start)
    return Series(series.time_ms[kept], series.value[kept])
