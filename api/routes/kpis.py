"""Key figures by property and year."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers.documents import answer, page
from api.answers.shapes import Shape, kpis_shape
from api.evidence import Evidence, Given
from api.times import checked_year
from api.trust import witnesses
from config.portfolio.properties import Property

router = APIRouter(prefix="/v1", tags=["figures"])


@router.get("/kpis")
async def all_kpis(
    request: Request,
    evidence: Given,
    year: int,
    municipality: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Response:
    """Return the key figures of every property for a year."""
    places = [
        place
        for place in evidence.portfolio.properties
        if municipality is None or place.municipality_id == municipality
    ]
    content = await asyncio.to_thread(_page, evidence, places, checked_year(year), limit, cursor)
    return answer(request, content)


def _page(evidence: Evidence, places: list[Property], year: int, limit: int, cursor: str | None) -> Shape:
    return page(places, lambda one: one.id, lambda one: _shape(evidence, one, year), limit=limit, cursor=cursor)


@router.get("/properties/{property_id}/kpis")
async def property_kpis(request: Request, evidence: Given, property_id: str, year: int) -> Response:
    """Return the key figures of one property for a year."""
    place = evidence.portfolio.property(property_id)
    return answer(request, await asyncio.to_thread(_shape, evidence, place, checked_year(year)))


def _shape(evidence: Evidence, place: Property, year: int) -> Shape:
    return kpis_shape(evidence.kpis(place.id, year), witnesses(evidence))
