"""The parts of a process, run together. Each part opens what it needs and brings its jobs along."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from zaehlwerk.composition import House
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job, run_jobs, stop_on_signals
from zaehlwerk.processes.sign_of_life import show_life

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
            sign = house.settings.state / f"alive-{name}"
            jobs["alive"] = lambda: show_life(sign)
            logger.info("%s runs: %s", name, ", ".join(jobs))
            await run_jobs(jobs, stop)
    logger.info("%s ended", name)
