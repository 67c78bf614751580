"""Rows of the daily ledger. Tuples, because a thousand meters have a million days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple


class LedgerDay(NamedTuple):
    """What is known of one local day of a meter; a day of which nothing is known has no row.

    `pieces` are the exact amounts, "micro*factor" each, apart by a blank; `spans` how long each kind of knowledge
    held, "kind=milliseconds" each; the bridges tell which kind of gap the beginning and the end of the day cut in
    two, else 0. Kinds are numbered as in `analysis.ledger.line.Row`.
    """

    meter: str
    day: date
    length_ms: int
    pieces: str
    spans: str
    bridge_before: int
    bridge_after: int


class LedgerNotice(NamedTuple):
    """What the ledger noticed, by the id that it has at every derivation."""

    id: str
    meter: str
    kind: str
    time_ms: int
    detail: str
    state: str


class LedgerSubstitution(NamedTuple):
    """What stands in for readings in `[start_ms, end_ms)`: by which method, of a sum that is known or not."""

    meter: str
    start_ms: int
    end_ms: int
    method: str
    known_sum: bool


class LedgerBlock(NamedTuple):
    """What a block of days was derived from: readings of `[since_ms, until_ms]` that arrive later change it.

    `digest` is that of what was declared and recorded about it. Of a virtual meter a block is the time from `first`
    on in which it is the sum of the same parts.
    """

    meter: str
    first: date
    since_ms: int
    until_ms: int
    digest: str = ""


class LedgerChange(NamedTuple):
    """The days `first` to `last` of a meter came out otherwise than before."""

    id: int
    meter: str
    first: date
    last: date
    at: datetime


@dataclass(frozen=True, slots=True)
class LedgerState:
    """How far a meter is derived.

    Days before `derived_to` are derived, as of the instant `derived_at`; blocks before `settled_to` are not changed
    by readings that arrive in order. `newest_ms` is the newest reading that was used, `digest` that of what was
    declared and recorded. None: nothing yet. `version` counts derivations.
    """

    meter: str
    version: int = 0
    derived_to: date | None = None
    settled_to: date | None = None
    newest_ms: int | None = None
    derived_at: datetime | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Derivation:
    """What deriving a meter came to: only what differs from the tables.

    `state` has the version that was read before; what is `dropped_…` goes, what comes again otherwise included.
    `changed` are spans of days, both ends included. Late spans up to `arrival` are done with.
    """

    state: LedgerState
    dropped_days: Sequence[date] = ()
    days: Sequence[LedgerDay] = ()
    dropped_notices: Sequence[str] = ()
    notices: Sequence[LedgerNotice] = ()
    dropped_substitutions: Sequence[int] = ()
    substitutions: Sequence[LedgerSubstitution] = ()
    dropped_blocks: Sequence[date] = ()
    blocks: Sequence[LedgerBlock] = ()
    changed: Sequence[tuple[date, date]] = ()
    arrival: int = 0
