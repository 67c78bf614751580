"""The storm brake: meters that fall silent together behind one bus or broker are one event, and one mail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from alerts.lifecycle import Case
from gateway.operations import AlertRow, Outcome
from gateway.reading import milliseconds

TOGETHER: Final = timedelta(hours=1)
METERS_OF_A_STORM: Final = 5


@dataclass(frozen=True, slots=True)
class Sufferer:
    """A subject that fires now: since when, behind which source, and the storm it was told of in, if it was."""

    subject: str
    source: str | None
    since: datetime
    storm: str | None = None


def storms_among(cases: Iterable[Case], open_alerts: Mapping[str, AlertRow]) -> dict[str, str]:
    """Return the storm's key by subject, of judged cases of meters; `open_alerts` by subject, told of before."""
    return storms(
        Sufferer(case.subject, finding.source, finding.since, _told_in(open_alerts.get(case.subject)))
        for case in cases
        if (finding := case.judged.finding) is not None and case.judged.outcome is Outcome.FIRING
    )


def storms(sufferers: Iterable[Sufferer]) -> dict[str, str]:
    """Return the storm's key by subject, for every subject that is part of one.

    Part of one are at least five behind the same source of which each fell silent within an hour of another. Who
    joins later shares the key, so that nobody is written to twice of the same storm.
    """
    by_source: dict[str, list[Sufferer]] = {}
    for sufferer in sufferers:
        if sufferer.source is not None:
            by_source.setdefault(sufferer.source, []).append(sufferer)
    found: dict[str, str] = {}
    for source, behind in by_source.items():
        for group in _together(behind):
            if len(group) >= METERS_OF_A_STORM:
                found |= dict.fromkeys((one.subject for one in group), _key(source, group))
    return found


def _together(sufferers: Sequence[Sufferer]) -> list[list[Sufferer]]:
    groups: list[list[Sufferer]] = []
    for sufferer in sorted(sufferers, key=lambda one: one.since):
        if groups and sufferer.since - groups[-1][-1].since <= TOGETHER:
            groups[-1].append(sufferer)
        else:
            groups.append([sufferer])
    return groups


def _key(source: str, group: Sequence[Sufferer]) -> str:
    known = [one.storm for one in group if one.storm is not None]
    return known[0] if known else f"{source}-{milliseconds(group[0].since)}"


def _told_in(alert: AlertRow | None) -> str | None:
    return alert.evidence.get("storm") if alert else None
