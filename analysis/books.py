"""The evidence that every fetching shell takes first."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from analysis.daily_cache import DailyCache
from config.factors import DEFAULT_SET, FactorSet
from config.portfolio.portfolio import Portfolio
from gateway.operations.ledger.ledger import Ledger
from gateway.operations.rows import MeterEventRow, ReadingNoteRow
from gateway.ports import Store


class MeterEvents(Protocol):
    """Events of meters, as recorded by people and accepted from the ledger."""

    def of_meter(self, meter: str) -> Sequence[MeterEventRow]:
        """Return every event of a meter."""
        ...

    def of_meters(self, meters: Collection[str]) -> Mapping[str, Sequence[MeterEventRow]]:
        """Return every event of several meters."""
        ...

    def proposed(self, until: datetime) -> Sequence[MeterEventRow]:
        """Return what nobody decided yet about any meter up to an instant."""
        ...

    def known(self, event_ids: Collection[str]) -> Set[str]:
        """Return which of some ids are recorded."""
        ...


class ReadingNotes(Protocol):
    """Notes on how readings came about that no device sent."""

    def of_meter(
        self, meter: str, quantity: str, start: datetime | None = None, end: datetime | None = None
    ) -> Sequence[ReadingNoteRow]:
        """Return notes on readings with start <= time < end, ascending; None: unbounded."""
        ...

    def of_meters(self, meters: Collection[str]) -> Mapping[str, Sequence[ReadingNoteRow]]:
        """Return notes on readings of several meters, ascending."""
        ...


class Operations(Protocol):
    """The part of the operations database that analysis reads."""

    @property
    def events(self) -> MeterEvents: ...

    @property
    def notes(self) -> ReadingNotes: ...


@dataclass(frozen=True, slots=True)
class Books:
    """What analysis works from: what is declared, what was measured, what people recorded, which factors hold.

    `default_factor_set` is the set of the KPI figures. `ledger` None: every day is worked out from raw readings;
    `daily_cache` None: every figure is worked out afresh.
    """

    portfolio: Portfolio
    store: Store
    operations: Operations
    factor_sets: Mapping[str, FactorSet]
    default_factor_set: str = DEFAULT_SET
    daily_cache: DailyCache | None = None
    ledger: Ledger | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days, months and years are cut."""
        return self.portfolio.district.zone

    def forget(self, meter_id: str) -> None:
        """Work out afresh what is kept of a meter; of virtual ones nothing is."""
        if self.daily_cache is not None:
            self.daily_cache.forget(meter_id)
