"""The part of a process that tells what taking readings in brought to light."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from zaehlwerk.intake import Intake
from zaehlwerk.noticing.telling import tell
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job, repeat_in_thread

EVERY_S = 5.0
_LATER = "replaced values and readings of the future are told later"


@asynccontextmanager
async def telling(intake: Intake, _live: Live) -> AsyncIterator[Mapping[str, Job]]:
    """Tell replaced values and readings of the future as events, every few seconds."""
    yield {"telling": lambda: repeat_in_thread(lambda: _tell_news(intake), every_s=EVERY_S, later=_LATER)}


def _tell_news(intake: Intake) -> None:
    if not intake.beside.has_news:
        return
    intake.beside.has_news = False  # before the work: what is added meanwhile is news again
    try:
        tell(intake, now=intake.clock())
    except BaseException:
        intake.beside.has_news = True
        raise
