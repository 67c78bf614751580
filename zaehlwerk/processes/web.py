"""The web application's collaborators, made from what the process has opened."""

from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from api.evidence import Evidence
from api.remembered import Remembered
from api.security.push_limits import PushAllowance
from api.services import PushResult, Services
from collector.pushing import SOURCE, take
from collector.statistics import CollectorStatistics, SourceStatistics
from gateway.embedded import EmbeddedStore
from gateway.photos import PhotoFolder
from gateway.reading import Refused
from gateway.refused import BY_HAND, KeepsRefused, refused_readings
from gateway.replaced import RESTORED
from gateway.sourced import sourced
from zaehlwerk.composition import House
from zaehlwerk.intake import COLLECTOR_SPOOL, COMMANDS_FILE, SERVER_SPOOL
from zaehlwerk.processes.live import Live
from zaehlwerk.unassigned_topics import newest_topics
from zaehlwerk.unknown_meters import newest_meters

PHOTOS = "photos"  # below the state folder


def services_of(house: House, live: Live, *, demo: bool = False, public_url: str | None = None) -> Services:
    """Return what the web application leans on."""

    def push(pushed: Sequence[object], now: datetime, *, author: str = "", typed: bool = False) -> PushResult:
        sink = sourced(house.sink, author or SOURCE)
        return take(pushed, house.portfolio, sink, now, source=BY_HAND if typed else SOURCE)

    return Services(
        books=house.books,
        operations=house.operations,
        push=push,
        statistics=lambda: with_remarks(live.statistics(), live.remarks),
        demo=demo,
        public_url=public_url or house.settings.public_url,
        clock=house.clock,
        loading=lambda: live.loading,
        refused=_refused(house),
        checks=_checks(house, live),
        unassigned=partial(newest_topics, house.portfolio, house.settings.state),
        unassigned_meters=partial(newest_meters, house.portfolio, house.settings.state),
        push_allowance=_push_allowance(house),
        restore=sourced(house.sink, RESTORED).append,
        photos=PhotoFolder(house.settings.state / PHOTOS),
    )


def evidence_of(house: House) -> Evidence:
    """Return the evidence for a command that does what a route does."""
    return Evidence(services_of(house, Live()), Remembered(house.clock))


def with_remarks(statistics: CollectorStatistics | None, remarks: Mapping[str, str]) -> CollectorStatistics | None:
    """Return the collector's figures, each source's remark behind its name; None where another process collects."""
    if statistics is None:
        return None
    return replace(statistics, sources=tuple(_with_remark(source, remarks) for source in statistics.sources))


def _with_remark(source: SourceStatistics, remarks: Mapping[str, str]) -> SourceStatistics:
    remark = remarks.get(source.source, "")
    return replace(source, source=f"{source.source} ({remark})") if remark else source


def _push_allowance(house: House) -> PushAllowance:
    return PushAllowance(house.settings.push_requests_per_minute, house.settings.push_readings_per_hour)


def _checks(house: House, live: Live) -> Mapping[str, Callable[[], None]]:
    own = {"spool": house.spool.ready} if house.spool else {}
    return ChainMap(live.checks, own)  # read anew at each call: parts that start later bring checks along


def _refused(house: House) -> Callable[[int], Sequence[Refused]]:
    """What was refused lies in the embedded store, or beside the spools: the collector's, the server's, commands'."""
    files = [house.settings.state / name for name in (COLLECTOR_SPOOL, SERVER_SPOOL, COMMANDS_FILE)]
    keepers: Sequence[KeepsRefused | Path] = [house.beside] if isinstance(house.store, EmbeddedStore) else files

    def newest(limit: int) -> Sequence[Refused]:
        found = [one for keeper in keepers for one in refused_readings(keeper, limit=limit)]
        return sorted(found, key=lambda one: one.time_ms, reverse=True)[:limit]

    return newest
