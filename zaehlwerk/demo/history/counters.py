"""The sample district's counters, hour by hour: seeded, so that two runs with the same end agree exactly.

Every counter runs from `FIRST` on, whatever day it is today: a value of last year stays what it is when the demo is
started again tomorrow. Only the incidents hang on the day on which the history was first made (`anchor`).
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from config.meters.meter import ByHandSource, Meter, ModbusSource, wrap_of
from config.portfolio.portfolio import Portfolio
from config.portfolio.properties import Property
from zaehlwerk.demo.history import shapes
from zaehlwerk.demo.history.hours import Floats, Hours, hours_until
from zaehlwerk.demo.history.incidents import (
    LEAKING_METER,
    Incidents,
    incidents_before,
    with_leak,
    with_measures,
)
from zaehlwerk.demo.history.loads import LOADS, Load, Shape
from zaehlwerk.demo.history.use import Use, use_of
from zaehlwerk.demo.history.weather import Weather, weather_of

YEARS = 3
_FIRST_READING_BELOW = 20_000


@dataclass(frozen=True)
class History:
    """The world until `end`: `totals` holds, per meter, the register as it would run on for ever.

    `totals[meter][i]` belongs to the instant at which hour i begins, in the unit of the display, before rounding,
    wrap and exchange. Tanks are no counters: their entry is what was burnt [l].
    """

    portfolio: Portfolio
    anchor: datetime
    end: datetime
    hours: Hours
    weather: Weather
    incidents: Incidents
    totals: dict[str, Floats]


def history_until(end: datetime, *, portfolio: Portfolio, anchor: datetime) -> History:
    """Make the history of a portfolio that has the meters of `LOADS`, until `end`."""
    hours = hours_until(end, portfolio.district.zone)
    weather = weather_of(hours)
    incidents = incidents_before(anchor, portfolio.district.zone)
    consumed = _consumptions(portfolio, hours, weather)
    totals = {
        meter.id: _total(meter, with_measures(consumed[meter.id], meter.id, portfolio), incidents)
        for meter in portfolio.meters.values()
        if not meter.is_virtual
    }
    return History(portfolio, anchor, end, hours, weather, incidents, totals)


def shown(meter: Meter, total: Floats) -> Floats:
    """Turn running totals into what the display shows: cut at its last digit, wrapped, as its register holds it."""
    step = 10.0 ** (meter.decimals or 0)
    cut = np.floor(total * step + 1e-6) / step
    wrap = wrap_of(meter)
    wrapped = cut if wrap is None else np.mod(cut, float(wrap))
    if isinstance(meter.source, ModbusSource):
        return wrapped.astype(np.float32).astype(np.float64)  # the registers of these devices are 32 bit floats
    return np.asarray(wrapped)


def by_hand(meter: Meter) -> bool:
    """Say whether people read the meter."""
    return isinstance(meter.source, ByHandSource)


def _consumptions(portfolio: Portfolio, hours: Hours, weather: Weather) -> dict[str, Floats]:
    days = hours.days()
    uses = {place.id: use_of(place, portfolio, hours, days) for place in portfolio.properties}
    found: dict[str, Floats] = {}
    for place in portfolio.properties:
        found |= dict(_of_property(place, uses[place.id], hours, weather))
    return found


def _of_property(place: Property, use: Use, hours: Hours, weather: Weather) -> Iterator[tuple[str, Floats]]:
    wanted = {meter.id: LOADS[meter.id] for meter in place.meters if meter.id in LOADS}
    made = {name: _consumption(name, load, use, hours, weather) for name, load in wanted.items()}
    for name, load in wanted.items():
        if load.roof is None:
            yield name, made[name]
            continue
        roof = made[load.roof]
        yield name, np.clip(made[name] - roof, 0, None)
        if load.export is not None:
            yield load.export, np.clip(roof - made[name], 0, None)


def _consumption(name: str, load: Load, use: Use, hours: Hours, weather: Weather) -> Floats:
    match load.shape:
        case Shape.ELECTRICITY:
            shape = shapes.electricity(name, use, weather, base=load.base)
        case Shape.HEAT:
            shape = shapes.heat(name, use, weather, hours, base=load.base)
        case Shape.WATER:
            shape = shapes.water(name, use, hours, base=load.base)
        case Shape.PHOTOVOLTAICS:
            shape = shapes.photovoltaics(weather)
        case Shape.LIGHTING:
            shape = shapes.lighting(weather, hours)
    return shapes.scaled(shape, load.per_year)


def _total(meter: Meter, consumed: Floats, incidents: Incidents) -> Floats:
    amounts = with_leak(consumed, incidents) if meter.id == LEAKING_METER else consumed
    counted = np.minimum(amounts, _most_per_hour(meter)) / _per_unit(meter)
    running = np.concatenate(([0.0], np.cumsum(counted)[:-1]))
    return np.asarray(running + (0 if meter.tank else first_reading(meter)))


def first_reading(meter: Meter) -> float:
    """Return what the display showed at `FIRST`: nobody's meter began at zero on that day."""
    scale = _per_unit(meter) if meter.medium_id == "electricity_import" else 1.0
    return zlib.crc32(meter.id.encode()) % _FIRST_READING_BELOW / scale / (10 if meter.medium_id == "water" else 1)


def _most_per_hour(meter: Meter) -> float:
    """Return what the connection can carry in an hour [kWh, m³]."""
    if meter.maximum_m3_h is not None and meter.gas:
        return meter.maximum_m3_h * _per_unit(meter)
    return meter.maximum_kw or meter.maximum_m3_h or float("inf")


def _per_unit(meter: Meter) -> float:
    """Return consumption [kWh, m³] per unit of the display."""
    if meter.gas:
        gas = meter.gas[0].value
        return float(gas.state_number * gas.heating_value_kwh_m3)
    if meter.tank:
        return float(meter.tank.kwh_per_unit)
    return float(meter.factor[0].value)
