"""A sink without a spool: for a command that writes a few readings and can tell the person that it failed."""

import logging
from collections.abc import Sequence

from config.errors import StorageFull, Unreachable
from gateway.beside import BesideFile
from gateway.keeping_writer import KeepingWriter
from gateway.ports import AskableStore
from gateway.reading import Reading, Receipt, Refused

logger = logging.getLogger(__name__)


class WritesAtOnce:
    """Hands every batch to the store and returns when the store has confirmed it.

    What is refused, and what a value replaces, is kept in the file beside.
    """

    def __init__(self, store: AskableStore, beside: BesideFile) -> None:
        self._store, self._beside = store, beside
        self._writer = KeepingWriter(store, beside)

    def append(self, readings: Sequence[Reading], refused: Sequence[Refused] = (), *, source: str = "") -> Receipt:
        """Write readings; what is refused, here or by the store, is named in the log too. See `Sink.append`."""
        try:
            written = self._writer.written(readings, source=source)
        except Unreachable as error:
            raise StorageFull(f"nothing was stored: {error}") from error
        aside = [*refused, *written.refused]
        self._beside.refuse(aside)
        for thing in aside:
            logger.warning("refused: %s %s: %s", thing.place, thing.reason, thing.detail)
        return Receipt(len(readings) - len(written.refused), None, written.replaced)

    def ready(self) -> None:
        """Return if the store answers; raises `StorageFull` otherwise."""
        try:
            self._store.ready()
        except Unreachable as error:
            raise StorageFull(str(error)) from error
