"""Maßnahmen: status, money, what was promised and what came of it."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.evidence import Evidence, Given
from api.presentation import charts
from api.presentation.rendering import templates_of

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
        rows.append((measure, evidence.portfolio.property(measure.property_id), progress, shown))
    return {"rows": rows}
