"""The web application's collaborators, made from what the process has opened."""

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from api.evidence import Evidence
from api.remembered import Remembered
from api.services import Progress, PushResult, Services
from collector.pushing import take
from collector.statistics import CollectorStatistics, SourceStatistics
from gateway.embedded import EmbeddedStore
from gateway.reading import Refused
from gateway.refused import KeepsRefused, refused_readings
from zaehlwerk.composition import COLLECTOR_SPOOL, House


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """How one source fares, as the web application shows it."""

    source: str
    polls: int
    readings: int
    refused: int
    offline_since: datetime | None


@dataclass(slots=True)
class Live:
    """What only the running process knows: its collector, how far its loading is, what answers `/ready`.

    `remarks` says, per source, what people should know of it beside its figures.
    """

    statistics: Callable[[], CollectorStatistics | None] = lambda: None
    loading: Progress | None = None
    checks: dict[str, Callable[[], None]] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)


def services_of(house: House, live: Live, *, demo: bool = False, public_url: str | None = None) -> Services:
    """Return what the web application leans on."""

    def push(pushed: Sequence[object], now: datetime) -> PushResult:
        return take(pushed, house.portfolio, house.sink, now)

    return Services(
        books=house.books,
        operations=house.operations,
        push=push,
        statistics=lambda: source_figures(live.statistics(), live.remarks),
        demo=demo,
        public_url=public_url or house.settings.public_url,
        clock=house.clock,
        loading=lambda: live.loading,
        refused=_refused(house),
        checks=_checks(house, live),
    )


def evidence_of(house: House) -> Evidence:
    """Return the evidence for a command that does what a route does."""
    return Evidence(services_of(house, Live()), Remembered(house.clock))


def source_figures(statistics: CollectorStatistics | None, remarks: Mapping[str, str]) -> list[SourceFigures]:
    """Return every source's figures, its remark behind its name; none where another process collects."""
    return [] if statistics is None else [_figures(source, remarks) for source in statistics.sources]


def _figures(source: SourceStatistics, remarks: Mapping[str, str]) -> SourceFigures:
    remark = remarks.get(source.source, "")
    name = f"{source.source} ({remark})" if remark else source.source
    silent_since = min(source.offline.values(), default=None)
    return SourceFigures(name, source.polls, source.readings, sum(source.refused.values()), silent_since)


def _checks(house: House, live: Live) -> Mapping[str, Callable[[], None]]:
    own = {"spool": house.spool.ready} if house.spool else {}
    return ChainMap(live.checks, own)  # read anew at each call: parts that start later bring checks along


def _refused(house: House) -> Callable[[int], Sequence[Refused]]:
    keeper: KeepsRefused | Path = house.settings.state / COLLECTOR_SPOOL
    if isinstance(house.store, EmbeddedStore):
        keeper = house.store
    return lambda limit: refused_readings(keeper, limit=limit)
