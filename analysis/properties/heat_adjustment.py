"""Heat of a year put on the weather of the years at hand: only the part that depends on the weather."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from analysis.baseline import fit_heat, fit_monthly_heat
from analysis.books import Books
from analysis.calendar_cuts import days
from analysis.german import number
from analysis.known_amounts import wholly_known
from analysis.ledger.line import Row
from analysis.ledger.micro import Floats
from analysis.properties.year_of_property import MeterYear, PropertyYear
from analysis.property_meters import hi_share
from analysis.weather import daily_degree_days
from config.minima import MINIMA

REFERENCE_YEARS = 3
FEWEST_DAYS = 60


@dataclass(frozen=True, slots=True)
class AdjustedHeat:
    """Heat [kWh] at the reference weather, and how it was adjusted, in German."""

    kwh: float
    words: str


def adjusted_heat(
    books: Books, year: PropertyYear, meters: Sequence[MeterYear], heat_kwh: float, *, now: datetime
) -> AdjustedHeat | None:
    """Adjust a year's heat by local degree days: base + weather part × G_reference / G_year (VDI 3807-1).

    The reference is the mean of up to three past years with weather data, over the same days of the year. None where
    the weather is not known well enough, or fewer than 60 days can tell base and weather part apart.
    """
    weather = daily_degree_days(books, year.start, year.end, now=now)
    total = _whole_sum(weather)
    reference, years = _reference(books, len(weather), now)
    if reference is None or total is None:
        return None
    base = _base_per_day(year, meters, weather)
    if base is None:
        return None
    base_kwh = min(heat_kwh, base * len(weather))
    ratio = reference / total if total > 0 else 1.0
    words = (
        f"witterungsbereinigt mit Gradtagzahl G20/15 der Station {books.portfolio.district.weather_station} "
        f"(Faktor {number(ratio, 2)} auf den Heizanteil; Bezug: Mittel {years})"
    )
    return AdjustedHeat(base_kwh + (heat_kwh - base_kwh) * ratio, words)


def _reference(books: Books, length: int, now: datetime) -> tuple[float | None, str]:
    """Mean degree days of the first `length` days of the past years whose weather is known, and these years."""
    this_year = now.astimezone(books.zone).year
    sums: dict[int, float] = {}
    for year in range(this_year - REFERENCE_YEARS, this_year):
        weather = daily_degree_days(books, date(year, 1, 1), date(year + 1, 1, 1), now=now)
        whole, part = _whole_sum(weather), _whole_sum(weather[:length])
        if whole is not None and part is not None:
            sums[year] = part
    if not sums:
        return None, ""
    return sum(sums.values()) / len(sums), ", ".join(str(year) for year in sums)


def _whole_sum(degree_days: Floats) -> float | None:
    """Sum of all days, those that are not known taken like the others; None where too few are known."""
    known = np.isfinite(degree_days)
    if not len(known) or known.mean() < MINIMA["heat_adjusted"].whole:
        return None
    return float(degree_days[known].sum() / known.mean())


def _base_per_day(year: PropertyYear, meters: Sequence[MeterYear], weather: Floats) -> float | None:
    energy = np.zeros(len(weather))
    for one in meters:
        energy += np.where(wholly_known(one.daily), one.daily.floats(), np.nan) * float(hi_share(one.meter))
    usable = np.isfinite(energy) & np.isfinite(weather)
    if usable.sum() < FEWEST_DAYS:
        return None
    if any(one.daily.spans_ms[Row.BY_HAND].any() for one in meters):
        months = np.array([day.month for day in days(year.start, year.end)], np.int64)
        return fit_monthly_heat(energy[usable], weather[usable], months[usable]).base_per_day
    return fit_heat(energy[usable], np.ones(int(usable.sum())), weather[usable]).base_per_day
