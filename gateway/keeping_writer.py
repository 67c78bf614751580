"""Writes into a store that overwrites without a word, and keeps what it overwrites."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from config.errors import Forbidden
from gateway.beside import Beside
from gateway.newest_times import NewestTimes
from gateway.ports import Askable
from gateway.reading import Identity, Reading, Refused
from gateway.replaced import Replaced, differs, replacements

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a write: what the store refused, and how often a value took the place of another one."""

    refused: Sequence[Refused]
    replaced: int


class KeepingWriter:
    """A `Writer` for one process and one thread at a time.

    The order is: ask for what stands, keep it, write, say that it was replaced. A process that is killed in between
    writes the batch again, finds its notes and settles them: it can neither lose a value nor invent a conflict.
    `now_ms` is a clock [ms since 1970 UTC].
    """

    def __init__(
        self, store: Askable, beside: Beside, *, now_ms: Callable[[], int] = lambda: int(time.time() * 1000)
    ) -> None:
        self._store, self._beside, self._now_ms = store, beside, now_ms
        self._newest = NewestTimes()
        self._has_notes = bool(beside.under_way())
        self._is_forbidden = False

    def write(self, readings: Sequence[Reading]) -> Sequence[Refused]:
        """Write readings; see `Writer.write`."""
        return self.written(readings).refused

    def written(self, readings: Sequence[Reading], *, source: str = "") -> Written:
        """Write readings and tell how many values were replaced; `source` is who brought them.

        Raises `Unreachable`, and `StorageFull` where what would be replaced cannot be kept: then nothing is written.
        """
        now_ms = self._now_ms()
        late = self._newest.late(readings, now_ms)
        replaced = self._replaced(readings, late) if late else []
        if replaced:
            self._beside.note([one._replace(source=source, at_ms=now_ms) for one in replaced])
            self._has_notes = True
        refused = self._store.write(readings)
        if self._has_notes:
            self._settle(readings, refused)
        return Written(refused, len(replaced))

    def _replaced(self, readings: Sequence[Reading], late: Sequence[Reading]) -> list[Replaced]:
        return replacements(readings, self._standing(late), {one[:3] for one in late})

    def _standing(self, readings: Sequence[Reading]) -> Mapping[Identity, float]:
        try:
            return self._store.standing(readings)
        except Forbidden as error:
            if not self._is_forbidden:
                logger.error("values that are replaced in the store cannot be kept: %s", error)
            self._is_forbidden = True
            return {}

    def _settle(self, readings: Sequence[Reading], refused: Sequence[Refused]) -> None:
        """Settle the notes of a batch, and what a process left that was killed and does not come again."""
        written = {one[:3] for one in readings}
        notes = self._beside.under_way()
        last = {note.identity: note.value for _, note in notes}
        stands = set(last) if not refused and last.keys() <= written else self._stands(last)
        self._beside.settle(
            [number for number, note in notes if note.identity in stands],
            [number for number, note in notes if note.identity in written - stands],
        )
        self._has_notes = False

    def _stands(self, last: Mapping[Identity, float]) -> set[Identity]:
        """Return where the store has the value that was to come last."""
        standing = self._standing([Reading(*identity, value) for identity, value in last.items()])
        return {one for one, value in last.items() if one in standing and not differs(standing[one], value)}
