"""What people type on a meter's page: a display, a delivery, an exchange; what is wrong stands above the form."""

import asyncio
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.entries.deliveries import Delivery, take_delivery
from api.entries.exchanges import PICTURES, Exchange, photos_of, record_exchange
from api.entries.hand_readings import HandReading, standing, take, written_at
from api.entries.typed_numbers import typed_amount
from api.evidence import Evidence, Given
from api.expected.ranges import shown
from api.pages.filled_forms import filled_form
from api.pages.meter import Asked, meter_content
from api.pages.meter_forms import (
    amount_or_none,
    local_instant,
    part_of,
    read_at,
    typed_delivery,
    typed_exchange,
    whole_or_none,
)
from api.presentation import refusal_words, words
from api.presentation.rendering import templates_of
from config.errors import Conflict, InvalidReading
from config.meters.meter import Meter

router = APIRouter(include_in_schema=False)
_EXCHANGED_ALREADY = InvalidReading("exchanged_already", "another exchange is recorded at that instant")
_FORCEABLE = frozenset({"out_of_range", "already_read", "delivered_twice", "delivery_missing"})


@router.post("/zaehler/{meter_id}")
async def read_by_hand(request: Request, evidence: Given, meter_id: str) -> Response:
    """Take a hand reading from the form; what is wrong with it stands above the form, with what was typed."""
    author, meter, fields, pictures = await filled_form(request, evidence, meter_id, ("foto",))
    typed, at = fields.get("stand", "")[:40], None
    try:
        at = read_at(fields, evidence)
        # The form knows minutes only: within one, a second reading puts the first right.
        at = written_at(evidence, meter, at.replace(second=0, microsecond=0)) or at
        number, reason = typed_amount(typed), fields.get("grund", "")[:500]
        reading = HandReading(meter_id, number, at, reason, author, pictures.get("foto"))
        await asyncio.to_thread(take, evidence, reading)
    except InvalidReading as error:
        form = {"typed": typed, "at": fields.get("zeit", "")[:40], "reason": fields.get("grund", "")[:500]}
        form["preset"] = fields.get("vorbelegt", "")[:40]
        form["complaint"] = await asyncio.to_thread(_reading_refusal, evidence, meter, error, at)
        content = await asyncio.to_thread(meter_content, evidence, meter, Asked(), read_at=at)
        return _again(request, content | form, error)
    return RedirectResponse(f"/zaehler/{meter_id}?gespeichert=1#ablesung", status_code=303)


@router.post("/zaehler/{meter_id}/lieferungen")
async def deliver(request: Request, evidence: Given, meter_id: str) -> Response:
    """Take a delivery from the form; what is wrong with it stands above the form, with what was typed."""
    author, meter, fields, _ = await filled_form(request, evidence, meter_id)
    try:
        at, amount = local_instant(fields.get("zeit"), evidence), typed_amount(fields.get("menge", ""))
        delivery = Delivery(meter_id, amount, at, fields.get("grund", "")[:500], author)
        await asyncio.to_thread(take_delivery, evidence, delivery)
    except InvalidReading as error:
        form = {"delivery": typed_delivery(fields), "delivery_complaint": refusal_words.refusal(error)}
        content = await asyncio.to_thread(meter_content, evidence, meter, Asked())
        return _again(request, content | form, error)
    return RedirectResponse(f"/zaehler/{meter_id}?geliefert=1#lieferungen", status_code=303)


@router.post("/zaehler/{meter_id}/wechsel")
async def exchange(request: Request, evidence: Given, meter_id: str) -> Response:
    """Record or correct an exchange from the form; what is wrong stands above the form, with what was typed."""
    author, meter, fields, pictures = await filled_form(request, evidence, meter_id, PICTURES)
    at = None
    try:
        at = local_instant(fields.get("zeit"), evidence)
        told = Exchange(
            meter_id,
            at,
            part_of(fields, "alt", typed_amount),
            part_of(fields, "neu", typed_amount),
            author,
            serial=fields.get("nummer", "")[:80] or None,
            digits=part_of(fields, "stellen", whole_or_none),
            factor=part_of(fields, "faktor", amount_or_none),
            reason=fields.get("grund", "")[:500],
            corrects=fields.get("corrects"),
            photos=photos_of(pictures),
        )
        await asyncio.to_thread(record_exchange, evidence, told)
    except (Conflict, InvalidReading) as refused:
        error = refused if isinstance(refused, InvalidReading) else _EXCHANGED_ALREADY
        form = {"exchange": typed_exchange(fields), "exchange_complaint": refusal_words.refusal(error)}
        content = await asyncio.to_thread(meter_content, evidence, meter, Asked(), changed_at=at)
        return _again(request, content | form, error)
    return RedirectResponse(f"/zaehler/{meter_id}?gewechselt=1#ereignisse", status_code=303)


def _again(request: Request, content: dict[str, object], error: InvalidReading) -> Response:
    """Return the page with what was typed and why it was not taken."""
    content |= {"may_be_forced": error.code in _FORCEABLE, "wrong": error.field}
    return templates_of(request).page(request, "meter.html", content, status=422)


def _reading_refusal(evidence: Evidence, meter: Meter, error: InvalidReading, at: datetime | None) -> str:
    """Why a reading is not taken; of one that would replace another also what stands there."""
    stands = None if at is None or error.code != "already_read" else shown(meter, standing(evidence, meter, at))
    told = refusal_words.refusal(error)
    return told if stands is None else f"{told} ({words.register(stands, meter.unit)})"
