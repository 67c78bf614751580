"""Energy-saving measures and whether they work."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers.documents import answer, page
from api.answers.shapes import Shape, measure_shape
from api.evidence import Evidence, Given
from api.trust import witnesses
from config.portfolio.properties import Measure

router = APIRouter(prefix="/v1", tags=["figures"])


@router.get("/measures")
async def measures(request: Request, evidence: Given, limit: int = 100, cursor: str | None = None) -> Response:
    """List measures with how each one does."""
    return answer(request, await asyncio.to_thread(_page, evidence, limit, cursor))


def _page(evidence: Evidence, limit: int, cursor: str | None) -> Shape:
    return page(
        evidence.portfolio.measures.values(),
        lambda one: one.id,
        lambda one: _shape(evidence, one),
        limit=limit,
        cursor=cursor,
    )


@router.get("/measures/{measure_id}")
async def one_measure(request: Request, evidence: Given, measure_id: str) -> Response:
    """Return one measure with how it does."""
    measure = evidence.portfolio.measure(measure_id)
    return answer(request, await asyncio.to_thread(_shape, evidence, measure))


def _shape(evidence: Evidence, measure: Measure) -> Shape:
    return measure_shape(measure, evidence.measure(measure.id), witnesses(evidence))
