"""The part of a process that tells what taking readings in brought to light."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from config.errors import ZaehlwerkError
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
        work = asyncio.ensure_future(asyncio.to_thread(_tell, intake))
        try:
            await asyncio.shield(work)
            is_away = False
        except asyncio.CancelledError:
            await asyncio.wait([work])
            raise
        except ZaehlwerkError as error:
            if not is_away:
                logger.warning("replaced values and readings of the future are told later: %s", error)
            is_away = True
        await asyncio.sleep(EVERY_S)


def _tell(intake: Intake) -> int:
    return tell(intake.beside, intake.portfolio, intake.records, now=intake.clock())
