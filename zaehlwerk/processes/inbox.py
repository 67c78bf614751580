"""The part of a process that imports what lands in the watched folder."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from gateway.sourced import IMPORTED, sourced
from zaehlwerk.intake import Intake
from zaehlwerk.processes.live import Live
from zaehlwerk.processes.running import Job

if TYPE_CHECKING:
    from collector.files.mscons import NoteTaker, StatusNote

logger = logging.getLogger(__name__)


@asynccontextmanager
async def watching_inbox(intake: Intake, _live: Live) -> AsyncIterator[Mapping[str, Job]]:
    """Import complete files from the folder that `ZAEHLWERK_INBOX` names; nothing to do without it."""
    if intake.settings.inbox is None:
        yield {}
        return
    from collector.inbox import Inbox  # noqa: PLC0415  brings numpy along

    sink = sourced(intake.sink, IMPORTED)
    inbox = Inbox(intake.settings.inbox, intake.portfolio, sink, clock=intake.clock, notes=notes_of(intake))
    yield {"inbox": inbox.run}


def notes_of(intake: Intake) -> NoteTaker:
    """Return what keeps the status of imported values as notes, all of a file in one transaction."""

    def take(notes: Sequence[StatusNote]) -> None:
        from gateway.operations import ReadingNoteRow  # noqa: PLC0415  opened at need

        now = intake.clock()
        operations = intake.records()
        with operations.begin() as connection:
            for note in notes:
                row = ReadingNoteRow(note.meter, note.quantity, note.time_ms, note.how, IMPORTED, note.reason, now)
                operations.notes.record(row, connection=connection)

    return take
