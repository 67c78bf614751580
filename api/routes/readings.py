"""Readings in, one or many, and out again."""

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import orjson
from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from analysis.figures import How
from analysis.meters.raw_readings import hows_of
from analysis.property_meters import register_unit
from api.answers.documents import answer, csv_answer, json_bytes, wants_arrow, wants_csv
from api.answers.problems import InvalidInput, TooMuch
from api.answers.shapes import iso_duration
from api.entries.hand_readings import HandReading, range_of, standing, take
from api.evidence import Evidence, Given
from api.expected.ranges import shown
from api.routes.typed_bodies import typed_body, typed_body_schema
from api.security.callers import caller_of
from api.security.push_limits import PushLimits
from api.times import moment
from config.meters.meter import Meter
from gateway.reading import instant
from gateway.series import Series

router = APIRouter(prefix="/v1", tags=["readings"])
MOST_READINGS = 50_000
_LONGEST_ANSWER = timedelta(days=1100)


class PushedReading(BaseModel):
    """One reading of a push; `time` with offset, `value` in `unit`, else in the quantity's canonical unit."""

    meter: str
    time: AwareDatetime
    value: float
    quantity: str = Field("", description="the meter's own where it is left out")
    unit: str = Field("", description="kWh, Wh, MWh, m3, l …")


class TypedReading(BaseModel):
    """What a person read off the display, in the unit that the display shows."""

    model_config = ConfigDict(extra="forbid")

    value: Decimal = Field(allow_inf_nan=False)
    at: AwareDatetime | None = None
    force: str = Field("", max_length=500, description="why it is right although it is outside the expected range")


_PUSH_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"type": "array", "maxItems": MOST_READINGS, "items": PushedReading.model_json_schema()}
            }
        },
    }
}


@router.post("/readings", status_code=202, openapi_extra=_PUSH_BODY)
async def push(request: Request, evidence: Given) -> Response:
    """Make a list of readings durable; sending the same again changes nothing.

    One bad reading does not hold up the others: it is kept aside and named in `rejected` with its reason. `replaced`
    counts values that took the place of another one, which is kept and told as an event of the meter. `known` and
    `replaced` are null where the store behind the spool will tell only later. Each token has an allowance: 429 where
    it is used up.
    """
    limits: PushLimits = request.app.state.push_limits
    caller = caller_of(request)
    token_id = caller.token_id
    limits.admit(token_id)
    pushed = _list_of(await request.body())
    with limits.counting(token_id, len(pushed)):
        result = await asyncio.to_thread(evidence.services.push, pushed, evidence.now(), author=caller.name)
    evidence.forget_days_of(pushed)
    rejected = [{"index": one.index, "reason": one.reason, "detail": one.detail} for one in result.rejected]
    counts = {"accepted": result.accepted, "known": result.known, "replaced": result.replaced}
    content = {**counts, "rejected": rejected}
    return Response(json_bytes(content), 202, media_type="application/json")


def _list_of(body: bytes) -> list[object]:
    try:
        pushed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("body", f"is not JSON: {error}") from error
    if not isinstance(pushed, list):
        raise InvalidInput("body", "is not a list of readings")
    if len(pushed) > MOST_READINGS:
        raise TooMuch(f"{len(pushed)} readings at once; send at most {MOST_READINGS}")
    return pushed


@router.post(
    "/meters/{meter_id}/readings", status_code=201, openapi_extra=typed_body_schema(TypedReading, ("photo",))
)
async def read_by_hand(request: Request, evidence: Given, meter_id: str) -> Response:
    """Take one hand reading; outside the expected range only with a reason in `force`. A photo comes as multipart."""
    meter = evidence.portfolio.meter(meter_id)
    typed, pictures = await typed_body(request, TypedReading, ("photo",))
    at = typed.at or evidence.now()
    name, photo = caller_of(request).name, pictures.get("photo")
    reading = HandReading(meter_id, typed.value, at, typed.force, name, photo)
    expected = await asyncio.to_thread(take, evidence, reading)
    content = {
        "meter": meter_id,
        "time": at,
        "value": float(typed.value),
        "unit": meter.unit,
        "expected": {"low": shown(meter, expected.low), "high": shown(meter, expected.high)},
    }
    return Response(json_bytes(content), 201, media_type="application/json")


@router.get("/meters/{meter_id}/expected-reading")
async def expected_reading(request: Request, evidence: Given, meter_id: str, at: str | None = None) -> Response:
    """Return what the display should show at an instant (default now), before anybody types it in.

    `low` and `high` in the unit of the display, null where nothing is known on that side; `standing` is what is
    stored at that very instant.
    """
    meter = evidence.portfolio.meter(meter_id)
    instant_asked = moment(at, evidence.books.zone, name="at") if at else evidence.now()
    expected = await asyncio.to_thread(range_of, evidence, meter, instant_asked)
    content: dict[str, object] = {
        "meter": meter_id,
        "time": instant_asked,
        "unit": meter.unit,
        "low": shown(meter, expected.low),
        "high": shown(meter, expected.high),
        "standing": shown(meter, await asyncio.to_thread(standing, evidence, meter, instant_asked)),
    }
    return answer(request, content)


@router.get("/meters/{meter_id}/readings")
async def readings(
    request: Request,
    evidence: Given,
    meter_id: str,
    start: str | None = None,
    end: str | None = None,
    quantity: str | None = None,
) -> Response:
    """Return what the meter said in `[start, end)`, in columns; CSV or Arrow by `Accept`.

    Values are as the register showed them, in the canonical unit of the quantity. Where readings are evenly spaced,
    `start` and `step` give their times; else `step` is null and `times` lists them. Without `start` the last 7 days.
    """
    meter = evidence.portfolio.meter(meter_id)
    since, until = _span(evidence, start, end)
    chosen = quantity or meter.quantity
    series = await asyncio.to_thread(evidence.readings, meter_id, chosen, since, until)
    if wants_arrow(request):
        from api.answers.arrow import readings_arrow  # noqa: PLC0415  a library that few callers need

        return readings_arrow(request, series, str(evidence.books.zone))
    if wants_csv(request):
        return csv_answer(request, ("time", "value"), _rows(series))
    quality = await asyncio.to_thread(hows_of, evidence.books, meter, chosen, series)
    return answer(request, _columns(meter, chosen, series, quality=quality))


def _span(evidence: Evidence, start: str | None, end: str | None) -> tuple[datetime, datetime]:
    zone = evidence.books.zone
    until = moment(end, zone, name="end") if end else evidence.now()
    since = moment(start, zone, name="start") if start else until - timedelta(days=7)
    if since >= until:
        raise InvalidInput("end", "lies not after start")
    if until - since > _LONGEST_ANSWER:
        raise TooMuch(f"readings are given for at most {_LONGEST_ANSWER.days} days at once")
    return since, until


def _columns(meter: Meter, quantity: str, series: Series, *, quality: list[How]) -> dict[str, object]:
    step = _even_step(series)
    columns: dict[str, object] = {
        "meter": meter.id,
        "quantity": quantity,
        "unit": register_unit(meter, quantity) or None,
        "start": instant(int(series.time_ms[0])) if len(series) else None,
        "step": None if step is None else iso_duration(step),
        "values": series.value,
        "quality": quality,
    }
    return columns if step else columns | {"times": series.time_ms.astype("datetime64[ms]")}


def _even_step(series: Series) -> timedelta | None:
    if len(series) < 2:
        return None
    steps = np.diff(series.time_ms)
    first = int(steps[0])
    return timedelta(milliseconds=first) if first % 1000 == 0 and bool((steps == first).all()) else None


def _rows(series: Series) -> list[tuple[str, float]]:
    pairs = zip(series.time_ms.tolist(), series.value.tolist(), strict=True)
    return [(instant(time_ms).isoformat(), value) for time_ms, value in pairs]
