"""Exchanges of devices."""

import asyncio
from decimal import Decimal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from api.answers.documents import json_bytes
from api.answers.event_shapes import recorded_shape
from api.displays import MOST_DIGITS
from api.entries.exchanges import PICTURES, Exchange, photos_of, record_exchange
from api.evidence import Given
from api.routes.typed_bodies import typed_body, typed_body_schema
from api.security.callers import caller_of

router = APIRouter(prefix="/v1", tags=["events"])


class TypedExchange(BaseModel):
    """What a person wrote down at an exchange; displays in the meter's unit."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime
    old_end: Decimal = Field(allow_inf_nan=False)
    new_start: Decimal = Field(allow_inf_nan=False)
    serial: str | None = Field(None, max_length=80)
    digits: int | None = Field(None, ge=1, le=MOST_DIGITS)
    factor: Decimal | None = Field(None, allow_inf_nan=False)
    reason: str = Field("", max_length=500, description="why the old device's end is right although not expected")
    corrects: str | None = Field(None, description="id of the exchange that is told anew")


@router.post(
    "/meters/{meter_id}/exchanges", status_code=201, openapi_extra=typed_body_schema(TypedExchange, PICTURES)
)
async def exchange(request: Request, evidence: Given, meter_id: str) -> Response:
    """Record that a device was exchanged, or correct what was recorded. Photos of both displays come as multipart."""
    meter = evidence.portfolio.meter(meter_id)
    typed, pictures = await typed_body(request, TypedExchange, PICTURES)
    photos = photos_of(pictures)
    said = Exchange(meter_id, author=caller_of(request).name, photos=photos, **typed.model_dump())
    row = await asyncio.to_thread(record_exchange, evidence, said)
    shape = recorded_shape(row, meter.unit, evidence.books.zone)
    return Response(json_bytes(shape), 201, media_type="application/json")
