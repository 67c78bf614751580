"""Deliveries to tanks and stores."""

import asyncio
from decimal import Decimal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from api.answers.documents import json_bytes
from api.entries.deliveries import Delivery, take_delivery
from api.evidence import Given
from api.security.callers import caller_of

router = APIRouter(prefix="/v1", tags=["readings"])


class TypedDelivery(BaseModel):
    """What the delivery note says, in the unit in which the level is read."""

    model_config = ConfigDict(extra="forbid")

    amount: Decimal = Field(allow_inf_nan=False)
    at: AwareDatetime
    force: str = Field("", max_length=500, description="why it is right although it is more than the tank holds")


@router.post("/meters/{meter_id}/deliveries", status_code=201)
async def deliver(request: Request, evidence: Given, meter_id: str, typed: TypedDelivery) -> Response:
    """Take one delivery; consumption is opening level + delivered − closing level."""
    meter = evidence.portfolio.meter(meter_id)
    delivery = Delivery(meter_id, typed.amount, typed.at, typed.force, caller_of(request).name)
    await asyncio.to_thread(take_delivery, evidence, delivery)
    content = {"meter": meter_id, "time": typed.at, "amount": float(typed.amount), "unit": meter.unit}
    return Response(json_bytes(content), 201, media_type="application/json")
