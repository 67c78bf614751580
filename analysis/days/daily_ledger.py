"""The daily ledger: derives the local days that are over into a table, and again whatever late data touch.

Any process may do it: what two derive at once is the same, and the later one lets its result go.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from analysis.books import Books
from analysis.days.deriving import Known, derived, next_state
from analysis.days.formula_changes import keep_formulas
from analysis.days.late_readings import take_late
from analysis.days.ledger_jobs import Job, jobs_of, known_ends, known_of
from analysis.ledger.planning import is_quiet
from config.errors import Conflict, Unreachable
from config.meters.meter import Meter
from gateway.operations.ledger.ledger import Ledger
from gateway.operations.ledger.rows import Derivation

log = logging.getLogger(__name__)

Progress = Callable[[float, str], None]
_AT_ONCE: Final = 100
_ROWS_AT_ONCE: Final = 4_000
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Caught:
    """What a pass did: meters derived, days that are new, days that came out otherwise than before.

    A meter that failed is named with its reason; it stopped no other. `left`: meters that another process derived
    meanwhile, perhaps from what it knew before.
    """

    meters: int = 0
    new_days: int = 0
    changed_days: int = 0
    failures: tuple[tuple[str, str], ...] = ()
    left: int = 0

    def __add__(self, other: "Caught") -> "Caught":
        return Caught(
            self.meters + other.meters,
            self.new_days + other.new_days,
            self.changed_days + other.changed_days,
            self.failures + other.failures,
            self.left + other.left,
        )


def _quiet(_share: float, _step: str) -> None:
    """Say nothing."""


def catch_up(
    books: Books,
    meters: Iterable[Meter],
    *,
    now: datetime,
    progress: Progress = _quiet,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Caught:
    """Derive what is missing or touched of some meters; where nothing is, it costs next to nothing.

    `progress` is told the share done and what comes next; the pass ends early once it is not wanted any more. Raises
    `Unreachable`, and `ValueError` for books without a ledger.
    """
    ledger = _ledger_of(books)
    take_late(books, ledger)
    wanted = list(meters)
    metered = [meter for meter in wanted if not meter.is_virtual]
    caught = Caught()
    for first in range(0, len(metered), _AT_ONCE):
        batch = metered[first : first + _AT_ONCE]
        jobs = jobs_of(books, ledger, batch, now=now)
        ends = known_ends(ledger, [job for job in jobs if not job.reaches_back])
        writing = _Writing(ledger)
        for place, job in enumerate(jobs):
            progress((first + len(batch) * place / len(jobs)) / len(metered), job.meter.title or job.meter.id)
            if not is_wanted():
                return caught + writing.done()
            caught += writing.take(job, ends.get(job.meter.id))
        caught += writing.done()
    keep_formulas(books, ledger, wanted, now=now)
    progress(1.0, "")
    return caught


def rebuild(books: Books, meter: Meter, *, now: datetime, since: date | None = None) -> Caught:
    """Derive a meter again from raw readings, from the block of `since` on; the tables stay as they are.

    `changed_days` counts the days that came out otherwise all the same; what was missing, or touched and not derived
    again yet, is derived before and counts as new. Raises like `catch_up`, and `Conflict` where others keep deriving
    the same meter.
    """
    ledger, caught = _ledger_of(books), Caught()
    for _ in range(0 if meter.is_virtual else _TRIES):
        missing = catch_up(books, [meter], now=now)
        caught += replace(missing, new_days=missing.new_days + missing.changed_days, changed_days=0)
        if caught.failures:
            return caught
        (job,) = jobs_of(books, ledger, [meter], now=now, all_due=True)
        derivation = _rebuilt(replace(job, seen=replace(job.seen, late=())), known_of(ledger, meter.id), since)
        if not ledger.write([derivation]):
            return caught + _counted(job, derivation)
    if not meter.is_virtual:
        raise Conflict(f"{meter.id} is derived by another process all the time")
    return caught


def _rebuilt(job: Job, known: Known, since: date | None) -> Derivation:
    wanted = job.all_blocks(known)
    if since is not None:
        # What is not settled is always derived with it: the state says how far a meter is settled.
        first = min(since, job.state.settled_to or since)
        wanted = [block for block in wanted if block.end > first]
    return derived(job.keeper(), job.state, job.seen, wanted, known)


class _Writing:
    """Derives job after job and writes many of them in one transaction."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: list[tuple[Job, Derivation]] = []

    def take(self, job: Job, end: Known | None) -> Caught:
        """Derive a job; return what was written by then. Raises `Unreachable`."""
        try:
            self._waiting.append((job, _derivation(job, self._ledger, end)))
        except Unreachable:
            raise
        except Exception as error:  # one meter's mistake must not keep the others from being derived
            log.debug("%s cannot be derived", job.meter.id, exc_info=True)
            return Caught(failures=((job.meter.id, f"{type(error).__name__}: {error}"),))
        return self.done() if sum(len(one.days) for _, one in self._waiting) >= _ROWS_AT_ONCE else Caught()

    def done(self) -> Caught:
        """Write what waits; what another process derived meanwhile is left to it."""
        waiting, self._waiting = self._waiting, []
        try:
            lost = self._ledger.write([one for _, one in waiting]) if waiting else frozenset[str]()
        except Conflict as error:
            log.debug("left for the next pass: %s", error)
            return Caught(left=len(waiting))
        kept = (_counted(job, one) for job, one in waiting if job.meter.id not in lost)
        return sum(kept, Caught(left=len(lost)))


def _derivation(job: Job, ledger: Ledger, end: Known | None) -> Derivation:
    if is_quiet(job.state, job.seen):
        return Derivation(next_state(job.state, job.seen, job.state.settled_to))
    known = end or known_of(ledger, job.meter.id)
    return derived(job.keeper(), job.state, job.seen, job.wanted(known), known)


def _counted(job: Job, derivation: Derivation) -> Caught:
    differing = {*derivation.dropped_days, *(row.day for row in derivation.days)}
    before = job.state.derived_to
    new = sum(before is None or day >= before for day in differing)
    return Caught(1, new, len(differing) - new)


def _ledger_of(books: Books) -> Ledger:
    if books.ledger is None:
        raise ValueError("these books have no ledger to derive into")
    return books.ledger
