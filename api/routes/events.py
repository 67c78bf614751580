"""What happened to meters, and what people say to it."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Body
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from api.answers.documents import answer, json_bytes
from api.answers.event_shapes import known_event_shape, recorded_shape
from api.answers.problems import InvalidInput, TooMuch
from api.displays import LARGEST_DISPLAY, MOST_DIGITS
from api.events.event_decisions import Decision, Verdict, decide, undo
from api.events.known_events import first_day, known_events
from api.evidence import Evidence, Given
from api.security.callers import caller_of
from api.times import moment
from gateway.operations import MeterEventRow

router = APIRouter(prefix="/v1", tags=["events"])
USUAL_SPAN = timedelta(days=400)
_LONGEST_SPAN = timedelta(days=1100)


class Said(BaseModel):
    """Words that go with a decision."""

    model_config = ConfigDict(extra="forbid")
    comment: str = Field("", max_length=2000)


class Accepted(Said):
    """Values that an accepted event takes; what is left out is as proposed. Displays in the meter's unit."""

    at: AwareDatetime | None = None
    old_end: Decimal | None = Field(None, ge=0, lt=LARGEST_DISPLAY, allow_inf_nan=False)
    new_start: Decimal | None = Field(None, ge=0, lt=LARGEST_DISPLAY, allow_inf_nan=False)
    serial: str | None = Field(None, max_length=80)
    digits: int | None = Field(None, ge=1, le=MOST_DIGITS)
    factor: Decimal | None = Field(None, gt=0, allow_inf_nan=False)
    shift_s: int | None = None


@router.get("/meters/{meter_id}/events")
async def meter_events(
    request: Request,
    evidence: Given,
    meter_id: str,
    start: str | None = None,
    end: str | None = None,
    state: Literal["recorded", "proposed", "accepted", "rejected", "withdrawn", "noticed"] | None = None,
) -> Response:
    """Return what happened to a meter in `[start, end)`, newest first; without them the last 400 days.

    `earlier` is the day before which there is more: send it as `end` for the time before, null where nothing is.
    """
    meter = evidence.portfolio.meter(meter_id)
    zone = evidence.books.zone
    tomorrow = (evidence.today() + timedelta(days=1)).isoformat()
    until = moment(end or tomorrow, zone, name="end")
    since = moment(start, zone, name="start") if start else until - USUAL_SPAN
    if since >= until:
        raise InvalidInput("end", "lies not after start")
    if until - since > _LONGEST_SPAN:
        raise TooMuch(f"events are given for at most {_LONGEST_SPAN.days} days at once")
    found = await asyncio.to_thread(known_events, evidence, meter, since, until)
    first = await asyncio.to_thread(first_day, evidence, meter)
    since_day = since.astimezone(zone).date()
    content = {
        "meter": meter_id,
        "start": since.astimezone(zone).isoformat(),
        "end": until.astimezone(zone).isoformat(),
        "events": [
            known_event_shape(one, meter.unit, zone) for one in found if state is None or one.event.state == state
        ],
        "earlier": since_day.isoformat() if first < since_day else None,
    }
    return answer(request, content)


@router.post("/events/{event_id}/accept")
async def accept(
    request: Request, evidence: Given, event_id: str, said: Annotated[Accepted | None, Body()] = None
) -> Response:
    """Say that a proposed event is real; what follows from it is in docs/events.md and told on the meter's page."""
    values = (said or Accepted(comment="")).model_dump()
    return await _decided(evidence, Decision(event_id, Verdict.ACCEPT, caller_of(request).name, **values))


@router.post("/events/{event_id}/reject")
async def reject(
    request: Request, evidence: Given, event_id: str, said: Annotated[Said | None, Body()] = None
) -> Response:
    """Say that a proposed event is none."""
    comment = said.comment if said else ""
    return await _decided(evidence, Decision(event_id, Verdict.REJECT, caller_of(request).name, comment))


@router.post("/events/{event_id}/undo")
async def take_back(
    request: Request, evidence: Given, event_id: str, said: Annotated[Said | None, Body()] = None
) -> Response:
    """Take the last decision, record or correction back; `event` is what is recorded then, null where nothing is."""
    by, comment = caller_of(request).name, said.comment if said else ""
    row = await asyncio.to_thread(undo, evidence, event_id, author=by, comment=comment)
    shape = None if row is None else _shape(evidence, row)
    return Response(json_bytes({"id": event_id, "event": shape}), media_type="application/json")


async def _decided(evidence: Evidence, decision: Decision) -> Response:
    row = await asyncio.to_thread(decide, evidence, decision)
    return Response(json_bytes(_shape(evidence, row)), media_type="application/json")


def _shape(evidence: Evidence, row: MeterEventRow) -> dict[str, object]:
    return recorded_shape(row, evidence.portfolio.meter(row.meter).unit, evidence.books.zone)
