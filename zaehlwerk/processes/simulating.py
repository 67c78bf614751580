"""Simulated meters for any portfolio: plain counters that run evenly, for trying out a configuration."""

import asyncio
import logging
import os
import zlib
from datetime import UTC, datetime
from math import inf

from collector.simulation import Simulation
from config.meters.meter import Meter, ModbusSource, MqttSource
from config.portfolio.files import load_portfolio
from config.portfolio.portfolio import Portfolio
from config.quantities import QUANTITIES, Kind
from config.settings import Settings
from zaehlwerk.intake import portfolio_folder, profiles_of
from zaehlwerk.processes.running import run_jobs, stop_on_signals

logger = logging.getLogger(__name__)

_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
_USUAL_PER_HOUR = 2.0  # kWh or m³ where the meter does not say what its connection can carry
_SHARE_OF_MAXIMUM = 0.2
_GAUGE = 20.0
_DECIMALS = 3


def steady_value(meter: Meter, moment: datetime) -> float | None:
    """Return a counter that has run since 2020 at a fifth of what its connection can carry, wrapped as it would.

    In the canonical unit of the meter's quantity, with three decimals, as displays have: what has so few digits comes
    out of every unit as it went in. A gauge stands still.
    """
    if QUANTITIES[meter.quantity].kind is not Kind.COUNTER:
        return _GAUGE
    hours = (moment - _SINCE).total_seconds() / 3600
    most_per_hour = meter.maximum_kw or meter.maximum_m3_h
    per_hour = most_per_hour * _SHARE_OF_MAXIMUM if most_per_hour else _USUAL_PER_HOUR
    running = zlib.crc32(meter.id.encode()) % 10_000 + hours * per_hour / float(meter.factor[0].value)
    wrap = inf if meter.digits is None else 10.0**meter.digits
    return round(running % wrap, _DECIMALS) % wrap


def simulated_part(portfolio: Portfolio) -> str:
    """Say how much of a portfolio speaks by itself, and that nobody speaks for the rest."""
    sources = [meter.source for meter in portfolio.meters.values()]
    buses = [source.bus for source in sources if isinstance(source, ModbusSource)]
    brokers = [source.broker for source in sources if isinstance(source, MqttSource)]
    rest = len(sources) - len(buses) - len(brokers)
    told = f"{len(buses)} meters on {len(set(buses))} buses and {len(brokers)} behind {len(set(brokers))} brokers"
    return told + (f"; {rest} others are read by hand, pushed or computed" if rest else "")


async def simulated(settings: Settings) -> None:
    """Simulate every Modbus and MQTT meter of the settings' portfolio until SIGTERM or SIGINT."""
    portfolio = load_portfolio(portfolio_folder(settings))
    stop = asyncio.Event()
    simulation = Simulation(portfolio, profiles_of(settings), steady_value, environ=os.environ)
    with stop_on_signals(stop):
        async with simulation:
            logger.info("simulating %s", simulated_part(portfolio))
            await run_jobs({"simulation": simulation.run}, stop)
