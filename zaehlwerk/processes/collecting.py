"""The part of a process that fetches what the meters say."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from collector.collecting import Collector
from gateway.forwarder import Forwarder
from gateway.keeping_writer import KeepingWriter
from zaehlwerk.intake import Intake
from zaehlwerk.processes.box_states import keeping_states
from zaehlwerk.processes.boxes import receivers_of, receiving, with_boxes
from zaehlwerk.processes.inbox import watching_inbox
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job
from zaehlwerk.processes.serial_numbers import SerialNumbers
from zaehlwerk.processes.telling import telling


@asynccontextmanager
async def collecting(intake: Intake, live: Live) -> AsyncIterator[Mapping[str, Job]]:
    """Fetch what the meters say, and what boxes send; readings that wait for InfluxDB are forwarded."""
    collector = Collector(
        intake.portfolio,
        intake.profiles,
        intake.sink,
        environ=intake.environ,
        clock=intake.clock,
        folder=intake.settings.state,
        serials=SerialNumbers(intake.records, intake.clock),
    )
    receivers = receivers_of(intake)
    async with collector, forwarding(intake, live) as forwarder, watching_inbox(intake, live) as inbox:
        live.statistics = with_boxes(collector.statistics, receivers)
        states = keeping_states(receivers, intake.records)
        yield {"collector": collector.run, **receiving(receivers), **states, **forwarder, **inbox}


@asynccontextmanager
async def forwarding(intake: Intake, live: Live) -> AsyncIterator[Mapping[str, Job]]:
    """Empty the spool into InfluxDB, if there is one, and tell what that and taking readings in brought to light."""
    async with telling(intake, live) as told:
        if intake.spool is None:
            yield told
            return
        async with Forwarder(intake.spool, KeepingWriter(intake.writer, intake.beside)) as forwarder:
            yield {"forwarder": forwarder.run, **told}
