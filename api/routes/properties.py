"""Municipalities and properties."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.answers.documents import answer, page
from api.answers.figures import trust_object
from api.answers.known_shapes import sub_meter_shape
from api.answers.shapes import Shape, municipality_shape, property_shape
from api.evidence import Evidence, Given
from api.trust import trust_of_property
from config.portfolio.properties import Property

router = APIRouter(prefix="/v1", tags=["master data"])


@router.get("/municipalities")
async def municipalities(request: Request, evidence: Given, limit: int = 100, cursor: str | None = None) -> Response:
    """List the district and its municipalities."""
    things = evidence.portfolio.municipalities
    return answer(request, page(things, lambda one: one.id, municipality_shape, limit=limit, cursor=cursor))


@router.get("/properties")
async def properties(
    request: Request,
    evidence: Given,
    municipality: str | None = None,
    category: str | None = None,
    medium: str | None = None,
    responsible: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Response:
    """List properties; each filter that is given has to fit."""
    things = [
        place
        for place in evidence.portfolio.properties
        if (municipality is None or place.municipality_id == municipality)
        and (category is None or place.category == category)
        and (medium is None or any(meter.medium_id == medium for meter in place.meters))
        and (responsible is None or place.facility_manager_id == responsible)
    ]
    return answer(request, page(things, lambda one: one.id, property_shape, limit=limit, cursor=cursor))


@router.get("/properties/{property_id}")
async def one_property(request: Request, evidence: Given, property_id: str) -> Response:
    """Return one property, with how far its past 30 days can be trusted, and its main meters against sub-meters."""
    place = evidence.portfolio.property(property_id)
    return answer(request, await asyncio.to_thread(_shape, evidence, place))


def _shape(evidence: Evidence, place: Property) -> Shape:
    sub_meters = [sub_meter_shape(check, evidence.portfolio) for check in evidence.sub_meters(place)]
    trust = trust_object(trust_of_property(evidence, place))
    return property_shape(place) | {"trust": trust, "sub_meters": sub_meters}
