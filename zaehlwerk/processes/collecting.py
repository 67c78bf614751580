"""The part of a process that fetches what the meters say."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from collector.collecting import Collector
from gateway.forwarder import Forwarder
from zaehlwerk.composition import House
from zaehlwerk.processes.boxes import receivers_of, receiving, with_boxes
from zaehlwerk.processes.inbox import watching_inbox
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job
from zaehlwerk.processes.serial_numbers import SerialNumbers


@asynccontextmanager
async def collecting(house: House, live: Live) -> AsyncIterator[Mapping[str, Job]]:
    """Fetch what the meters say, and what boxes send; readings that wait for InfluxDB are forwarded."""
    collector = Collector(
        house.portfolio,
        house.profiles,
        house.sink,
        environ=house.environ,
        clock=house.clock,
        folder=house.settings.state,
        serials=SerialNumbers(house.operations, house.clock),
    )
    receivers = receivers_of(house)
    async with collector, forwarding(house, live) as forwarder, watching_inbox(house, live) as inbox:
        live.statistics = with_boxes(collector.statistics, receivers, live)
        yield {"collector": collector.run, **receiving(receivers), **forwarder, **inbox}


@asynccontextmanager
async def forwarding(house: House, _live: Live) -> AsyncIterator[Mapping[str, Job]]:
    """Empty the spool into InfluxDB; nothing to do on the embedded store."""
    if house.spool is None:
        yield {}
        return
    async with Forwarder(house.spool, house.store) as forwarder:
        yield {"forwarder": forwarder.run}
