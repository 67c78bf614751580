"""Which readings of a spool are sent when, and when they may be deleted: the uplink without its line.

Two lanes, each in the order in which its readings came: what was read since the line is there goes first (people look
at it now), what waited before fills the rest of the window. A batch stays in the spool until exactly it is confirmed.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from collector.edge.wire import LARGEST_BATCH, encode_batch
from gateway.backoff import Backoff
from gateway.reading import Reading

BATCHES_UNDER_WAY = 16
OVERTAKEN_S = 2.0
FIRST_PROBE_S = 3.0
CEILING_PROBE_S = 600.0


class Waiting(Protocol):
    """The part of a spool that is emptied."""

    def after(self, row_id: int, limit: int, *, up_to: int = ...) -> list[tuple[int, Reading]]:
        """Return rows with `row_id` < id <= `up_to`, ascending."""
        ...

    def newest_id(self) -> int:
        """Return the id of the row that came last."""
        ...

    def delete(self, row_ids: Iterable[int]) -> None:
        """Forget confirmed rows."""
        ...


@dataclass(slots=True)
class Batch:
    """A batch under way.

    `overtaken_s` is when the first batch that was sent later was confirmed; `is_with_broker` tells whether the line
    has carried it so far.
    """

    sequence: int
    row_ids: tuple[int, ...]
    payload: bytes
    is_live: bool
    sent_s: float
    overtaken_s: float | None = None
    is_with_broker: Callable[[], bool] = lambda: True


class Window:
    """The batches that are sent and not confirmed. Lives in one thread; `first_sequence` is best a random number.

    A run counts its batches from a number that no earlier run had, so that a late confirmation never fits a batch
    with other readings.
    """

    def __init__(
        self,
        spool: Waiting,
        *,
        first_sequence: int,
        size: int = BATCHES_UNDER_WAY,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._spool, self._size = spool, size
        self._next_sequence = first_sequence
        self._under_way: dict[int, Batch] = {}
        self._row_ids: set[int] = set()
        self._mark = self._live_at = self._backlog_at = 0
        self._probes = Backoff(FIRST_PROBE_S, CEILING_PROBE_S, chance=chance)
        self._probe_at_s = 0.0

    @property
    def under_way(self) -> int:
        """How many batches are sent and not confirmed."""
        return len(self._under_way)

    def connected(self, now_s: float) -> None:
        """The line is there (again): what waits by now is backlog, and the oldest batch is asked after at once.

        The others may well lie in the broker's queue; if that was lost, the answer to the first tells.
        """
        self._mark = self._live_at = self._spool.newest_id()
        self._backlog_at = 0
        for batch in self._under_way.values():
            batch.is_with_broker = lambda: True  # if the line broke before, there is all the more reason to ask
        self.asked(now_s)

    def asked(self, now_s: float) -> None:
        """Somebody begins to listen in the centre and may have missed what was sent: ask after the oldest batch."""
        self._probes.succeeded()
        self._probe_at_s = now_s

    def due(self, now_s: float) -> list[Batch]:
        """Return what has to be sent now: lost batches again, then as many new ones as there is room for."""
        again = [batch for batch in self._under_way.values() if _is_lost(batch, now_s)] or self._probe(now_s)
        for batch in again:
            batch.sent_s, batch.overtaken_s = now_s, None
        return again + self._live(now_s) + self._backlog(now_s)

    def confirmed(self, sequences: Iterable[int], now_s: float) -> int:
        """Delete the rows of these batches, and return how many; numbers that are not under way mean nothing."""
        stored = [self._under_way[one] for one in dict.fromkeys(sequences) if one in self._under_way]
        if not stored:
            return 0
        row_ids = [row_id for batch in stored for row_id in batch.row_ids]
        self._spool.delete(row_ids)
        for batch in stored:
            del self._under_way[batch.sequence]
        self._row_ids.difference_update(row_ids)
        latest_s = max(batch.sent_s for batch in stored)
        for batch in self._under_way.values():
            if batch.sent_s < latest_s and batch.overtaken_s is None:
                batch.overtaken_s = now_s
        self._probes.succeeded()
        self._probe_at_s = now_s + FIRST_PROBE_S
        return len(row_ids)

    def _probe(self, now_s: float) -> list[Batch]:
        """Return the oldest batch when nothing was heard for long: perhaps nobody listened when it was sent."""
        oldest = next(iter(self._under_way.values()), None)
        if oldest is None:
            return []
        if not oldest.is_with_broker():  # the line is slow, that is no silence of the centre
            self._probe_at_s = max(self._probe_at_s, now_s + FIRST_PROBE_S)
        if now_s < self._probe_at_s:
            return []
        self._probe_at_s = now_s + self._probes.failed()
        return [oldest]

    def _live(self, now_s: float) -> list[Batch]:
        sent: list[Batch] = []
        while len(self._under_way) < self._size:
            rows = self._spool.after(self._live_at, LARGEST_BATCH)
            # A batch that is not full waits for the answer to the one before: what comes meanwhile joins it.
            if not rows or (len(rows) < LARGEST_BATCH and any(batch.is_live for batch in self._under_way.values())):
                break
            self._live_at = rows[-1][0]
            sent.append(self._send(rows, now_s, is_live=True))
        return sent

    def _backlog(self, now_s: float) -> list[Batch]:
        sent: list[Batch] = []
        while len(self._under_way) < self._size and self._backlog_at < self._mark:
            rows = self._spool.after(self._backlog_at, LARGEST_BATCH, up_to=self._mark)
            self._backlog_at = rows[-1][0] if rows else self._mark
            if fresh := [row for row in rows if row[0] not in self._row_ids]:
                sent.append(self._send(fresh, now_s, is_live=False))
        return sent

    def _send(self, rows: list[tuple[int, Reading]], now_s: float, *, is_live: bool) -> Batch:
        sequence, self._next_sequence = self._next_sequence, self._next_sequence + 1
        row_ids = tuple(row_id for row_id, _ in rows)
        payload = encode_batch(sequence, [reading for _, reading in rows])
        batch = Batch(sequence, row_ids, payload, is_live, now_s)
        if not self._under_way:
            self._probe_at_s = now_s + FIRST_PROBE_S
        self._under_way[sequence] = batch
        self._row_ids.update(row_ids)
        return batch


def _is_lost(batch: Batch, now_s: float) -> bool:
    # Batches arrive in the order in which they were sent: one that was overtaken is gone, or with a receiver that is
    # slower than the others of its share.
    return batch.overtaken_s is not None and now_s - batch.overtaken_s >= OVERTAKEN_S
