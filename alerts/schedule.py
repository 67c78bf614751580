"""Wakes the evaluation when periods come due, and once at the start for what was missed."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Final, Self

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from alerts.evaluation_summary import EvaluationSummary
from alerts.findings import Rule
from alerts.passes import judge_due
from alerts.rules import RULES
from analysis.books import Books
from config.errors import Unreachable
from gateway.operations import Operations

log = logging.getLogger(__name__)

_RETRY_MINUTES: Final = 10


class Schedule:
    """Runs `judge_due` in a thread, one pass at a time. Jobs live in memory; what was judged is in the database.

    Enter it in a running event loop; leaving waits for the pass under way.
    """

    def __init__(
        self,
        books: Books,
        operations: Operations,
        clock: Callable[[], datetime],
        *,
        rules: Sequence[Rule] = RULES,
    ) -> None:
        self._books = books
        self._operations = operations
        self._clock = clock
        self._rules = rules
        self._one_pass = asyncio.Lock()
        self._leaving = threading.Event()
        self._told: set[tuple[str, str, str]] = set()
        self._scheduler = AsyncIOScheduler(
            timezone=books.zone, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self.last_pass: datetime | None = None

    async def __aenter__(self) -> Self:
        for rule in self._rules:
            self._scheduler.add_job(self._woken, "cron", id=rule.id, **rule.cron)
        # What failed, or arrived while the store was away, does not wait for the next morning.
        self._scheduler.add_job(self._woken, "interval", id="retry", minutes=_RETRY_MINUTES)
        self._scheduler.add_job(self._woken, id="start")
        self._scheduler.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._scheduler.shutdown(wait=False)
        async with self._one_pass:
            log.debug("no evaluation is under way")

    @property
    def running(self) -> bool:
        """Whether the scheduler is awake."""
        return bool(self._scheduler.running)

    async def evaluate(self) -> EvaluationSummary | None:
        """Judge what is due now; None when the store did not answer: the next pass catches up."""
        async with self._one_pass:
            now = self._clock()
            try:
                summary = await self._pass(now)
            except Unreachable as error:
                log.warning("the evaluation is put off: %s", error)
                return None
            self.last_pass = now
        self._tell(summary)
        return summary

    async def _woken(self) -> None:
        # The scheduler cancels what runs as it shuts down, and would log that as an error with a traceback.
        with suppress(asyncio.CancelledError):
            await self.evaluate()

    async def _pass(self, now: datetime) -> EvaluationSummary:
        """Let the thread come to its end even when cancelled: the scheduler cancels what runs as it shuts down."""
        call = partial(judge_due, self._books, self._operations, now=now, rules=self._rules)
        work = asyncio.ensure_future(asyncio.to_thread(call, is_wanted=lambda: not self._leaving.is_set()))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])
            raise

    def _tell(self, summary: EvaluationSummary) -> None:
        """Name a subject that fails once, and again only after it has worked or fails for another reason."""
        failing = {(failure.rule, failure.subject, failure.reason) for failure in summary.failures}
        for rule, subject, reason in sorted(failing - self._told):
            log.error("%s of %s cannot be judged: %s", rule, subject, reason)
        self._told = failing
