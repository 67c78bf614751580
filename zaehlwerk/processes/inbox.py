"""The part of a process that imports what lands in the watched folder."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from collector.files.mscons import NoteTaker, StatusNote
from collector.inbox import Inbox
from gateway.operations import ReadingNoteRow
from zaehlwerk.composition import House
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job

AUTHOR = "import"

logger = logging.getLogger(__name__)


@asynccontextmanager
async def watching_inbox(house: House, _live: Live) -> AsyncIterator[Mapping[str, Job]]:
    """Import complete files from the folder that `ZAEHLWERK_INBOX` names; nothing to do without it."""
    if house.settings.inbox is None:
        yield {}
        return
    inbox = Inbox(house.settings.inbox, house.portfolio, house.sink, clock=house.clock, notes=notes_of(house))
    yield {"inbox": inbox.run}


def notes_of(house: House) -> NoteTaker:
    """Return what keeps the status of imported values as notes, all of a file in one transaction."""

    def take(notes: Sequence[StatusNote]) -> None:
        now = house.clock()
        with house.operations.begin() as connection:
            for note in notes:
                row = ReadingNoteRow(note.meter, note.quantity, note.time_ms, note.how, AUTHOR, note.reason, now)
                house.operations.notes.record(row, connection=connection)

    return take
