"""Meters."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers.documents import answer, page
from api.answers.shapes import Shape, meter_shape
from api.evidence import Evidence, Given
from api.trust import trust_of_meter
from config.meters.meter import Meter

router = APIRouter(prefix="/v1", tags=["master data"])


@router.get("/meters")
async def meters(
    request: Request,
    evidence: Given,
    property: str | None = None,  # noqa: A002 - the name of the filter
    municipality: str | None = None,
    medium: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Response:
    """List meters with their newest reading and how far their past 30 days can be trusted.

    Each filter that is given has to fit.
    """
    things = [
        meter
        for place in evidence.portfolio.properties
        if (property is None or place.id == property)
        and (municipality is None or place.municipality_id == municipality)
        for meter in place.meters
        if medium is None or meter.medium_id == medium
    ]
    content = await asyncio.to_thread(
        page, things, lambda one: one.id, lambda one: _shape(evidence, one), limit=limit, cursor=cursor
    )
    return answer(request, content)


@router.get("/meters/{meter_id}")
async def one_meter(request: Request, evidence: Given, meter_id: str) -> Response:
    """Return one meter with its newest reading and how far its past 30 days can be trusted."""
    meter = evidence.portfolio.meter(meter_id)
    return answer(request, await asyncio.to_thread(_shape, evidence, meter))


def _shape(evidence: Evidence, meter: Meter) -> Shape:
    return meter_shape(meter, evidence.newest_of(meter.id), trust_of_meter(evidence, meter))
