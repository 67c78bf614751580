"""The parts of a process, run together. Each part opens what it needs and brings its jobs along."""

import asyncio
import gc
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Protocol, TypeVar

from config.settings import Settings
from zaehlwerk.intake import Intake
from zaehlwerk.processes.free_memory import give_back_free_memory
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job, run_jobs, stop_on_signals
from zaehlwerk.processes.sign_of_life import show_life

logger = logging.getLogger(__name__)


class Opened(Protocol):
    """What a process has opened."""

    @property
    def settings(self) -> Settings: ...


class TakesIn(Opened, Protocol):
    """What a process has opened that takes readings in beside other things."""

    @property
    def intake(self) -> Intake: ...


Base_contra = TypeVar("Base_contra", bound=Opened, contravariant=True)
Jobs = AbstractAsyncContextManager[Mapping[str, Job]]


class Part(Protocol[Base_contra]):
    """Opens what it needs of what the process has opened, and brings its jobs along."""

    def __call__(self, opened: Base_contra, live: Live, /) -> Jobs: ...


def of_intake(part: Callable[[Intake, Live], Jobs]) -> Part[TakesIn]:
    """Return the same part for a process that does more than to take readings in."""
    return lambda opened, live: part(opened.intake, live)


async def run_parts(opened: Base_contra, parts: Sequence[Part[Base_contra]], *, name: str) -> None:
    """Run parts together until SIGTERM or SIGINT; what was taken by then is safe on return."""
    stop, live = asyncio.Event(), Live()
    with stop_on_signals(stop):
        async with AsyncExitStack() as stack:
            jobs: dict[str, Job] = {}
            for part in parts:
                jobs |= await stack.enter_async_context(part(opened, live))
            sign = opened.settings.state / f"alive-{name}"
            jobs |= {"alive": lambda: show_life(sign), "free memory": give_back_free_memory}
            logger.info("%s runs: %s", name, ", ".join(jobs))
            keep_what_was_built()
            await run_jobs(jobs, stop)
    logger.info("%s ended", name)


def keep_what_was_built() -> None:
    """Tell the garbage collection not to walk through what was built by now: it lives as long as the process.

    A thousand meters are a million objects, and a walk through them costs as much as fifty polls of each.
    """
    gc.collect()
    gc.freeze()
