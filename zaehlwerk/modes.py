"""The run modes: which parts run in one process. Each part opens what it needs and brings its jobs along."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from alerts.channel import Channel
from alerts.delivery import Delivery
from alerts.schedule import Schedule
from alerts.smtp import SmtpChannel
from api.application import application
from collector.collecting import Collector
from config.errors import Unreachable
from gateway.forwarder import Forwarder
from zaehlwerk.composition import House
from zaehlwerk.running import Job, run_jobs, stop_on_signals
from zaehlwerk.web import Live, services_of
from zaehlwerk.web_server import serve

logger = logging.getLogger(__name__)

Part = Callable[[House, Live], AbstractAsyncContextManager[Mapping[str, Job]]]


async def run_parts(house: House, parts: Sequence[Part], *, name: str) -> None:
    """Run parts together until SIGTERM or SIGINT; what was taken by then is safe on return."""
    stop, live = asyncio.Event(), Live()
    with stop_on_signals(stop):
        async with AsyncExitStack() as stack:
            jobs: dict[str, Job] = {}
            for part in parts:
                jobs |= await stack.enter_async_context(part(house, live))
            logger.info("%s runs: %s", name, ", ".join(jobs))
            await run_jobs(jobs, stop)
    logger.info("%s ended", name)


@asynccontextmanager
async def collecting(house: House, live: Live) -> AsyncIterator[Mapping[str, Job]]:
    """Fetch what the meters say; readings that wait for InfluxDB are forwarded."""
    collector = Collector(house.portfolio, house.profiles, house.sink, environ=house.environ, clock=house.clock)
    async with collector, forwarding(house, live) as forwarder:
        live.statistics = collector.statistics
        yield {"collector": collector.run, **forwarder}


@asynccontextmanager
async def forwarding(house: House, _live: Live) -> AsyncIterator[Mapping[str, Job]]:
    """Empty the spool into InfluxDB; nothing to do on the embedded store."""
    if house.spool is None:
        yield {}
        return
    async with Forwarder(house.spool, house.store) as forwarder:
        yield {"forwarder": forwarder.run}


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
        async with delivery:
            """Leaving it asks it to stop; the hand-over under way is brought to its end."""
        await running
        raise


def _demand_awake(schedule: Schedule) -> None:
    if not schedule.running:
        raise Unreachable("the scheduler does not run")


def serving(listener: socket.socket) -> Part:
    """Return the part that answers requests on a socket."""

    @asynccontextmanager
    async def part(house: House, live: Live) -> AsyncIterator[Mapping[str, Job]]:
        app = application(services_of(house, live))
        with contextlib.closing(listener):
            yield {"web": lambda: serve(app, listener)}

    return part
