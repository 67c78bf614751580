"""One process, one task group: named jobs that run until somebody asks the process to stop."""

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol

Job = Callable[[], Coroutine[Any, Any, None]]

logger = logging.getLogger(__name__)

_STOPPING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stop_on_signals(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` on SIGTERM and SIGINT instead of dying, as long as the context lasts."""
    loop = asyncio.get_running_loop()
    for number in _STOPPING:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in _STOPPING:
            loop.remove_signal_handler(number)


async def run_jobs(jobs: Mapping[str, Job], stop: asyncio.Event) -> None:
    """Run all jobs until `stop` is set, then cancel them and wait until they have drained.

    A job that fails takes the others along: half a service that looks alive would be worse. Raises its error.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job(), name=name) for name, job in jobs.items()]
            await stop.wait()
            for task in tasks:
                task.cancel()
    except* Exception as errors:
        raise _first(errors) from errors


class Blocking(Protocol):
    """Work that blocks its thread until somebody asks it to stop."""

    def run(self) -> None:
        """Work until `stop`."""
        ...

    def stop(self) -> None:
        """Ask `run` to end soon."""
        ...


async def in_thread(work: Blocking, name: str) -> None:
    """Run blocking work in a thread of its own; cancelled, ask it to stop and wait until it has."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, thread_name_prefix=name) as threads:
        running = loop.run_in_executor(threads, work.run)
        try:
            await asyncio.shield(running)
        except asyncio.CancelledError:
            work.stop()
            await running
            raise


async def repeat_in_thread(work: Callable[[], object], *, every_s: float, later: str) -> None:
    """Do work in a thread every so many seconds [s], for ever; what has begun is finished before this is cancelled.

    Whatever is wrong with the work, readings are taken on: `later` is logged once, with the error, until it works
    again.
    """
    is_away = False
    while True:
        doing = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            await asyncio.shield(doing)
        except asyncio.CancelledError:
            await asyncio.wait([doing])
            raise
        except Exception as error:  # noqa: BLE001  see above
            if not is_away:
                logger.warning("%s: %r", later, error)
            is_away = True
        else:
            is_away = False
        await asyncio.sleep(every_s)


def _first(errors: BaseExceptionGroup[Exception]) -> Exception:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, Exception):
        raise error
    return error


def run_async(work: Coroutine[Any, Any, None]) -> None:
    """Run the coroutine of a process to its end, on uvloop where there is one."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415  not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop
