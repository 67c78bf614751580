"""Zähler: what it counts, what follows from it, what happened to it, and a form to read it by hand."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from analysis.charts import amount_word
from analysis.figures import Resolution
from api.clocks_ahead import clock_ahead
from api.evidence import Evidence, Given
from api.hand_readings import HandReading, range_of, shown, take, typed_number
from api.pages.property import meter_row
from api.presentation import charts, words
from api.presentation.rendering import templates_of
from api.security.callers import caller_of, check_csrf
from config.errors import InvalidReading
from config.meters import Meter
from config.quantities import QUANTITIES
from gateway.reading import instant

router = APIRouter(include_in_schema=False)
_SHOWN_DAYS = 60
_SHOWN_READINGS = 12
_LONGER_SPANS = (timedelta(days=14), timedelta(days=400))


@router.get("/zaehler/{meter_id}")
async def one_meter(request: Request, evidence: Given, meter_id: str, gespeichert: bool = False) -> Response:
    """Return a meter's page."""
    meter = evidence.portfolio.meter(meter_id)
    content = await asyncio.to_thread(_content, evidence, meter)
    form = {"saved": gespeichert, "typed": "", "at": "", "complaint": None}
    return templates_of(request).page(request, "meter.html", content | form)


def _content(evidence: Evidence, meter: Meter, read_at: datetime | None = None) -> dict[str, object]:
    """`read_at` is when the hand reading that is expected was taken; now, if nobody said."""
    today = evidence.today()
    start, end = today - timedelta(days=_SHOWN_DAYS), today
    found = evidence.consumption(meter.id, start, end, Resolution.DAY)
    word = amount_word(meter.medium_id)
    expected = None if meter.formula else range_of(evidence, meter, read_at or evidence.now())
    return {
        "meter": meter,
        "title": meter.title or meter.medium.title,
        "place": evidence.portfolio.property(meter.property_id),
        "quantity": QUANTITIES[meter.quantity],
        "row": meter_row(evidence, meter),
        "ahead": clock_ahead(evidence, meter.id),
        "silence": evidence.silence(meter.id) if meter.formula is None else None,
        "amount_word": word,
        "days": charts.days(found, meter.medium_id, f"{word} {meter.title or meter.medium.title}"),
        "total": found.total,
        "coverage": sum(slot.coverage for slot in found.slots) / len(found.slots),
        "events": found.events,
        "places": 1 if meter.decimals is None else meter.decimals,
        "start": start,
        "end": end - timedelta(days=1),
        "readings": _last_readings(evidence, meter),
        "expected": expected,
        "low": shown(meter, expected.low) if expected else None,
        "high": shown(meter, expected.high) if expected else None,
        "now_local": evidence.now().astimezone(evidence.books.zone).strftime("%Y-%m-%dT%H:%M"),
    }


def _last_readings(evidence: Evidence, meter: Meter) -> list[tuple[datetime, float]]:
    newest = evidence.newest_of(meter.id)
    if newest is None:
        return []
    until = instant(newest.time_ms + 1)
    usual = max(meter.interval * (_SHOWN_READINGS + 1), timedelta(hours=3))
    for span in (usual, *(span for span in _LONGER_SPANS if span > usual)):  # a meter may speak seldom
        series = evidence.readings(meter.id, meter.quantity, until - span, until)
        if len(series) >= _SHOWN_READINGS:
            break
    rows = zip(series.time_ms.tolist(), series.value.tolist(), strict=True)
    return [(instant(time_ms), value) for time_ms, value in rows][: -_SHOWN_READINGS - 1 : -1]


@router.post("/zaehler/{meter_id}")
async def read_by_hand(
    request: Request,
    evidence: Given,
    meter_id: str,
    csrf: Annotated[str, Form()] = "",
    stand: Annotated[str, Form(max_length=40)] = "",
    zeit: Annotated[str, Form(max_length=40)] = "",
    grund: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Take a hand reading from the form; what is wrong with it stands above the form, with what was typed."""
    caller = caller_of(request)
    check_csrf(caller, csrf)
    meter = evidence.portfolio.meter(meter_id)
    at = None
    try:
        at = _local(zeit, evidence)
        reading = HandReading(meter_id, typed_number(stand), at, grund, caller.name)
        await asyncio.to_thread(take, evidence, reading)
    except InvalidReading as error:
        content = await asyncio.to_thread(_content, evidence, meter, at)
        complaint = words.REFUSALS.get(error.code, "nicht brauchbar")
        form = {"saved": False, "typed": stand, "at": zeit, "complaint": complaint}
        form |= {"may_be_forced": error.code == "out_of_range"}
        return templates_of(request).page(request, "meter.html", content | form, status=422)
    return RedirectResponse(f"/zaehler/{meter_id}?gespeichert=1#ablesung", status_code=303)


def _local(text: str, evidence: Evidence) -> datetime:
    now = evidence.now()
    if not text:
        return now
    try:
        typed = datetime.fromisoformat(text).replace(tzinfo=evidence.books.zone)
    except ValueError as error:
        raise InvalidReading("no_time", f"{text!r} is no time") from error
    # The form knows minutes only: the present one means now, not a moment before readings that came since it began.
    return now if typed <= now < typed + timedelta(minutes=1) else typed
