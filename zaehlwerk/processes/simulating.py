"""Simulated meters for any portfolio: plain counters that run evenly, for trying out a configuration."""

import asyncio
import os
import zlib
from datetime import UTC, datetime

from collector.simulation import Simulation
from config.meters import Meter
from config.portfolio_files import load_portfolio
from config.quantities import QUANTITIES, Kind
from config.settings import Settings
from zaehlwerk.intake import portfolio_folder, profiles_of
from zaehlwerk.processes.running import run_jobs, stop_on_signals

_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
_USUAL_PER_HOUR = 2.0  # kWh or m³ where the meter does not say what its connection can carry
_SHARE_OF_MAXIMUM = 0.2
_GAUGE = 20.0


def steady_value(meter: Meter, moment: datetime) -> float | None:
    """Return a counter that has run since 2020 at a fifth of what its connection can carry, wrapped as it would.

    In the canonical unit of the meter's quantity; a gauge stands still.
    """
    if QUANTITIES[meter.quantity].kind is not Kind.COUNTER:
        return _GAUGE
    hours = (moment - _SINCE).total_seconds() / 3600
    most_per_hour = meter.maximum_kw or meter.maximum_m3_h
    per_hour = most_per_hour * _SHARE_OF_MAXIMUM if most_per_hour else _USUAL_PER_HOUR
    running = zlib.crc32(meter.id.encode()) % 10_000 + hours * per_hour / float(meter.factor[0].value)
    return running if meter.digits is None else running % 10.0**meter.digits


async def simulated(settings: Settings) -> None:
    """Simulate every Modbus and MQTT meter of the settings' portfolio until SIGTERM or SIGINT."""
    portfolio = load_portfolio(portfolio_folder(settings))
    stop = asyncio.Event()
    simulation = Simulation(portfolio, profiles_of(settings), steady_value, environ=os.environ)
    with stop_on_signals(stop):
        async with simulation:
            await run_jobs({"simulation": simulation.run}, stop)
