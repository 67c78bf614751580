"""Meters."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers.documents import answer, page
from api.answers.shapes import meter_shape
from api.evidence import Given

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
    """List meters with their newest reading; each filter that is given has to fit."""
    newest = await asyncio.to_thread(evidence.newest)
    things = [
        meter
        for place in evidence.portfolio.properties
        if (property is None or place.id == property)
        and (municipality is None or place.municipality_id == municipality)
        for meter in place.meters
        if medium is None or meter.medium_id == medium
    ]
    content = page(
        things,
        lambda one: one.id,
        lambda one: meter_shape(one, newest.get((one.id, one.quantity))),
        limit=limit,
        cursor=cursor,
    )
    return answer(request, content)


@router.get("/meters/{meter_id}")
async def one_meter(request: Request, evidence: Given, meter_id: str) -> Response:
    """Return one meter with its newest reading."""
    meter = evidence.portfolio.meter(meter_id)
    newest = await asyncio.to_thread(evidence.newest_of, meter_id)
    return answer(request, meter_shape(meter, newest))
