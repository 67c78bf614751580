"""Made-up weather of the height and latitude of Kaiserslautern: sample data, not that of any real day."""

from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from zaehlwerk.demo.history.hours import Floats, Hours, chance

LATITUDE, LONGITUDE = np.radians(49.44), 7.77
_MEAN_C, _SWING_K, _COLDEST_DAY = 10.1, 9.1, 20  # about the years 1991-2020 of the station 02486
_MEMORY, _SPREAD_K = 0.82, 2.1  # how much of a warm spell is left on the next day


@dataclass(frozen=True, slots=True)
class Weather:
    """One value per hour: `temperature_c`, its daily mean `day_mean_c`, `sunshine` 0..1 (share of full sun)."""

    temperature_c: Floats
    day_mean_c: Floats
    sunshine: Floats
    darkness: Floats


def weather_of(hours: Hours) -> Weather:
    """Make the weather of these hours; the first hours of a longer series are the same."""
    count = int(hours.day_index[-1]) + 1
    spell = _spells(count)
    clear = np.clip(0.45 + 0.25 * chance("clouds").standard_normal(count) + 0.03 * spell, 0.08, 1.0)[hours.day_index]
    elevation = sun_elevation(hours)
    season = _season(hours) + np.interp(np.arange(len(hours)) / 24, np.arange(count) + 0.5, spell)
    swing = (1.5 + 4.0 * clear) * np.cos(2 * np.pi * (hours.hour_of_day - 15) / 24)
    temperature_c = np.round(season + swing, 1)
    sunshine = np.clip(np.sin(elevation), 0, None) * clear * (1 + 0.1 * chance("gusts").uniform(-1, 1, len(hours)))
    darkness = np.clip(-np.degrees(elevation) / 6 + 0.5, 0, 1)  # lamps come on in the civil twilight
    return Weather(temperature_c, _day_means(temperature_c, hours), sunshine, darkness)


def sun_elevation(hours: Hours) -> Floats:
    """Return the sun's height [rad] in the middle of each hour. Source: Cooper (1969) for the declination."""
    day_of_year = (hours.utc_hour / 24) % 365.2425
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + day_of_year) / 365)
    angle = np.radians(15 * (hours.utc_hour % 24 + 0.5 - 12) + LONGITUDE)
    sine = np.sin(LATITUDE) * np.sin(declination) + np.cos(LATITUDE) * np.cos(declination) * np.cos(angle)
    return np.asarray(np.arcsin(sine))


def _season(hours: Hours) -> Floats:
    return _MEAN_C - _SWING_K * np.cos(2 * np.pi * (hours.utc_hour / 24 - _COLDEST_DAY) / 365.2425)


def _spells(days: int) -> Floats:
    shocks = chance("spells").standard_normal(days) * _SPREAD_K
    return np.fromiter(accumulate(shocks, lambda before, shock: _MEMORY * before + shock), np.float64, days)


def _day_means(temperature_c: Floats, hours: Hours) -> Floats:
    sums = np.bincount(hours.day_index, weights=temperature_c)
    mean: Floats = sums / np.bincount(hours.day_index)
    return mean[hours.day_index]
