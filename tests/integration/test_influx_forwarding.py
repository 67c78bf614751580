"""From the spool into a real InfluxDB: everything arrives exactly once, whoever goes away meanwhile."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.errors import Unreachable
from gateway.forwarder import Forwarder
from gateway.influx.store import InfluxStore
from gateway.reading import Reading, Refused, milliseconds
from gateway.spool import Spool
from tests.servers.influx import InfluxProgram, InfluxServer

pytestmark = pytest.mark.real_server

QUANTITY = "active_energy_import"
FIRST_MS = milliseconds(datetime(2026, 6, 1, tzinfo=UTC))


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    """A spool with 12,000 readings of three meters."""
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append([reading(number) for number in range(12_000)])
    yield spool
    spool.close()


def reading(number: int) -> Reading:
    return Reading(f"meter-{number % 3}", QUANTITY, FIRST_MS + 1000 * number, number / 4)


def stored(store: InfluxStore) -> list[Reading]:
    readings = []
    for meter in ("meter-0", "meter-1", "meter-2"):
        series = store.read(meter, QUANTITY)
        columns = zip(series.time_ms.tolist(), series.value.tolist(), strict=True)
        readings += [Reading(meter, QUANTITY, time_ms, value) for time_ms, value in columns]
    return sorted(readings, key=lambda one: one.time_ms)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; the run fails after half a minute."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.02)


async def forward_until(forwarder: Forwarder, condition: Callable[[], bool]) -> None:
    task = asyncio.create_task(forwarder.run())
    try:
        await until(condition)
    finally:
        task.cancel()
        await asyncio.wait([task])


class DiesAfterWriting:
    """A spool whose process is killed between the store's confirmation and the deletion."""

    def __init__(self, spool: Spool) -> None:
        self.oldest, self.depth = spool.oldest, spool.depth

    def settle(self, row_ids: Sequence[int], refused: Sequence[Refused] = ()) -> None:
        raise RuntimeError("killed")


def test_everything_that_waits_arrives_exactly_once(influx: InfluxServer, influx_bucket: str, spool: Spool) -> None:
    store = InfluxStore(influx.url, influx.token, influx.org, influx_bucket)
    forwarder = Forwarder(spool, store)

    asyncio.run(forward_until(forwarder, lambda: spool.depth() == 0))

    assert stored(store) == [reading(number) for number in range(12_000)]
    assert forwarder.statistics.forwarded == 12_000
    store.close()


def test_a_crash_between_write_and_delete_leaves_every_reading_once(
    influx: InfluxServer, influx_bucket: str, spool: Spool
) -> None:
    store = InfluxStore(influx.url, influx.token, influx.org, influx_bucket)
    with pytest.raises(RuntimeError, match="killed"):
        asyncio.run(Forwarder(DiesAfterWriting(spool), store).forward_once())
    assert spool.depth() == 12_000

    asyncio.run(forward_until(Forwarder(spool, store), lambda: spool.depth() == 0))

    assert stored(store) == [reading(number) for number in range(12_000)]
    store.close()


def test_a_store_that_is_killed_and_comes_back_gets_everything(influxd: InfluxProgram, spool: Spool) -> None:
    server = influxd.server
    store = InfluxStore(server.url, server.token, server.org, server.fresh_bucket())
    forwarder = Forwarder(spool, store, batch=500)

    async def scene() -> None:
        task = asyncio.create_task(forwarder.run())
        await until(lambda: forwarder.statistics.forwarded > 0)
        await asyncio.to_thread(influxd.kill)
        spool.append([reading(number) for number in range(12_000, 13_000)])
        await until(lambda: forwarder.statistics.unreachable_since is not None)
        await asyncio.to_thread(influxd.start)
        await until(lambda: spool.depth() == 0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(scene())

    assert stored(store) == [reading(number) for number in range(13_000)]
    assert forwarder.statistics.unreachable_since is None
    store.close()


def test_a_store_that_is_away_is_unreachable_for_reading_too(influxd: InfluxProgram) -> None:
    server = influxd.server
    store = InfluxStore(server.url, server.token, server.org, server.fresh_bucket())
    store.ready()
    influxd.stop()

    with pytest.raises(Unreachable):
        store.read("meter-0", QUANTITY)
    with pytest.raises(Unreachable):
        store.newest()
    store.close()
