"""Jobs of one process: they run together, drain together, and fail together."""

import asyncio
import contextlib
import threading

import pytest

from config.errors import StorageFull
from zaehlwerk.processes.running import repeat_in_thread, run_jobs


async def for_ever() -> None:
    """Wait until cancelled."""
    await asyncio.Event().wait()


def test_all_jobs_drain_before_the_process_ends() -> None:
    drained: list[str] = []

    async def job(name: str) -> None:
        try:
            await for_ever()
        finally:
            await asyncio.sleep(0)
            drained.append(name)

    async def scene() -> None:
        stop = asyncio.Event()
        stop_soon = asyncio.get_running_loop().call_soon
        stop_soon(stop.set)
        await run_jobs({"one": lambda: job("one"), "two": lambda: job("two")}, stop)

    asyncio.run(scene())
    assert sorted(drained) == ["one", "two"]


def test_a_job_that_fails_takes_the_others_along_and_its_error_comes_out() -> None:
    drained: list[str] = []

    async def healthy() -> None:
        try:
            await for_ever()
        finally:
            drained.append("healthy")

    async def failing() -> None:
        raise StorageFull("the disk is full")

    with pytest.raises(StorageFull, match="the disk is full"):
        asyncio.run(run_jobs({"healthy": healthy, "failing": failing}, asyncio.Event()))
    assert drained == ["healthy"]


def test_a_job_that_ends_by_itself_leaves_the_others_running() -> None:
    async def scene() -> bool:
        stop, went_on = asyncio.Event(), []

        async def short() -> None:
            return

        async def long() -> None:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            went_on.append(True)
            stop.set()
            await for_ever()

        await run_jobs({"short": short, "long": long}, stop)
        return went_on == [True]

    assert asyncio.run(scene())


def test_what_is_repeated_finishes_what_it_has_begun_before_it_is_cancelled() -> None:
    begun, may_end, done = threading.Event(), threading.Event(), list[int]()

    def work() -> None:
        begun.set()
        may_end.wait(5)
        done.append(1)

    async def scene() -> None:
        repeating = asyncio.create_task(repeat_in_thread(work, every_s=60, later="later"))
        await asyncio.to_thread(begun.wait, 5)
        repeating.cancel()
        await asyncio.sleep(0.01)
        assert not repeating.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await repeating

    asyncio.run(scene())
    assert done == [1]


def test_work_that_fails_again_and_again_is_said_once_each_time_it_begins_to(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outcomes = iter([False, False, True, False, False])

    def work() -> None:
        if not next(outcomes, True):
            raise OSError("away")

    async def scene() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(repeat_in_thread(work, every_s=0.001, later="done later"), 0.5)

    asyncio.run(scene())
    told = [record for record in caplog.records if "done later: OSError" in record.message]
    assert len(told) == 2
