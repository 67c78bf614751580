"""Takes messages from the outbox to the channel: kept while the server is away, handed over once."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, Self

from alerts.channels.channel import Channel, LoginRefused, Undeliverable, Unwritable
from alerts.messages.mail import compose
from config.errors import Unreachable
from gateway.backoff import doubled_s
from gateway.operations import Operations, OutboxRow

log = logging.getLogger(__name__)

# Longer than any hand-over can take, with every wait at its limit: only a deliverer that died loses its claim.
LEASE: Final = timedelta(minutes=10)
FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(minutes=15)
GIVE_UP_AFTER: Final = timedelta(days=3)
_LOOK_EVERY_S: Final = 5.0


class _ServerAway(Exception):
    """The mail server does not take anything now; the message at hand is put off already."""


class Delivery:
    """Delivers what is due. Several may run at once: a message that one has claimed is left alone by the others.

    A crash between the server's yes and our note of it sends the message once more, under the same Message-ID.
    """

    def __init__(
        self,
        operations: Operations,
        channel: Channel,
        clock: Callable[[], datetime],
        *,
        public_url: str = "http://127.0.0.1:8000",
    ) -> None:
        self._operations = operations
        self._channel = channel
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._stopped = asyncio.Event()
        self._away_since: datetime | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask `run` to end; a hand-over under way is brought to its end."""
        self._stopped.set()

    async def run(self) -> None:
        """Deliver what becomes due until `stop`, or until the context is left."""
        while not self._stopped.is_set():
            try:
                await self.deliver_due(self._clock())
            except Unreachable as error:
                log.error("the outbox cannot be read or written now: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), _LOOK_EVERY_S)

    async def deliver_due(self, now: datetime) -> int:
        """Try every message that is due at `now`, once; return how many the server took.

        Ends early when the server is away: the others would only wait for the same.
        """
        delivered, began = 0, self._clock()
        while not self._stopped.is_set():
            # Many mails to a slow server outlast a lease, so each claim counts from its own instant.
            instant = now + (self._clock() - began)
            claimed = await asyncio.to_thread(self._operations.outbox.claim, instant, lease=LEASE, limit=1)
            if not claimed:
                break
            try:
                delivered += await asyncio.to_thread(self._deliver, claimed[0], instant)
            except _ServerAway:
                break
        return delivered

    def _deliver(self, row: OutboxRow, now: datetime) -> bool:
        try:
            self._channel.send(compose(row, sender=self._channel.sender, public_url=self._public_url))
        except Undeliverable as error:
            log.error("message %s to %s cannot be delivered: %s", row.key, row.person, error)
            code = "unwritten" if isinstance(error, Unwritable) else "refused"
            self._operations.outbox.failed(row.id, f"{code}: {error}", None)
            return False
        except Unreachable as error:
            self._put_off(row, error, now)
            raise _ServerAway from error
        self._operations.outbox.delivered(row.id, now)
        self._note_return(now)
        return True

    def _put_off(self, row: OutboxRow, error: Unreachable, now: datetime) -> None:
        code = "login" if isinstance(error, LoginRefused) else "away"
        if now - row.created_at >= GIVE_UP_AFTER:
            log.error("message %s to %s given up after %s: %s", row.key, row.person, GIVE_UP_AFTER, error)
            self._operations.outbox.failed(row.id, f"{code}: {error}", None)
        else:
            self._operations.outbox.failed(row.id, f"{code}: {error}", now + wait_before(row.attempts + 1, row.id))
        if self._away_since is None:
            self._away_since = now
            log.warning("mails are kept: %s", error)

    def _note_return(self, now: datetime) -> None:
        if self._away_since is not None:
            log.info("mails go out again after %s", now - self._away_since)
            self._away_since = None


def wait_before(attempt: int, spread: int) -> timedelta:
    """Return the wait before the next try after `attempt` failed ones: doubling, with a ceiling, spread by a fifth.

    The spread comes from the message's number, so that not all of them come back in the same second.
    """
    doubled = doubled_s(FIRST_WAIT.total_seconds(), attempt, ceiling_s=LONGEST_WAIT.total_seconds())
    return timedelta(seconds=doubled) * (1 + spread % 5 / 20)
