"""Daten: what is complete, how the sources fare, what arrived and could not be used."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from alerts import inbox
from analysis.properties.completeness import Completeness, MeterCompleteness
from api.clocks_ahead import clocks_ahead
from api.events.open_questions import open_questions
from api.evidence import Evidence, Given
from api.lacking import lacking_meters
from api.pages.sub_meters import shown_checks
from api.presentation.box_words import shown_boxes
from api.presentation.rendering import templates_of
from config.meters.meter import Meter
from config.portfolio.sources import MqttBroker, discovers
from gateway.reading import Refused

router = APIRouter(include_in_schema=False)
_SHOWN_DAYS = 30
_SHOWN_REFUSED = 50
_SHOWN_UNASSIGNED = 50


@dataclass(frozen=True, slots=True)
class MeterCalendar:
    """A meter's days, each with the class of its cell."""

    meter: Meter
    found: MeterCompleteness
    cells: list[str]


@router.get("/daten")
async def data(request: Request, evidence: Given) -> Response:
    """Return the state of the data."""
    content = await asyncio.to_thread(_content, evidence)
    return templates_of(request).page(request, "completeness.html", content)


def _content(evidence: Evidence) -> dict[str, object]:
    end = evidence.today()
    start = end - timedelta(days=_SHOWN_DAYS)
    found = evidence.completeness(start, end)
    rows = _calendars(evidence, found)
    return {
        "start": start,
        "end": end - timedelta(days=1),
        "days": _SHOWN_DAYS,
        "found": found,
        "lacking": lacking_meters(evidence, found),
        "places": [(place, rows.get(place.id, [])) for place in evidence.portfolio.properties],
        "checks": [(place, one) for place in evidence.portfolio.properties for one in shown_checks(evidence, place)],
        "collector": evidence.services.statistics(),
        "boxes": shown_boxes(evidence.operations.boxes.all(), evidence.services.clock()),
        "ahead": clocks_ahead(evidence),
        "place_names": {place.id: place.name for place in evidence.portfolio.properties},
        "questions": [(evidence.portfolio.meter(one.meter), one) for one in open_questions(evidence)],
        "refused": _refused(evidence),
        "unassigned": evidence.services.unassigned(_SHOWN_UNASSIGNED),
        "is_blind": _is_blind(evidence),
        "unassigned_meters": evidence.services.unassigned_meters(_SHOWN_UNASSIGNED),
        "undelivered": inbox.undelivered(evidence.operations),
    }


def _is_blind(evidence: Evidence) -> bool:
    """Whether there are brokers and at none of them new topics are looked for."""
    sources = evidence.portfolio.sources
    return any(isinstance(one, MqttBroker) for one in sources) and not discovers(sources)


def _calendars(evidence: Evidence, found: Completeness) -> dict[str, list[MeterCalendar]]:
    rows: dict[str, list[MeterCalendar]] = {}
    for one in found.meters:
        cells = [_cell(coverage) for coverage in one.daily]
        rows.setdefault(one.property_id, []).append(MeterCalendar(evidence.portfolio.meter(one.meter), one, cells))
    return rows


def _cell(coverage: float | None) -> str:
    if coverage is None:
        return "wait"
    if coverage >= 0.95:
        return "full"
    return "part" if coverage > 0 else "gap"


def _refused(evidence: Evidence) -> list[tuple[Refused, str]]:
    refused = evidence.services.refused(_SHOWN_REFUSED)
    return [(one, one.content[:200].decode("utf-8", "replace")) for one in refused]
