"""The forwarder against a store that is away, refuses, or dies, with a clock and a wait of the test's own."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import Unreachable
from gateway.embedded import EmbeddedStore
from gateway.forwarder import Forwarder
from gateway.reading import Reading, Refused
from gateway.spool import Spool

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def reading(number: int) -> Reading:
    return Reading("gs-strom", "volume", 1_000 * number, float(number))


class FickleStore(EmbeddedStore):
    """Raises the errors it was given, one per write, then works; refuses the values it was told."""

    def __init__(self, path: Path, errors: Sequence[Exception] = (), refuses: Sequence[float] = ()) -> None:
        super().__init__(path)
        self.errors, self.refuses = list(errors), refuses
        self.lengths: list[int] = []

    def write(self, readings: Sequence[Reading]) -> Sequence[Refused]:
        self.lengths.append(len(readings))
        if self.errors:
            raise self.errors.pop(0)
        bad = [one for one in readings if one.value in self.refuses]
        super().write([one for one in readings if one not in bad])
        return [Refused("influx", one.meter, "field_type_conflict", "…", b"", one.time_ms) for one in bad]


class Waits:
    """Takes the place of `asyncio.sleep`: remembers how long, and stops the forwarder after so many waits."""

    def __init__(self, stop_after: int) -> None:
        self.seconds: list[float] = []
        self.stop_after = stop_after

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if len(self.seconds) >= self.stop_after:
            raise asyncio.CancelledError


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    """A spool with ten readings."""
    spool = Spool(tmp_path / "spool.sqlite")
    spool.append([reading(number) for number in range(10)])
    yield spool
    spool.close()


def run(forwarder: Forwarder) -> None:
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(forwarder.run())


def forwarder_of(spool: Spool, store: FickleStore, waits: Waits, *, batch: int = 5_000) -> Forwarder:
    return Forwarder(spool, store, batch=batch, wait=waits, clock=lambda: NOON, chance=lambda: 0.5)


def test_the_oldest_leave_first_in_batches(spool: Spool, tmp_path: Path) -> None:
    store = FickleStore(tmp_path / "store.sqlite")
    waits = Waits(stop_after=4)

    run(forwarder_of(spool, store, waits, batch=4))

    assert store.lengths == [4, 4, 2]
    assert waits.seconds[:2] == [0.0, 0.0]  # a full batch is followed at once
    assert len(store.read("gs-strom", "volume")) == 10
    assert spool.depth() == 0
    store.close()


def test_nothing_is_deleted_before_the_store_has_confirmed(spool: Spool, tmp_path: Path) -> None:
    store = FickleStore(tmp_path / "store.sqlite", errors=[Unreachable("away")])
    forwarder = forwarder_of(spool, store, Waits(stop_after=1))

    run(forwarder)

    assert [one for _, one in spool.oldest(100)] == [reading(number) for number in range(10)]
    assert forwarder.statistics.forwarded == 0
    assert forwarder.statistics.depth == 10
    assert forwarder.statistics.unreachable_since == NOON
    assert forwarder.statistics.last_error == "away"
    store.close()


def test_after_an_outage_everything_arrives_and_all_is_well_again(spool: Spool, tmp_path: Path) -> None:
    store = FickleStore(tmp_path / "store.sqlite", errors=[Unreachable("away")] * 3)
    forwarder = forwarder_of(spool, store, Waits(stop_after=4))

    run(forwarder)

    assert len(store.read("gs-strom", "volume")) == 10
    assert forwarder.statistics.forwarded == 10
    assert forwarder.statistics.unreachable_since is None
    assert forwarder.statistics.last_error is None
    store.close()


def test_waits_double_up_to_half_a_minute(spool: Spool, tmp_path: Path) -> None:
    store = FickleStore(tmp_path / "store.sqlite", errors=[Unreachable("away")] * 20)
    waits = Waits(stop_after=9)

    run(forwarder_of(spool, store, waits))

    assert waits.seconds == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    store.close()


def test_a_store_that_asks_to_wait_is_left_alone_for_so_long(spool: Spool, tmp_path: Path) -> None:
    store = FickleStore(tmp_path / "store.sqlite", errors=[Unreachable("busy", retry_after_s=12.0)])
    waits = Waits(stop_after=1)

    run(forwarder_of(spool, store, waits))

    assert waits.seconds == [12.0]
    store.close()


def test_what_the_store_refuses_is_parked_and_nothing_is_retried(spool: Spool, tmp_path: Path) -> None:
    store = FickleStore(tmp_path / "store.sqlite", refuses=[3.0, 4.0])
    forwarder = forwarder_of(spool, store, Waits(stop_after=3))

    run(forwarder)

    assert store.lengths == [10]
    assert sorted(one.time_ms for one in spool.refused()) == [3_000, 4_000]
    assert (forwarder.statistics.forwarded, forwarder.statistics.parked) == (8, 2)
    assert spool.depth() == 0
    store.close()


def test_why_the_store_refuses_is_said_once_and_not_per_reading(
    spool: Spool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = FickleStore(tmp_path / "store.sqlite", refuses=[1.0, 5.0, 9.0])

    run(forwarder_of(spool, store, Waits(stop_after=10), batch=2))

    assert [record.levelname for record in caplog.records if "refuses" in record.message] == ["WARNING"]
    store.close()


def test_a_long_outage_is_said_once_and_its_end_once(
    spool: Spool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="gateway.forwarder")
    store = FickleStore(tmp_path / "store.sqlite", errors=[Unreachable("away")] * 5)
    minutes = iter(range(100))
    forwarder = Forwarder(
        spool, store, wait=Waits(stop_after=7), clock=lambda: NOON + timedelta(minutes=next(minutes))
    )

    run(forwarder)

    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "readings wait in the spool, 10 so far: away"),
        ("INFO", "the store takes readings again after 0:01:00, 0 still wait"),
    ]
    store.close()


def test_a_cancelled_forwarder_finishes_the_batch_under_way(spool: Spool, tmp_path: Path) -> None:
    store = FickleStore(tmp_path / "store.sqlite")

    async def scene() -> None:
        async with Forwarder(spool, store) as forwarder:
            task = asyncio.create_task(forwarder.run())
            await asyncio.sleep(0)  # the batch is with its thread now
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(scene())

    assert spool.depth() == 0
    assert len(store.read("gs-strom", "volume")) == 10
    store.close()
