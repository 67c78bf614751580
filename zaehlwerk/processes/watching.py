"""The part of a process that judges figures and tells people."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from alerts.channels.channel import Channel
from alerts.channels.smtp import SmtpChannel
from alerts.delivery import Delivery
from alerts.schedule import Schedule
from config.errors import Unreachable
from zaehlwerk.composition import House
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job

logger = logging.getLogger(__name__)


@asynccontextmanager
async def watching(house: House, live: Live) -> AsyncIterator[Mapping[str, Job]]:
    """Judge what is due and deliver what is to be said; without a mail server it stays in the outbox."""
    smtp_url = house.settings.smtp_url
    if smtp_url is None:
        logger.warning("ZAEHLWERK_SMTP_URL is not set: mails stay in the outbox")
    channel = None if smtp_url is None else SmtpChannel(smtp_url.get_secret_value())
    async with watching_with(house, live, channel, public_url=house.settings.public_url) as jobs:
        yield jobs


@asynccontextmanager
async def watching_with(
    house: House, live: Live, channel: Channel | None, *, public_url: str
) -> AsyncIterator[Mapping[str, Job]]:
    """Judge what is due, and deliver through a channel if there is one."""
    async with Schedule(house.books, house.operations, house.clock) as schedule:
        live.checks["scheduler"] = lambda: _demand_awake(schedule)
        if channel is None:
            yield {}
            return
        delivery = Delivery(house.operations, channel, house.clock, public_url=public_url)
        yield {"delivery": lambda: _delivering(delivery)}


async def _delivering(delivery: Delivery) -> None:
    running = asyncio.ensure_future(delivery.run())
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        delivery.stop()
        await running
        raise


def _demand_awake(schedule: Schedule) -> None:
    if not schedule.running:
        raise Unreachable("the scheduler does not run")
