"""The part of a process that fetches what the meters say."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from collector.collecting import Collector
from gateway.forwarder import Forwarder
from zaehlwerk.composition import House
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job


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
