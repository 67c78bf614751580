"""The forwarder: carries what waits in the spool into the store, and deletes only what the store has confirmed."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

from config.errors import StorageFull, Unreachable
from gateway.backoff import Backoff
from gateway.ports import Writer
from gateway.reading import Reading, Refused

logger = logging.getLogger(__name__)

BATCH = 5_000
IDLE_S = 0.2
FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0


class Waiting(Protocol):
    """The part of a spool that is emptied."""

    def oldest(self, limit: int) -> list[tuple[int, Reading]]:
        """Return the rows that wait longest."""
        ...

    def settle(self, row_ids: Sequence[int], refused: Sequence[Refused] = ()) -> None:
        """Forget confirmed rows and park the refused ones in one commit."""
        ...

    def depth(self) -> int:
        """Return how many readings wait."""
        ...


@dataclass(frozen=True, slots=True)
class ForwarderStatistics:
    """What the forwarder did since its start; `unreachable_since` and `last_error` are None while all is well."""

    forwarded: int = 0
    parked: int = 0
    depth: int = 0
    unreachable_since: datetime | None = None
    last_error: str | None = None


class Forwarder:
    """Empties a spool into a store: oldest first, one batch at a time, for ever.

    The order is write, then park and delete in one commit. A crash in between writes a batch twice, which identity
    makes harmless; the other order would lose it.
    """

    def __init__(
        self,
        spool: Waiting,
        store: Writer,
        *,
        batch: int = BATCH,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._spool, self._store = spool, store
        self._batch, self._wait, self._clock = batch, wait, clock
        self._backoff = Backoff(FIRST_DELAY_S, LONGEST_DELAY_S, chance=chance)
        self._forwarded = self._parked = 0
        self._unreachable_since: datetime | None = None
        self._last_error: str | None = None
        self._told_reasons: set[str] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is left to do: what waits is durable and waits for the next start."""

    @property
    def statistics(self) -> ForwarderStatistics:
        """The figures of this moment."""
        return ForwarderStatistics(
            self._forwarded, self._parked, self._spool.depth(), self._unreachable_since, self._last_error
        )

    async def run(self) -> None:
        """Forward until cancelled; a batch that is under way is finished first."""
        while True:
            await self._wait(await self._step())

    async def forward_once(self) -> int:
        """Forward the oldest batch and return its length.

        Raises `Unreachable` or `StorageFull`; then nothing of it was deleted.
        """
        if not self._spool.depth():
            return 0
        work = asyncio.ensure_future(asyncio.to_thread(self._forward))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            # The thread cannot be stopped; whoever closes the spool next must not do so under its feet.
            await asyncio.wait([work])
            raise

    async def _step(self) -> float:
        """Forward one batch and return how long to wait before the next [s]."""
        try:
            length = await self.forward_once()
        except (Unreachable, StorageFull) as error:
            return self._failed(error)
        self._succeeded()
        return 0.0 if length == self._batch else IDLE_S

    def _forward(self) -> int:
        rows = self._spool.oldest(self._batch)
        refused = self._store.write([reading for _, reading in rows])
        self._spool.settle([row_id for row_id, _ in rows], refused)
        self._forwarded += len(rows) - len(refused)
        self._parked += len(refused)
        self._say_refusals(refused)
        return len(rows)

    def _failed(self, error: Unreachable | StorageFull) -> float:
        if str(error) != self._last_error:
            logger.error("readings wait in the spool, %d so far: %s", self._spool.depth(), error)
        self._unreachable_since = self._unreachable_since or self._clock()
        self._last_error = str(error)
        return max(self._backoff.failed(), self._asked_wait_s(error))

    def _asked_wait_s(self, error: Unreachable | StorageFull) -> float:
        asked_s = getattr(error, "retry_after_s", None) or 0.0
        return min(asked_s, LONGEST_DELAY_S)

    def _succeeded(self) -> None:
        if self._unreachable_since is not None:
            away = self._clock() - self._unreachable_since
            logger.info("the store takes readings again after %s, %d still wait", away, self._spool.depth())
        self._backoff.succeeded()
        self._unreachable_since, self._last_error = None, None

    def _say_refusals(self, refused: Sequence[Refused]) -> None:
        # Each reason once: a device that keeps sending what the store refuses must not fill the log.
        for one in refused:
            if one.reason not in self._told_reasons:
                self._told_reasons.add(one.reason)
                logger.warning("the store refuses readings, they are parked (%s): %s", one.reason, one.detail)
