"""What a rule says about one period of one subject."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from alerts.periods import Period
from analysis.books import Books
from config.portfolio.portfolio import Portfolio
from gateway.operations import Outcome

Chart = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """The four sentences of an alert. `title` fits a mail's subject, `next_step` is an instruction."""

    title: str
    observed: str
    cause: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, with its evidence.

    `since` is when the thing itself began, `[start, end)` the window that proves it and `chart` draws it (None: there
    is nothing to draw). `value`, `expected` and `threshold` are in `unit`. Costs are None where no tariff is
    declared. `words` by language, German always among them. `source` is the bus or broker behind which others may
    suffer the same.
    """

    severity: str
    since: datetime
    start: datetime
    end: datetime
    value: float | None
    expected: float | None
    threshold: float | None
    unit: str
    cost_eur_per_day: float | None
    cost_eur_per_year: float | None
    words: Mapping[str, Words]
    chart: Callable[[], Chart] | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome of a period; pending and firing ones come with their finding."""

    outcome: Outcome
    finding: Finding | None = None


CLEAR = Judged(Outcome.CLEAR)
NO_DATA = Judged(Outcome.NO_DATA)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a rule cannot read from the books.

    `open_since` is when the open alert of the subject was opened. `just_back`: this service was away, and no meter
    at all has spoken since, so silence proves nothing yet.
    """

    open_since: datetime | None = None
    just_back: bool = False


class Rule(Protocol):
    """A kind of alert. Judging a period again gives the same, so a missed one can be judged later."""

    @property
    def id(self) -> str:
        """The stable name, in tables and routes."""
        ...

    @property
    def cron(self) -> Mapping[str, str]:
        """When new periods come due, as cron fields in the district's zone."""
        ...

    @property
    def looks_back(self) -> timedelta | None:
        """How far before a period what it is judged by lies; None: as far back as there are readings."""
        ...

    def subjects(self, portfolio: Portfolio) -> tuple[str, ...]:
        """Return the ids of what the rule watches."""
        ...

    def property_of(self, portfolio: Portfolio, subject: str) -> str:
        """Return the id of the property that a subject belongs to."""
        ...

    def due(self, portfolio: Portfolio, subject: str, after: datetime | None, now: datetime) -> list[Period]:
        """Return the periods that start after `after` and are due, ascending; for None only the newest."""
        ...

    def judge(self, books: Books, subject: str, period: Period, circumstances: Circumstances) -> Judged:
        """Judge one period."""
        ...
