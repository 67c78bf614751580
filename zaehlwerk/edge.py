"""The box in a building: the same collector, a bounded spool, and the line to the centre."""

import asyncio
import logging
import os
from contextlib import closing
from datetime import timedelta

from collector.collecting import Collector
from collector.edge.uplink import Uplink
from collector.mqtt.connection import Account, broker_address
from config.errors import ConfigurationError
from config.portfolio_files import load_portfolio
from config.settings import Settings
from gateway.rationing import RationedSpool
from gateway.spool import Spool
from zaehlwerk.composition import portfolio_folder, profiles_of, utc_now
from zaehlwerk.modes import show_life
from zaehlwerk.running import in_thread, run_jobs, stop_on_signals

logger = logging.getLogger(__name__)

EDGE_SPOOL = "spool-edge.sqlite"


async def run_edge(settings: Settings) -> None:
    """Collect what the portfolio declares and send it to the centre, until SIGTERM or SIGINT."""
    edge, url = _demand(settings.edge_id, "ZAEHLWERK_EDGE_ID"), _demand(settings.uplink_url, "ZAEHLWERK_UPLINK_URL")
    portfolio = load_portfolio(portfolio_folder(settings))
    settings.state.mkdir(parents=True, exist_ok=True)
    stop = asyncio.Event()
    with stop_on_signals(stop), closing(_spool(settings)) as spool:
        rationed = RationedSpool(spool)
        uplink = Uplink(edge, broker_address(url), _account(settings), spool, rationed, clock=utc_now)
        collector = Collector(portfolio, profiles_of(settings), rationed, environ=os.environ, clock=utc_now)
        async with collector:
            jobs = {
                "collector": collector.run,
                "uplink": lambda: in_thread(uplink, f"uplink {edge}"),
                "alive": lambda: show_life(settings.state / "alive-edge"),
            }
            logger.info("edge %s runs: %s", edge, ", ".join(jobs))
            await run_jobs(jobs, stop)
    logger.info("edge %s ended", edge)


def _spool(settings: Settings) -> Spool:
    return Spool(
        settings.state / EDGE_SPOOL,
        max_bytes=settings.spool_megabytes * 2**20,
        max_wait=timedelta(days=settings.spool_days),
    )


def _account(settings: Settings) -> Account:
    password = settings.uplink_password
    return Account(settings.uplink_username, None if password is None else password.get_secret_value())


def _demand(value: str | None, variable: str) -> str:
    if value is None:
        raise ConfigurationError(f"{variable}: a box needs it (docs/edge.md)")
    return value
