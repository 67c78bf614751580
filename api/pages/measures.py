"""Maßnahmen: status, money, what was promised and what came of it."""

import asyncio
from datetime import timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from analysis.measures.measures import MeasureProgress
from analysis.properties.trust import Trust, trust_in
from api.evidence import Evidence, Given
from api.presentation import charts
from api.presentation.rendering import templates_of
from api.trust import witness

router = APIRouter(include_in_schema=False)


@router.get("/massnahmen")
async def all_measures(request: Request, evidence: Given) -> Response:
    """Return every measure with its verdict."""
    content = await asyncio.to_thread(_content, evidence)
    return templates_of(request).page(request, "measures.html", content)


def _content(evidence: Evidence) -> dict[str, object]:
    rows = []
    for measure in evidence.portfolio.measures.values():
        progress = evidence.measure(measure.id)
        shown = charts.measure(progress) if progress is not None and progress.monthly else None
        place = evidence.portfolio.property(measure.property_id)
        rows.append((measure, place, progress, shown, _trust(evidence, progress)))
    return {"rows": rows}


def _trust(evidence: Evidence, progress: MeasureProgress | None) -> Trust | None:
    if progress is None:
        return None
    until = max(progress.until, progress.since + timedelta(days=1))
    return trust_in(progress.actual_kwh, witness(evidence, progress.since, until))
