"""What boxes say reaches the operations database, and a database that is away stops nothing."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.edge.boxes import Boxes
from collector.edge.wire import BoxStatus, encode_status
from config.errors import Unreachable
from gateway.operations import Operations
from zaehlwerk.processes.box_states import BoxStateKeeper, keeping_states

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SINCE = "2026-06-01T12:00:00.000+00:00"


@pytest.fixture
def operations(tmp_path: Path) -> Iterator[Operations]:
    operations = Operations(f"sqlite:///{tmp_path}/operations.sqlite")
    operations.upgrade()
    yield operations
    operations.close()


def say(boxes: Boxes, problem: str | None, *, after_s: int = 0, waiting: int = 0) -> None:
    status = BoxStatus(True, SINCE, waiting, full_percent=93, left_out={"spool_full_gauge": 4}, problem=problem)
    boxes.note("gs", encode_status(status), NOON + timedelta(seconds=after_s))


def test_a_change_is_kept_at_once_and_the_rest_once_a_minute(operations: Operations) -> None:
    boxes = Boxes()
    keeper = BoxStateKeeper([boxes], lambda: operations)
    say(boxes, None)
    keeper.keep()
    say(boxes, "spool_filling", after_s=5)
    keeper.keep()
    say(boxes, "spool_filling", after_s=30, waiting=7)
    keeper.keep()
    (row,) = operations.boxes.all()
    assert (row.problem, row.waiting, row.full_percent, row.left_out) == (
        "spool_filling",
        0,
        93,
        {"spool_full_gauge": 4},
    )

    say(boxes, "spool_filling", after_s=65, waiting=8)
    keeper.keep()
    (row,) = operations.boxes.all()
    assert (row.waiting, row.since) == (8, NOON + timedelta(seconds=5))


def test_a_database_that_is_away_is_said_once_and_what_waits_is_kept_later(
    operations: Operations, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zaehlwerk.processes.box_states.LOOK_EVERY_S", 0.001)
    boxes, tries = Boxes(), []

    def records() -> Operations:
        tries.append(1)
        if len(tries) < 3:
            raise Unreachable("away")
        return operations

    async def run_a_while() -> None:
        job = asyncio.create_task(BoxStateKeeper([boxes], records).run())
        while not operations.boxes.all():
            await asyncio.sleep(0.01)
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job

    say(boxes, "spool_full")
    asyncio.run(run_a_while())
    assert [record.message for record in caplog.records].count(
        "what boxes say is kept later: Unreachable('away')"
    ) == 1


def test_a_number_that_no_column_holds_keeps_no_other_box_from_being_kept(operations: Operations) -> None:
    boxes = Boxes()
    boxes.note("mad", encode_status(BoxStatus(True, SINCE, 2**63 - 1, full_percent=2**60)), NOON)
    say(boxes, "spool_full")
    BoxStateKeeper([boxes], lambda: operations).keep()
    assert [(row.edge, row.full_percent) for row in operations.boxes.all()] == [("gs", 93), ("mad", 1000)]


def test_without_boxes_the_database_is_left_alone() -> None:
    assert keeping_states([], lambda: pytest.fail("opened")) == {}
