"""The box in a building: the same collector, a bounded spool, and the line to the centre.

It builds what it needs by itself: the composition of the centre's processes brings the analysis along, a third more
memory on a small computer.
"""

import asyncio
import logging
import os
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from collector.collecting import Collector
from collector.edge.uplink import Uplink
from collector.mqtt.connection.broker import Account, broker_address
from config.clocks import ANY_SLACK_MS
from config.errors import ConfigurationError
from config.portfolio.files import load_portfolio
from config.profiles.files import load_profiles
from config.settings import Settings
from gateway.rationing import RationedSpool
from gateway.spool import Spool
from zaehlwerk.processes.free_memory import give_back_free_memory
from zaehlwerk.processes.parts import keep_what_was_built
from zaehlwerk.processes.running import in_thread, run_jobs, stop_on_signals
from zaehlwerk.processes.sign_of_life import show_life

logger = logging.getLogger(__name__)

EDGE_SPOOL = "spool-edge.sqlite"
Given = TypeVar("Given")


async def run_edge(settings: Settings) -> None:
    """Collect what the portfolio declares and send it to the centre, until SIGTERM or SIGINT."""
    edge, url = _demand(settings.edge_id, "ZAEHLWERK_EDGE_ID"), _demand(settings.uplink_url, "ZAEHLWERK_UPLINK_URL")
    folder = _demand(settings.portfolio, "ZAEHLWERK_PORTFOLIO")
    portfolio = load_portfolio(folder)
    settings.state.mkdir(parents=True, exist_ok=True)
    stop = asyncio.Event()
    with stop_on_signals(stop), closing(_spool(settings)) as spool:
        rationed = RationedSpool(spool)
        uplink = Uplink(edge, broker_address(url), _account(settings), spool, rationed, clock=_utc_now)
        profiles = load_profiles(folder / "devices")
        collector = Collector(
            portfolio, profiles, rationed, environ=os.environ, clock=_utc_now, slack_ms=ANY_SLACK_MS
        )
        async with collector:
            jobs = {
                "collector": collector.run,
                "uplink": lambda: in_thread(uplink, f"uplink {edge}"),
                "alive": lambda: show_life(settings.state / "alive-edge"),
                "free memory": give_back_free_memory,
            }
            logger.info("edge %s runs: %s", edge, ", ".join(jobs))
            keep_what_was_built()
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


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _demand(value: Given | None, variable: str) -> Given:
    if value is None:
        raise ConfigurationError(f"{variable}: a box needs it (docs/edge.md)")
    return value
