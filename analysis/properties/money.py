"""What energy and water cost by the declared tariffs."""

from collections.abc import Sequence

import numpy as np

from analysis.calendar_cuts import days
from analysis.ledger.micro import Floats
from analysis.properties.year_of_property import MeterYear, PropertyYear
from config.portfolio.portfolio import Portfolio


def cost_eur(portfolio: Portfolio, year: PropertyYear, meters: Sequence[MeterYear]) -> float | None:
    """Return the cost [EUR] of the known days at each day's working price; None where a tariff is missing."""
    prices: dict[str, Floats] = {}
    cost = 0.0
    for one in meters:
        medium_id = one.meter.medium_id
        if medium_id not in prices:
            prices[medium_id] = _prices(portfolio, year, medium_id)
        daily = np.nan_to_num(one.daily.floats())
        used = daily != 0  # a virtual meter's day may be below zero: left out, the sum would be too dear
        cost += float((daily[used] * prices[medium_id][used]).sum())
    return None if np.isnan(cost) else cost


def _prices(portfolio: Portfolio, year: PropertyYear, medium_id: str) -> Floats:
    """Working price [EUR per unit of the medium] of each day; nan where none is declared."""
    prices = (portfolio.price_eur(medium_id, day) for day in days(year.start, year.end))
    return np.array([float("nan") if price is None else float(price) for price in prices], np.float64)
