"""The part of a process that tells what taking readings in brought to light."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from zaehlwerk.intake import Intake
from zaehlwerk.noticing.telling import tell
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job

EVERY_S = 5.0

logger = logging.getLogger(__name__)


@asynccontextmanager
async def telling(intake: Intake, _live: Live) -> AsyncIterator[Mapping[str, Job]]:
    """Tell replaced values and readings of the future as events, every few seconds."""
    yield {"telling": lambda: _tell_for_ever(intake)}


async def _tell_for_ever(intake: Intake) -> None:
    is_away = False
    while True:
        if intake.beside.has_news:
            is_away = not await _tell(intake, is_away=is_away)
        await asyncio.sleep(EVERY_S)


async def _tell(intake: Intake, *, is_away: bool) -> bool:
    """Return whether all is told."""
    intake.beside.has_news = False  # before the work: what is added meanwhile is news again
    work = asyncio.ensure_future(asyncio.to_thread(tell, intake, now=intake.clock()))
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise
    except Exception as error:  # noqa: BLE001  whatever is wrong with telling, readings are taken on
        intake.beside.has_news = True
        if not is_away:
            logger.warning("replaced values and readings of the future are told later: %r", error)
        return False
    return True
