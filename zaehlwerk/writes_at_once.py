"""A sink without a spool: for a command that writes a few readings and can tell the person that it failed."""

import logging
from collections.abc import Sequence

from config.errors import StorageFull, Unreachable
from gateway.ports import Store
from gateway.reading import Reading, Receipt, Refused

logger = logging.getLogger(__name__)


class WritesAtOnce:
    """Hands every batch to the store and returns when the store has confirmed it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append(self, readings: Sequence[Reading], refused: Sequence[Refused] = ()) -> Receipt:
        """Write readings; what is refused, here or by the store, is named in the log. See `Sink.append`."""
        try:
            turned_down = self._store.write(readings)
        except Unreachable as error:
            raise StorageFull(f"nothing was stored: {error}") from error
        for thing in (*refused, *turned_down):
            logger.warning("refused: %s %s: %s", thing.place, thing.reason, thing.detail)
        return Receipt(len(readings) - len(turned_down), None)

    def ready(self) -> None:
        """Return if the store answers; raises `StorageFull` otherwise."""
        try:
            self._store.ready()
        except Unreachable as error:
            raise StorageFull(str(error)) from error
