"""How consumption runs over the hours: pure shapes, later scaled to a year's amount."""

import numpy as np

from zaehlwerk.demo.history.hours import HOURS_A_YEAR, Floats, Hours, chance
from zaehlwerk.demo.history.use import Use
from zaehlwerk.demo.history.weather import Weather

_SCALED_ON = 3 * HOURS_A_YEAR  # the first three years: always there, so a scale never changes
_MORNING = 5


def scaled(shape: Floats, per_year: float) -> Floats:
    """Scale a shape so that its first three years have this amount a year on average."""
    return np.asarray(shape * (per_year / (float(np.mean(shape[:_SCALED_ON])) * HOURS_A_YEAR)))


def electricity(name: str, use: Use, weather: Weather, *, base: float) -> Floats:
    """Base load [share of the load in use] day and night, more in use, and more again while it is dark."""
    lamps = 0.75 + 0.25 * weather.darkness
    wobble = 1 + 0.08 * np.clip(chance(name).standard_normal(len(use.present)), -3, 3)
    return np.asarray((base + (1 - base) * use.present * lamps) * wobble)


def heating(use: Use, weather: Weather, hours: Hours) -> Floats:
    """Demand below the heating limit near 15 °C, set back at night, at weekends and in holidays."""
    warmth = np.clip(20 - weather.day_mean_c, 0, None) * np.clip((16.5 - weather.day_mean_c) / 3, 0, 1)
    morning = np.where((hours.hour_of_day >= 5) & (hours.hour_of_day < 8) & ~use.resting, 0.35, 0.0)
    colder = np.clip(1 + (weather.day_mean_c - weather.temperature_c) / 40, 0.5, 1.5)
    return np.asarray(warmth * colder * (0.55 + 0.45 * use.present + morning))


def heat(name: str, use: Use, weather: Weather, hours: Hours, *, base: float) -> Floats:
    """Heating and, with the share `base` of a year, hot water and losses that ask for no weather."""
    room = scaled(heating(use, weather, hours), 1 - base)
    wobble = 1 + 0.06 * np.clip(chance(name).standard_normal(len(hours)), -3, 3)
    return np.asarray((room + scaled(0.3 + use.present, base)) * wobble)


def water(name: str, use: Use, hours: Hours, *, base: float) -> Floats:
    """Taps in use, a little beside it (`base`), and nothing at all in the middle of the night."""
    draws = chance(name).gamma(1.6, size=len(hours))
    seldom = base * (chance(f"{name} beside").random(len(hours)) < 0.3)
    awake = (hours.hour_of_day >= _MORNING) & (hours.hour_of_day < 23)
    return np.where(awake, (use.present + seldom) * draws, 0.0)


def photovoltaics(weather: Weather) -> Floats:
    """Yield of a roof: the sun's height and the clouds, a little less in the heat."""
    return np.asarray(weather.sunshine * (1 - 0.004 * np.clip(weather.temperature_c - 15, 0, None)))


def lighting(weather: Weather, hours: Hours) -> Floats:
    """Street lamps from dusk to dawn, every other one off between 23 and 5."""
    late = (hours.hour_of_day >= 23) | (hours.hour_of_day < _MORNING)
    return np.where(late, 0.55, 1.0) * weather.darkness
